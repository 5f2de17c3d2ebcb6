package e2e

import (
	"encoding/hex"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// key is a security key, or a passkey of a phone or computer.
type key struct {
	site virtualwebauthn.RelyingParty // in the browser
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// newKey returns a key in a browser with the relying party of kratos.yml.
func newKey() *key {
	return &key{
		site: virtualwebauthn.RelyingParty{ID: "localhost", Origin: "http://localhost:4455"},
		auth: virtualwebauthn.NewAuthenticator(),
		cred: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2),
	}
}

// create returns the result of navigator.credentials.create.
func (k *key) create(t *testing.T, options string) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	k.auth.Options.UserHandle = []byte(o.UserID)
	return virtualwebauthn.CreateAttestationResponse(k.site, k.auth, k.cred, *o)
}

// get returns the result of navigator.credentials.get.
func (k *key) get(t *testing.T, options string) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	k.cred.Counter++
	return virtualwebauthn.CreateAssertionResponse(k.site, k.auth, k.cred, *o)
}

// passkeyOptions returns the options in a form to create or use a passkey.
func passkeyOptions(form kratos.Form) string {
	return string(form.CredentialOptions(kratos.UINodeGroupPasskey))
}

// webauthnOptions returns the options in a form to create or use a security key.
func webauthnOptions(form kratos.Form) string {
	return string(form.CredentialOptions(kratos.UINodeGroupWebAuthn))
}

// hexID returns the id of a key as in the settings form.
func hexID(k *key) string { return hex.EncodeToString(k.cred.ID) }

// removableKeys returns the ids of the keys that a settings form removes with this button.
func removableKeys(form kratos.Form, button string) []string {
	var ids []string
	for _, n := range form.Nodes() {
		if n.Name == button {
			ids = append(ids, n.Value)
		}
	}
	return ids
}

// Ids of messages about keys, and about submissions that no strategy handles.
const (
	wrongKey               = 4000008
	noKey                  = 4000015
	noLoginStrategy        = 4010002
	noRegistrationStrategy = 4010003
	noSettingsStrategy     = 4010004
)

// methodsConfig returns a configuration of Kratos' methods, for server.Options.
func methodsConfig(config map[string]any) map[string]any {
	return map[string]any{"selfservice": map[string]any{"methods": config}}
}

// submitIdentifier submits the identifier of the person whose security key is used.
func (ft *flowTest[F, M, P]) submitIdentifier(of person) {
	ft.user.t.Helper()
	ft.submitAndReload(any(kratos.LoginWebAuthn{Identifier: of.Email}).(M))
}

// registerPasskey registers a person with a passkey only.
func (u *user) registerPasskey() (person, *key) {
	u.t.Helper()
	p, k := newPerson(), newKey()
	ft := start(u, registration)
	ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
	ft.submit("rejected", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"})
	ft.submit("done", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: k.create(u.t, passkeyOptions(ft.form))})
	return p, k
}

// registerSecurityKey registers a person with a security key only.
func (u *user) registerSecurityKey() (person, *key) {
	u.t.Helper()
	p, k := newPerson(), newKey()
	ft := start(u, registration)
	ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
	ft.submit("rejected", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"})
	attestation := k.create(u.t, webauthnOptions(ft.form))
	ft.submit("done", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: attestation, WebAuthnRegisterDisplayname: "the blue one"})
	return p, k
}

// registerWithPasskey registers a person whose only credential is a passkey, and returns a client
// with the person's cookies.
func registerWithPasskey(t *testing.T, client *kratos.Client) (person, *key, *kratos.Browser) {
	t.Helper()
	p, k, browser := newPerson(), newKey(), client.Browser(requestWithCookies(nil))
	step := must(browser.Registration.Do(t.Context(), kratos.RegistrationProfile{Traits: p.traits}))(t)
	if step.Done {
		t.Fatal("the profile alone ends the registration")
	}
	step = must(browser.Registration.Submit(t.Context(), step.Flow, kratos.RegistrationPasskey{
		Traits: p.traits, PasskeyRegister: k.create(t, passkeyOptions(step.Flow.Form())),
	}))(t)
	switch {
	case !step.Done:
		t.Fatalf("registered: not done: %+v", step)
	case step.Session == nil:
		t.Fatal("registered: step.Session is nil")
	case step.SessionToken != "":
		t.Fatalf("registered: step.SessionToken = %q, want none", step.SessionToken)
	case step.Identity == nil:
		t.Fatal("registered: step.Identity is nil")
	}
	return p, k, browser
}

// registerWithSecurityKey registers a person with a password, logs in and adds a security key. It
// returns a client with the person's cookies.
func registerWithSecurityKey(t *testing.T, client *kratos.Client) (person, *key, *kratos.Browser) {
	t.Helper()
	p, k, browser := newPerson(), newKey(), client.Browser(requestWithCookies(nil))
	register(t, client, p)
	must(browser.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	flow := must(browser.Settings.Start(t.Context()))(t)
	added := must(browser.Settings.Submit(t.Context(), flow, kratos.SettingsWebAuthn{
		WebAuthnRegister: k.create(t, webauthnOptions(flow.Form())), WebAuthnRegisterDisplayname: "the blue one",
	}))(t)
	switch ids := removableKeys(added.Flow.Form(), "webauthn_remove"); {
	case !added.Done:
		t.Fatalf("added: not done, keys %v", ids)
	case len(ids) != 1:
		t.Fatalf("added: len(ids) = %d, want 1", len(ids))
	case ids[0] != hexID(k):
		t.Fatalf("added: ids[0] = %v, want %v", ids[0], hexID(k))
	}
	return p, k, browser
}
