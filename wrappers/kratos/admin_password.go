package kratos

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// SetPassword sets the password of an identity, a [PlaintextPassword] or a [HashedPassword], and
// changes nothing else: traits, metadata, state, schema and other credentials stay, and so does
// what this package does not know of a newer Kratos (getIdentity and updateIdentity, admin port).
// Kratos checks neither how long the password is nor whether it has leaked. Sessions stay valid:
// see [Admin.DeleteIdentitySessions].
//
// It fails with [ErrInvalidArgument] if password is anything else, and with [ErrNotFound] if there is no
// such identity. If the identity in the response lacks a member that it had before, it fails with
// [ErrUnexpectedResponse].
//
// Kratos sets a password only by replacing the identity. A change that another program makes
// between the reading and the writing, some milliseconds, is undone; only having one writer at a
// time excludes that.
func (a *Admin) SetPassword(ctx context.Context, id string, password Credential, opts ...RequestOption) (*Identity, error) {
	const op = "updateIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	credentials, err := passwordCredential(password)
	if err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetIdentity(withLimit(ctx, maxIdentity), id, nil, requestEditors(opts)...)
	before, err := decodeValid("getIdentity", resp, err, (*fullIdentity).isIdentity)
	if err != nil {
		return nil, err
	}
	body, err := before.update(credentials)
	if err != nil {
		return nil, wrapError(op, err)
	}
	resp, err = a.api.UpdateIdentity(withLimit(ctx, maxIdentity), id, gen.UpdateIdentityBody{}, requestEditors(opts, withBody(body), checkBodySize)...)
	after, err := decodeValid(op, resp, err, (*fullIdentity).isIdentity)
	if err != nil {
		return nil, err
	}
	for name, value := range before.members {
		if !isSet(value) || isSet(after.members[name]) {
			continue
		}
		return nil, &Error{Operation: op, StatusCode: resp.StatusCode, Header: withoutSetCookie(resp.Header), sentinel: ErrUnexpectedResponse,
			text: "the password is set, but the identity lacks a member that it had before"}
	}
	return &after.known, nil
}

// onlyPassword returns the credentials that have a password and nothing else.
func passwordCredential(password Credential) (gen.IdentityWithCredentials, error) {
	credentials := Credentials(password)
	config := credentials.Password.Config
	if (config.Password == "") == (config.HashedPassword == "") || config.UsePasswordMigrationHook || len(credentials.OIDC.Config.Providers) > 0 {
		return credentials, argumentError("the credential is not one password or one hash of a password, or it is empty")
	}
	return credentials, checkCredentials(credentials)
}

// openIdentity is an identity with all members that the server sent, also those that this package
// does not know.
type fullIdentity struct {
	known   Identity
	members map[string]json.RawMessage
}

// UnmarshalJSON decodes the identity twice.
func (i *fullIdentity) UnmarshalJSON(text []byte) error {
	if err := jsonv2.Unmarshal(text, &i.known); err != nil {
		return err
	}
	return jsonv2.Unmarshal(text, &i.members)
}

func (i *fullIdentity) isIdentity() bool { return isIdentity(&i.known) && len(i.known.Traits) > 0 }

// update returns the body of an update that brings new credentials and all that the update would
// delete if it were left out. What this package does not know is among that: Kratos ignores what it
// does not take.
func (i *fullIdentity) update(credentials gen.IdentityWithCredentials) ([]byte, error) {
	secret, err := gen.MarshalBody(credentials)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"credentials": json.RawMessage(secret)}
	for name, value := range i.members {
		switch name {
		case "id", "credentials", "schema_url", "state_changed_at", "created_at", "updated_at", "verifiable_addresses", "recovery_addresses", "organization_id":
			continue // Kratos makes these, or keeps them
		}
		if isSet(value) {
			body[name] = value
		}
	}
	return json.Marshal(body)
}

func isSet(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// withBody sends body instead of what the generated client made.
func withBody(body []byte) check {
	return func(r *http.Request) error {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(body))
		return nil
	}
}
