package kratos_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// No secret of a request or its response is logged.
func TestNoLogLeaksASecret(t *testing.T) {
	t.Parallel()
	for name, response := range leakyResponses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, logger := newLogSink()
			client, admin := serve(t, response, kratos.WithRetries(1), kratos.WithBearerToken(leak), kratos.WithUserAgent(leak), logger)
			requests := 0
			for _, call := range callsWithSecrets(t.Context(), client, admin) {
				if err := call(); err != nil && shows(err.Error()) {
					t.Error(err)
				}
				requests++
			}
			proxy := client.Proxy("/" + leak)
			for _, target := range []string{"GET /self-service/login/browser", "POST /self-service/login", "GET /sessions/whoami", "DELETE /sessions/" + leak, "GET /self-service/methods/oidc/callback/" + leak, "GET /self-service/errors"} {
				method, path, _ := strings.Cut(target, " ")
				r := httptest.NewRequest(method, "/"+leak+path+"?"+leak+"="+leak, strings.NewReader(leak))
				r.Host, r.RemoteAddr = leak, leak
				r.Header.Set("User-Agent", leak)
				r.Header.Set("X-Session-Token", leak)
				r.Header.Set("Cookie", "ory_kratos_session="+leak)
				ask(proxy, r)
				requests++
			}
			lines := sink.take()
			if log := strings.Join(lines, "\n"); len(lines) < requests || shows(log) {
				t.Errorf("%d records of %d requests:\n%s", len(lines), requests, log)
			}
		})
	}
}

// callsWithSecrets are calls of each kind, with a secret in every place that their request has.
func callsWithSecrets(ctx context.Context, client *kratos.Client, admin *kratos.Admin) []func() error {
	opts := []kratos.RequestOption{kratos.Header("X-Gateway", leak), kratos.Query(leak, leak)}
	token := append(opts, kratos.SessionToken(leak))
	browser := client.Browser(browserRequest("ory_kratos_session=" + leak))
	identity := kratos.CreateIdentity{SchemaID: leak, Traits: map[string]string{leak: leak}, Credentials: kratos.Credentials(kratos.PlaintextPassword(leak))}
	return []func() error{
		func() error { return second(client.Whoami(ctx, token...)) },
		func() error { return first(client.MySessions(ctx, kratos.ListMySessions{}, token...)) },
		func() error { return client.Logout(ctx, leak, opts...) },
		func() error { return second(client.ExchangeSessionToken(ctx, leak, leak, opts...)) },
		func() error { return second(client.IdentitySchema(ctx, leak, opts...)) },
		func() error { return client.Ready(ctx, opts...) },
		func() error { return second(browser.Whoami(ctx, opts...)) },
		func() error { return browser.Logout(ctx, leak, opts...) },
		func() error {
			return first(admin.Identities(ctx, kratos.ListIdentities{CredentialsIdentifier: leak}, opts...))
		},
		func() error { return second(admin.Identity(ctx, leak, opts...)) },
		func() error { return second(admin.CreateIdentity(ctx, identity, opts...)) },
		func() error {
			return second(admin.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{PatchID: leak, Create: identity}}, opts...))
		},
		func() error {
			return admin.DeleteIdentityCredentials(ctx, leak, kratos.CredentialsTypeOIDC, leak, opts...)
		},
	}
}
