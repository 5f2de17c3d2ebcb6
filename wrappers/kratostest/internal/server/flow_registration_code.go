package server

import (
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// registerCode handles a submission of the method code.
func (c *call) registerCode(f *flow, form registrationForm) {
	if !c.enabled("code") {
		c.methodDisabled(f)
		return
	}
	if !c.checkTraits(f, form, false) || !c.admitRegistration(f, form) {
		return
	}
	if strings.EqualFold(form.text("resend"), "code") {
		f.State = "choose_method"
	}
	switch f.State {
	case "sent_email":
		c.registerWithCode(f, form)
	case "passed_challenge":
		c.rejectCode(f, form, general(kratos.MessageNoRegistrationMethod))
	default:
		c.sendRegistrationCode(f, form)
	}
}

// rejectCode ends a submission with the form that asks for the code.
func (c *call) rejectCode(f *flow, form registrationForm, m schema.Violation) {
	c.keepTraits(f, form)
	c.rejectRegistration(f, m)
}

// sendRegistrationCode sends a code to each address of the traits that can log in with one.
func (c *call) sendRegistrationCode(f *flow, form registrationForm) {
	contents := c.registrationSchema(f).Read(form.traits)
	addresses := contents.Identifiers["code"]
	if len(addresses) == 0 {
		c.rejectCode(f, form, general(kratos.MessageIdentifierMissing))
		return
	}
	f.Traits = form.traits
	f.forgetCodes()
	for _, address := range addresses {
		c.sendCode(f, "registration_code_valid", contents.CodeVia[address], address)
	}
	f.State, f.Active = "sent_email", "code"
	if c.registersByCode() {
		c.askForRegistrationCode(f)
	}
	f.UI.setTraits(form.traits)
	c.respondStep(f, form)
}

// askForRegistrationCode makes the form that asks for the code.
func (c *call) askForRegistrationCode(f *flow) {
	f.UI.clear()
	f.UI.remove(func(n *node) bool { return n.Group != "default" || n.Attributes.Type == "submit" })
	hideDefaults(&f.UI)
	f.UI.add(registrationCodeNodes()[:4]...)
	if !c.config.OneStepRegistration {
		f.UI.add(registrationCodeNodes()[4])
	}
	f.UI.say(kratos.MessageRegistrationCodeSent)
	if f.Type == "browser" {
		c.putCSRF(f)
	}
}

// registrationCodeNodes returns the nodes of the form that asks for the code. The last one leads back
// to the screen of the methods.
func registrationCodeNodes() []*node {
	return []*node{
		input("code", "method", "hidden", "code"),
		input("code", "code", "text", nil).required().label(kratos.MessageLabelRegistrationCode),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
		submitButton("code", "resend", "code", kratos.MessageLabelResendCode),
		submitButton("profile", "screen", "credential-selection", kratos.MessageRegistrationBack),
	}
}

// registerWithCode handles a code.
func (c *call) registerWithCode(f *flow, form registrationForm) {
	identitySchema := c.registrationSchema(f)
	switch {
	case form.text("code") == "":
		c.rejectCode(f, form, schema.Violation{Field: "code", Message: message.New(kratos.MessageRequired, "property", "code")})
		return
	case len(identitySchema.Read(form.traits).Identifiers["code"]) == 0:
		c.rejectCode(f, form, general(kratos.MessageIdentifierMissing))
		return
	case !f.hasTraits(form):
		c.rejectCode(f, form, general(kratos.MessageTraitsMismatch))
		return
	}
	code, result := c.checkCode(f, form.text("code"))
	switch result {
	case codeRight:
		i := c.newIdentity(identitySchema.ID, form.traits)
		for _, a := range i.Verifiable {
			if a.Value == code.Address && a.Via == code.Via {
				c.verify(a)
			}
		}
		f.State = "passed_challenge"
		c.finishRegistration(f, i, form, "code")
	case codeExpired:
		expired := *f
		expired.ExpiresAt = code.ExpiresAt
		c.expiredOnSubmit(&expired)
	case codeTooOften:
		c.rejectCode(f, form, general(kratos.MessageInvalid, "reason", "Too many codes were submitted. Request another one."))
	default:
		c.rejectCode(f, form, general(kratos.MessageInvalidRegistrationCode))
	}
}

// hasTraits reports whether the traits of a submission are those that the code was sent for.
func (f *flow) hasTraits(form registrationForm) bool {
	return !slices.ContainsFunc(flattenTraits(form.traits), func(t trait) bool {
		n := f.UI.node(t.Name)
		return n != nil && !sameValue(n.Attributes.Value, t.Value)
	})
}
