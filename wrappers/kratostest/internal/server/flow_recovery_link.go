package server

import (
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// recoverByLink handles a submission of the method link, and the opening of a link.
func (c *call) recoverByLink(f *flow, form form, err error) {
	if err != nil {
		c.rejectForm(f, "link", err)
		return
	}
	if token := form.text("token"); token != "" {
		c.useRecoveryLink(f, token)
		return
	}
	if c.session() != nil {
		c.alreadySignedIn(f.ReturnTo)
		return
	}
	switch {
	case form.text("method") != "link":
		c.rejectRecovery(f, "default", "", message.New(kratos.MessageNoRecoveryMethod))
	case !c.enabled("link"):
		c.methodDisabled(f)
	case f.State == "choose_method", f.State == "sent_email":
		c.sendRecoveryLink(f, form)
	case f.State == "passed_challenge":
		c.retryRecoveryLink(f.Type, message.New(kratos.MessageRecoveryAlreadyDone))
	default:
		c.retryRecoveryLink(f.Type, message.New(kratos.MessageRecoveryFailed))
	}
}

// sendRecoveryLink sends a link to the address of the form.
func (c *call) sendRecoveryLink(f *flow, form form) {
	email := form.text("email")
	if email == "" {
		c.rejectRequired(f, "link", "email")
		return
	}
	reason, e := c.checkClient(f, form)
	switch {
	case e != nil:
		c.fail(e)
		return
	case reason != "":
		c.rejectRecovery(f, "link", "", message.New(kratos.MessageInvalid, "reason", reason))
		return
	}
	if _, address := c.recoveryAddress(email); address != nil {
		token := c.issueRecoveryLink(f, address.Value)
		c.send(f, "recovery_valid", address.Via, address.Value, "", c.recoveryLinkURL(f, token))
	}
	c.putCSRF(f)
	f.UI.put(input("link", "email", "email", email).required().label(kratos.MessageLabelEmail))
	f.Active, f.State = "link", "sent_email"
	f.UI.Messages = nil
	f.UI.say(kratos.MessageRecoveryLinkSent)
	c.respondRecovery(f, form)
}

// issueRecoveryLink creates the token of a link. The address of an administrator's link is empty.
func (c *call) issueRecoveryLink(f *flow, address string) *oneTimeCode {
	token := &oneTimeCode{Text: randomText(32, alphanumeric), Address: address, Via: "email", ExpiresAt: c.now().Add(c.config.CodeLifespan)}
	f.Links = append(f.Links, token)
	f.Links = f.Links[max(0, len(f.Links)-maxLinks):]
	return token
}

// recoveryLinkURL returns the URL of a link.
func (c *call) recoveryLinkURL(f *flow, token *oneTimeCode) string {
	return c.publicURL + "/self-service/recovery?flow=" + f.ID + "&token=" + token.Text
}

// useRecoveryLink recovers the account with the token of a link. What follows is for a browser,
// whatever the client is.
func (c *call) useRecoveryLink(f *flow, text string) {
	if !c.enabled("link") {
		c.methodDisabled(f)
		return
	}
	token := f.link(text)
	if token == nil {
		c.retryRecoveryLink("browser", message.New(kratos.MessageInvalidRecoveryLink))
		return
	}
	token.Used = true
	if !token.ExpiresAt.After(c.now()) {
		c.retryRecoveryLink("browser", message.New(kratos.MessageRecoveryExpired, "expired_at", token.ExpiresAt))
		return
	}
	if i := c.recoveredBy(f, token); i != nil {
		c.recoveredByLink(f, i)
		return
	}
	c.retryRecoveryLink("browser", message.New(kratos.MessageInvalidRecoveryLink))
}

// link returns the token of a link that was not opened, or nil.
func (f *flow) link(text string) *oneTimeCode {
	for _, token := range f.Links {
		if token.Text == text && !token.Used {
			return token
		}
	}
	return nil
}
