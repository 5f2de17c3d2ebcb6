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

// SetPassword sets a [PlaintextPassword] or [HashedPassword] (getIdentity, updateIdentity) without
// applying Kratos' password policy. Sessions stay valid: see [Admin.DeleteIdentitySessions]. A
// concurrent change can be lost.
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
			text: "the password was set, but the identity lacks a member that it had before"}
	}
	return &after.known, nil
}

// passwordCredential returns the credentials of password, which must be one password or hash.
func passwordCredential(password Credential) (gen.IdentityWithCredentials, error) {
	credentials := Credentials(password)
	config := credentials.Password.Config
	if (config.Password == "") == (config.HashedPassword == "") || config.UsePasswordMigrationHook || len(credentials.OIDC.Config.Providers) > 0 {
		return credentials, argumentError("the credential is not a password or a password hash, or it is empty")
	}
	return credentials, checkCredentials(credentials)
}

// fullIdentity is an identity with all members of the response, including those that Identity has
// no field for.
type fullIdentity struct {
	known   Identity
	members map[string]json.RawMessage
}

// UnmarshalJSON decodes the identity as a struct and as a map.
func (i *fullIdentity) UnmarshalJSON(data []byte) error {
	if err := jsonv2.Unmarshal(data, &i.known); err != nil {
		return err
	}
	return jsonv2.Unmarshal(data, &i.members)
}

func (i *fullIdentity) isIdentity() bool { return isIdentity(&i.known) && len(i.known.RawTraits) > 0 }

// update returns the body of an update with new credentials, and with every member that the update
// would delete if it were omitted. Unknown members are included: Kratos ignores those that it does
// not accept.
func (i *fullIdentity) update(credentials gen.IdentityWithCredentials) ([]byte, error) {
	encoded, err := gen.MarshalBody(credentials)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"credentials": json.RawMessage(encoded)}
	for name, value := range i.members {
		switch name {
		case "id", "credentials", "schema_url", "state_changed_at", "created_at", "updated_at", "verifiable_addresses", "recovery_addresses", "organization_id":
			continue // set by Kratos, or kept
		}
		if isSet(value) {
			body[name] = value
		}
	}
	return json.Marshal(body)
}

func isSet(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// withBody replaces the body of the request.
func withBody(body []byte) check {
	return func(r *http.Request) error {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(body))
		return nil
	}
}
