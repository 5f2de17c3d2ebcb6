package kratos

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// SetPassword sets a [PlaintextPassword] or [HashedPassword] (getIdentity, updateIdentity) without
// applying Kratos' password policy. Sessions stay valid: see [Admin.DeleteIdentitySessions]. A
// concurrent change can be lost.
func (a *Admin) SetPassword(ctx context.Context, id string, password Credential, opts ...RequestOption) (*Identity, error) {
	credentials, err := passwordCredential(password)
	if err != nil {
		return nil, wrapError("updateIdentity", err)
	}
	return a.ChangeIdentity(ctx, id, func(u *UpdateIdentity) error {
		u.Credentials = credentials
		return nil
	}, opts...)
}

// passwordCredential returns the credentials of password, which must be one password or hash.
func passwordCredential(password Credential) (gen.IdentityWithCredentials, error) {
	credentials := Credentials(password)
	config := credentials.Password.Config
	if (config.Password == "") == (config.HashedPassword == "") || config.UsePasswordMigrationHook || len(credentials.OIDC.Config.Providers)+len(credentials.SAML.Config.Providers) > 0 {
		return credentials, argumentError("the credential is not a password or a password hash, or it is empty")
	}
	return credentials, checkCredentials(credentials)
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
