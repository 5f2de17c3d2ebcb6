package server

import (
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// fillRegistration makes the first form of a registration flow.
func (c *call) fillRegistration(f *flow) {
	identitySchema := c.registrationSchema(f)
	if isUUID(f.Parameters.Get("organization")) { // whose only method is its provider
		c.fillOrganization(f)
		return
	}
	f.UI.add(c.traitNodes(identitySchema, c.traitGroup())...)
	c.addCSRF(f)
	if c.config.OneStepRegistration {
		f.UI.add(c.credentialNodes()...)
	} else {
		f.UI.add(profileButton())
	}
	c.sortNodes(&f.UI, identitySchema)
}

// fillOrganization makes the form of a registration with an organization, without its providers.
func (c *call) fillOrganization(f *flow) {
	if c.since("v25.4.0") {
		f.UI.Nodes = nil
		return
	}
	c.addCSRF(f)
}

// traitGroup returns the group of traits. Before v25.4.0 they belong to the password if that is the
// only method.
func (c *call) traitGroup() string {
	if c.config.OneStepRegistration && !c.registersByCode() && !c.since("v25.4.0") {
		return "password"
	}
	return "default"
}

// registersByCode reports whether forms offer the registration by code.
func (c *call) registersByCode() bool { return c.enabled("code") && c.config.PasswordlessCode }

// credentialNodes returns the nodes of the methods.
func (c *call) credentialNodes() []*node {
	var nodes []*node
	if c.registersByCode() {
		nodes = append(nodes, codeButton())
	}
	if c.enabled("password") {
		nodes = append(nodes, newPasswordField(), passwordButton())
	}
	return nodes
}

func profileButton() *node {
	return submitButton("profile", "method", "profile", kratos.MessageRegistration)
}

func previousButton() *node {
	return submitButton("profile", "screen", "previous", kratos.MessageRegistrationBack)
}

func codeButton() *node {
	return submitButton("code", "method", "code", kratos.MessageRegistrationSendCode)
}

func newPasswordField() *node {
	return input("password", "password", "password", nil).required().autocomplete("new-password").label(kratos.MessageLabelPassword)
}

func passwordButton() *node {
	return submitButton("password", "method", "password", kratos.MessageRegistration)
}

// navigates reports whether a submission is one of the screens of a registration in two steps.
func (c *call) navigates(form registrationForm) bool {
	if form.method == "profile" || form.method == "profile:back" {
		return true
	}
	screen := form.text("screen")
	return screen == "previous" || screen == "credential-selection" || screen != "" && c.since("v25.4.0")
}

// goesBack reports whether a submission is for the first screen.
func (c *call) goesBack(form registrationForm) bool {
	if c.since("v25.4.0") {
		return form.text("screen") == "previous" || form.text("screen") == "" && form.method == "profile:back"
	}
	return form.method != "profile" && form.text("screen") != "credential-selection"
}

// showScreen handles a submission of the screens.
func (c *call) showScreen(f *flow, form registrationForm) {
	if !c.checkTraits(f, form, false) {
		return
	}
	if c.goesBack(form) {
		c.showProfile(f, form)
		c.reject(f)
		return
	}
	if !c.admitRegistration(f, form) {
		return
	}
	f.Active, f.State = "", "choose_method"
	f.UI.clear()
	if c.since("v25.4.0") {
		c.showCredentials(f, form)
	} else {
		c.replaceByCredentials(f, form)
	}
	c.respondStep(f, form)
}

// showProfile makes the first screen.
func (c *call) showProfile(f *flow, form registrationForm) {
	f.UI.clear()
	identitySchema := c.registrationSchema(f)
	if !c.since("v25.4.0") {
		c.resetUI(f)
		c.fillRegistration(f)
		f.UI.putTraits(form.traits, "default")
		return
	}
	f.UI.putTraits(form.traits, "default")
	f.UI.remove(previousButton().is)
	c.putCSRF(f)
	for _, n := range c.traitNodes(identitySchema, "default") {
		f.UI.put(n)
	}
	f.UI.putTraits(form.traits, "default")
	f.UI.add(profileButton())
	f.UI.remove(newPasswordField().is)
	f.UI.remove(passwordButton().is)
	f.UI.remove(func(n *node) bool { return codeButton().is(n) || isCodeStep(n) })
	c.sortNodes(&f.UI, identitySchema)
}

// showCredentials makes the second screen from the first, since v25.4.0.
func (c *call) showCredentials(f *flow, form registrationForm) {
	f.UI.add(previousButton())
	f.UI.remove(profileButton().is)
	hideDefaults(&f.UI)
	f.UI.say(kratos.MessageChooseCredentials)
	c.putCSRF(f)
	if c.enabled("password") {
		f.UI.put(newPasswordField())
		f.UI.put(passwordButton())
	}
	if c.registersByCode() {
		f.UI.remove(isCodeStep)
		f.UI.add(codeButton())
	}
	f.UI.putTraits(form.traits, "default")
	c.sortNodes(&f.UI, c.registrationSchema(f))
}

// replaceByCredentials makes the second screen in place of the first, before v25.4.0. It has only
// those traits that were submitted.
func (c *call) replaceByCredentials(f *flow, form registrationForm) {
	f.UI.Nodes = c.credentialNodes()
	f.UI.say(kratos.MessageChooseCredentials)
	f.UI.add(previousButton())
	f.UI.putTraits(form.traits, "default")
	hideDefaults(&f.UI)
	if f.Type == "browser" {
		c.putCSRF(f)
	}
}

// hideDefaults hides the traits.
func hideDefaults(u *ui) {
	for _, n := range u.Nodes {
		if n.Group == "default" {
			n.Attributes.Type = "hidden"
		}
	}
}

// is reports whether another node is the same field or button.
func (n *node) is(other *node) bool {
	return n.name() == other.name() && n.Group == other.Group && n.Attributes.Type == other.Attributes.Type &&
		(n.Attributes.Value == nil || n.Attributes.Value == other.Attributes.Value)
}

// isCodeStep reports whether a node is one of the form that asks for a code.
func isCodeStep(n *node) bool {
	return slices.ContainsFunc(registrationCodeNodes(), func(step *node) bool { return step.is(n) })
}
