package e2e

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// key is what a person signs in with by touching it: a security key, or a passkey of a phone or computer.
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

// rejectedFor checks that what a person entered was refused, and that a message with this number says why.
func rejectedFor(t *testing.T, what string, err error, number int) {
	t.Helper()
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrRejected) || !errors.As(err, &e) {
		t.Errorf("%s: %v, want ErrRejected", what, err)
		return
	}
	messages := e.Messages()
	for _, of := range e.FieldErrors() {
		messages = append(messages, of...)
	}
	if !slices.ContainsFunc(messages, func(m kratos.Message) bool { return m.ID == number }) {
		t.Errorf("%s: %v, want message %d", what, err, number)
	}
}

// methods is a configuration of Kratos' methods, for server.Options.
func methods(config map[string]any) map[string]any {
	return map[string]any{"selfservice": map[string]any{"methods": config}}
}
