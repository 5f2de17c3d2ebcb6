package e2e

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// key is what a person signs in with by touching it: a security key, or a passkey of a phone or
// computer.
type key struct {
	site virtualwebauthn.RelyingParty // as the key's browser sees it
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// newKey returns a key in a browser that shows the pages that kratos.yml allows to ask for it.
func newKey() *key {
	return &key{
		site: virtualwebauthn.RelyingParty{ID: "localhost", Origin: "http://localhost:4455"},
		auth: virtualwebauthn.NewAuthenticator(),
		cred: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2),
	}
}

// create is navigator.credentials.create.
func (k *key) create(t *testing.T, options string) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	k.auth.Options.UserHandle = []byte(o.UserID)
	return virtualwebauthn.CreateAttestationResponse(k.site, k.auth, k.cred, *o)
}

// get is navigator.credentials.get.
func (k *key) get(t *testing.T, options string) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	k.cred.Counter++
	return virtualwebauthn.CreateAssertionResponse(k.site, k.auth, k.cred, *o)
}

// passkeyOptions is what a form hands to the browser for a passkey, to create one or to ask for it.
func passkeyOptions(form kratos.Form) string {
	return string(form.CredentialOptions(kratos.UINodeGroupPasskey))
}

// webauthnOptions is the same for a security key.
func webauthnOptions(form kratos.Form) string {
	return string(form.CredentialOptions(kratos.UINodeGroupWebAuthn))
}

// hexID is how settings name a key.
func hexID(k *key) string { return hex.EncodeToString(k.cred.ID) }

// removals are the ids of the keys that a form of settings offers to remove by this button.
func removals(form kratos.Form, button string) []string {
	var ids []string
	for _, n := range form.Nodes {
		var id string
		if n.Attributes.Name == button && json.Unmarshal(n.Attributes.Value, &id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Numbers of messages about keys, and about submissions that no method feels responsible for.
const (
	wrongKey               = 4000008
	noKey                  = 4000015
	noLoginStrategy        = 4010002
	noRegistrationStrategy = 4010003
	noSettingsStrategy     = 4010004
)

// methods is a configuration of Kratos' methods, for server.Options.
func methods(config map[string]any) map[string]any {
	return map[string]any{"selfservice": map[string]any{"methods": config}}
}

// giveIdentifier says whose security key Kratos is to ask for.
func (ft *flowTest[F, M, P]) giveIdentifier(of person) {
	ft.user.t.Helper()
	ft.submitAndReload(any(kratos.LoginWebAuthn{Identifier: of.Email}).(M))
}

// registerPasskey registers somebody with a passkey only.
func (u *user) registerPasskey() (person, *key) {
	u.t.Helper()
	p, k := newPerson(), newKey()
	at := start(u, registration)
	at.submit("goes on", kratos.RegistrationProfile{Traits: p.traits})
	at.submit("refused", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"})
	at.submit("done", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: k.create(u.t, passkeyOptions(at.form))})
	return p, k
}

// registerSecurityKey registers somebody with a security key only.
func (u *user) registerSecurityKey() (person, *key) {
	u.t.Helper()
	p, k := newPerson(), newKey()
	at := start(u, registration)
	at.submit("goes on", kratos.RegistrationProfile{Traits: p.traits})
	at.submit("refused", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"})
	answer := k.create(u.t, webauthnOptions(at.form))
	at.submit("done", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: answer, WebAuthnRegisterDisplayname: "the blue one"})
	return p, k
}

// passkeyPerson registers somebody whose only credential is a passkey, and returns their browser.
func passkeyPerson(t *testing.T, client *kratos.Client) (person, *key, *kratos.Browser) {
	t.Helper()
	p, k, browser := newPerson(), newKey(), client.Browser(visit(nil))
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

// keyPerson registers somebody with a password, logs them in, and adds a security key; it returns
// their browser.
func keyPerson(t *testing.T, client *kratos.Client) (person, *key, *kratos.Browser) {
	t.Helper()
	p, k, browser := newPerson(), newKey(), client.Browser(visit(nil))
	register(t, client, p)
	must(browser.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	flow := must(browser.Settings.Start(t.Context()))(t)
	added := must(browser.Settings.Submit(t.Context(), flow, kratos.SettingsWebAuthn{
		WebAuthnRegister: k.create(t, webauthnOptions(flow.Form())), WebAuthnRegisterDisplayname: "the blue one",
	}))(t)
	switch ids := removals(added.Flow.Form(), "webauthn_remove"); {
	case !added.Done:
		t.Fatalf("added: not done, keys %v", ids)
	case len(ids) != 1:
		t.Fatalf("added: len(ids) = %d, want 1", len(ids))
	case ids[0] != hexID(k):
		t.Fatalf("added: ids[0] = %v, want %v", ids[0], hexID(k))
	}
	return p, k, browser
}
