package kratos

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// JSONPatch is a JSON Patch (RFC 6902) of an identity.
type JSONPatch struct {
	redacted[JSONPatch] // fmt, slog and json do not write the fields
	ops                 []gen.JSONPatch
	err                 error
}

// Replace sets the value at path, which need not exist; nil is null.
func (p JSONPatch) Replace(path string, value any) JSONPatch { return p.with("replace", path, value) }

// Add adds a member to an object, or an element to an array (at its end, "-").
func (p JSONPatch) Add(path string, value any) JSONPatch { return p.with("add", path, value) }

// Remove removes the value at path, which must exist.
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

// JSONPointer returns the JSON Pointer (RFC 6901) of a path of names.
func JSONPointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(name))
	}
	return b.String()
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// checkPointer validates a JSON Pointer, and that a patch can change what it points to.
func checkPointer(path string) error {
	if !strings.HasPrefix(path, "/") {
		return argumentError("the path of a patch does not begin with a slash")
	}
	for _, name := range strings.Split(path, "~")[1:] {
		if name == "" || name[0] != '0' && name[0] != '1' {
			return argumentError(`a "~" in the path of a patch is not escaped: use JSONPointer`)
		}
	}
	first, _, inside := strings.Cut(path[1:], "/")
	switch first {
	case "verifiable_addresses":
		if inside {
			return argumentError("the order of verifiable_addresses changes between requests, so an index may be that of another address: use SetVerified, or SetTraits to add or remove one")
		}
	case "recovery_addresses":
		if inside {
			return argumentError("the order of recovery_addresses changes between requests, so an index may be that of another address: use SetTraits, from which Kratos derives them")
		}
	case "id", "credentials", "stateChangedAt", "state_changed_at", "created_at", "updated_at":
		return argumentError("a patch cannot change " + first)
	case "":
		return argumentError("the path of a patch does not name a member of the identity")
	}
	return nil
}

// PatchIdentity applies a patch to an identity (patchIdentity).
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

// SetState changes whether an identity can log in (patchIdentity).
func (a *Admin) SetState(ctx context.Context, id string, state IdentityState, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/state", state), opts...)
}

// SetTraits replaces all traits, as in [CreateIdentity] (patchIdentity).
func (a *Admin) SetTraits(ctx context.Context, id string, traits any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/traits", traits), opts...)
}

// SetMetadataPublic sets metadata_public, an object or nil (patchIdentity).
func (a *Admin) SetMetadataPublic(ctx context.Context, id string, metadata any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/metadata_public", metadata), opts...)
}

// SetMetadataAdmin sets metadata_admin, an object or nil (patchIdentity).
func (a *Admin) SetMetadataAdmin(ctx context.Context, id string, metadata any, opts ...RequestOption) (*Identity, error) {
	return a.PatchIdentity(ctx, id, JSONPatch{}.Replace("/metadata_admin", metadata), opts...)
}
