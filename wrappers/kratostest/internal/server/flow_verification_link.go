package server

import (
	"net/http"
	"net/url"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// verifyByLink handles a submission of a flow of the method link.
func (c *call) verifyByLink(f *flow, form form) {
	token := form.text("token")
	if token == "" && form.text("method") != "link" {
		c.otherVerificationMethod(f, form)
		return
	}
	switch {
	case !c.enabled("link"):
		c.methodDisabled(f)
	case token != "":
		c.useVerificationLink(f, token)
	case f.State == "passed_challenge":
		c.redirectReplaced(c.replaceVerification(f.Type, message.New(kratos.MessageVerificationAlreadyDone)))
	default:
		c.sendVerificationLink(f, form)
	}
}

// redirectReplaced redirects to the flow in place of one that cannot be used anymore.
func (c *call) redirectReplaced(next *flow) {
	if next.Type == "browser" {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.redirect(http.StatusSeeOther, c.publicURL+"/self-service/verification/flows?"+url.Values{"id": {next.ID}}.Encode())
}

// sendVerificationLink sends a link to an address, if there is an account with it.
func (c *call) sendVerificationLink(f *flow, form form) {
	if !c.admitVerification(f, form) {
		return
	}
	if a := c.verifiable("email", form.text("email")); a != nil {
		c.mailVerificationLink(f, a)
	}
	c.askForAddress(f, form)
	f.Active, f.State = "link", "sent_email"
	f.UI.Messages = nil
	f.UI.say(kratos.MessageVerificationLinkSent)
	c.respondVerification(f)
}

// mailVerificationLink sends a link to an address. Earlier links of the flow stay valid.
func (c *call) mailVerificationLink(f *flow, a *verifiableAddress) {
	a.Status, a.UpdatedAt = "sent", c.now()
	token := c.issueCode(f, a.Via, a.Value)
	token.Text = randomText(32, alphanumeric)
	query := url.Values{"flow": {f.ID}, "token": {token.Text}}
	c.send(f, "verification_valid", a.Via, a.Value, "", c.publicURL+"/self-service/verification?"+query.Encode())
}

// useVerificationLink handles a link. If it is not valid, a browser flow starts, also for JSON
// clients.
func (c *call) useVerificationLink(f *flow, text string) {
	for _, token := range f.Codes {
		if token.Text != text || token.Used {
			continue
		}
		token.Used = true
		a := c.verifiable(token.Via, token.Address)
		if a == nil {
			break
		}
		if !token.ExpiresAt.After(c.now()) {
			c.redirectReplaced(c.replaceVerification("browser", message.New(kratos.MessageVerificationExpired, "expired_at", token.ExpiresAt)))
			return
		}
		c.verified(f, a, "link")
		return
	}
	c.redirectReplaced(c.replaceVerification("browser", message.New(kratos.MessageInvalidVerificationLink)))
}
