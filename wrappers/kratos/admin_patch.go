package kratos

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// JSONPatch changes single values of an identity, as JSON Patch (RFC 6902) does; the zero value changes
// nothing. Paths are JSON Pointers: "/traits/name/first", or what [JSONPointer] makes of names with
// slashes in them. Kratos knows no other operations than these three.
//
// A path into verifiable_addresses or recovery_addresses is refused with [ErrInvalidArgument]: Kratos keeps
// no order in these lists, and an index that was read a moment ago can be that of another address.
// See [Admin.SetVerified].
//
//	kratos.JSONPatch{}.Replace("/traits/name/first", "Ada").Remove("/metadata_public/note")
type JSONPatch struct {
	ops []gen.JSONPatch
	err error
}

// Replace sets the value at path, which Kratos adds if it is not there. A nil value is written as
// null.
func (p JSONPatch) Replace(path string, value any) JSONPatch { return p.with("replace", path, value) }

// Add adds a value: a member to an object, or an element to an array, where "-" as the last name
// stands for its end.
func (p JSONPatch) Add(path string, value any) JSONPatch { return p.with("add", path, value) }

// Remove removes the value at path, which has to be there.
func (p JSONPatch) Remove(path string) JSONPatch {
	p = p.with("remove", path, nil)
	if p.err == nil {
		p.ops[len(p.ops)-1].Value = nil
	}
	return p
}

func (p JSONPatch) with(op, path string, value any) JSONPatch {
	if p.err != nil {
		return p
	}
	if p.err = checkPointer(path); p.err != nil {
		return p
	}
	if value == nil {
		value = json.RawMessage("null")
	}
	p.ops = append(p.ops[:len(p.ops):len(p.ops)], gen.JSONPatch{Op: gen.JSONPatchOp(op), Path: path, Value: value})
	return p
}

// JSONPointer makes a JSON Pointer (RFC 6901) of names, escaping what they contain.
func JSONPointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(escape.Replace(name))
	}
	return b.String()
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// checkPointer refuses what is no JSON Pointer, and what Kratos does not change by a patch.
func checkPointer(path string) error {
	if !strings.HasPrefix(path, "/") {
		return argumentError("the path of a patch begins with a slash")
	}
	for _, name := range strings.Split(path, "~")[1:] {
		if name == "" || name[0] != '0' && name[0] != '1' {
			return argumentError(`in the path of a patch, "~" is written "~0" and a slash in a name "~1"`)
		}
	}
	first, _, inside := strings.Cut(path[1:], "/")
	switch first {
	case "verifiable_addresses":
		if inside {
			return argumentError("Kratos keeps no order in verifiable_addresses, so that an index can be that of another address: use SetVerified to mark one as verified, and SetTraits to add or remove one")
		}
	case "recovery_addresses":
		if inside {
			return argumentError("Kratos keeps no order in recovery_addresses, so that an index can be that of another address: they follow the traits, so use SetTraits")
		}
	case "id", "credentials", "stateChangedAt", "state_changed_at", "created_at", "updated_at":
		return argumentError("Kratos does not change this member of an identity by a patch")
	case "":
		return argumentError("the path of a patch names no member of an identity")
	}
	return nil
}

// PatchIdentity changes single values of the identity with this id (patchIdentity, admin port). It
// fails with [ErrNotFound], with [ErrBadRequest] if a value to remove is not there or the traits do
// not fit the identity schema any more, with [ErrConflict] if another identity has the new
// identifier, and with [ErrInvalidArgument] if the patch is empty or malformed, or leaves an identifier in
// the traits that is empty.
func (a *Admin) PatchIdentity(ctx context.Context, id string, patch JSONPatch, opts ...RequestOption) (*Identity, error) {
	const op = "patchIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	if patch.err != nil {
		return nil, wrapError(op, patch.err)
	}
	if len(patch.ops) == 0 {
		return nil, newArgumentError(op, "the patch is empty")
	}
	resp, err := a.api.PatchIdentity(withLimit(ctx, maxIdentity), id, patch.ops, requestEditors(opts, checkBodySize)...)
	return decodeValid(op, resp, err, isIdentity)
}

// SetState switches an identity on or off (patchIdentity, admin port); people whose identity is
// inactive cannot log in.
func (a *Admin) SetState(ctx context.Context, id string, state IdentityState, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/state", state), opts...)
}

// SetTraits replaces all traits of an identity (patchIdentity, admin port). What [CreateIdentity]
// says of empty traits applies.
func (a *Admin) SetTraits(ctx context.Context, id string, traits any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/traits", traits), opts...)
}

// SetMetadataPublic replaces what the person may read of an identity's metadata (patchIdentity,
// admin port); nil deletes it. Use an object: Kratos takes other values, and with SQLite cannot
// read a number again.
func (a *Admin) SetMetadataPublic(ctx context.Context, id string, metadata any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/metadata_public", metadata), opts...)
}

// SetMetadataAdmin replaces what only administrators may read of an identity's metadata
// (patchIdentity, admin port); nil deletes it. What [Admin.SetMetadataPublic] says of values holds
// here too.
func (a *Admin) SetMetadataAdmin(ctx context.Context, id string, metadata any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/metadata_admin", metadata), opts...)
}
