//go:build browser

package browser

import (
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"

	"github.com/kratoskit/kratos-go/e2e/provider"
)

// The buttons that call functions of Kratos' script.
const (
	passkeyRegistration = `button[name="passkey_register_trigger"]`
	passkeyLogin        = `button[name="passkey_login_trigger"]`
	passkeySettings     = `button[name="passkey_register_trigger"]`
	securityKeyLogin    = `button[name="webauthn_login_trigger"]`
	securityKeySettings = `button[name="webauthn_register_trigger"]`
)

// passkeys and securityKey are virtual authenticators.
var (
	passkeys = webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}
	securityKey = webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportUsb, AutomaticPresenceSimulation: true,
	}
)

// addAuthenticator adds a virtual authenticator to the tab.
func (b *tab) addAuthenticator(options webauthn.VirtualAuthenticatorOptions) {
	b.t.Helper()
	call(b, webauthn.Enable, webauthn.EnableParams{})
	call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options})
}

// withoutAutofill keeps the login from asking for a passkey by itself: a virtual authenticator
// would respond before the button is pressed.
func (b *tab) withoutAutofill() {
	b.t.Helper()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: "PublicKeyCredential.isConditionalMediationAvailable = async () => false",
	})
}

// signInAt presses a button that leads to the provider, where the person is signed in.
func (b *tab) signInAt(p person, selector string) {
	b.t.Helper()
	b.site.account.Lock()
	defer b.site.account.Unlock()
	b.site.idp.SignIn(provider.Person{Subject: p.email, Email: p.email, Name: "Ada"})
	b.press(selector)
}
