package server

import (
	"net/url"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// verifyAfter starts the verification of the addresses of an identity after a registration, a login
// or a change of settings. It returns the steps to continue with, and the page that a browser
// continues at, or "".
//
// Before v25.4.0 there is a flow for each address, and a step for each flow; since then one flow,
// and a step only if it is to be shown.
func (c *call) verifyAfter(of *flow, i *identity) (steps []map[string]any, page string) {
	if c.disabled(verification) {
		return nil, ""
	}
	for _, a := range i.Verifiable {
		if a.Verified || of.Kind == settings && a.Status != "pending" {
			continue
		}
		f := c.verificationAfter(of, a)
		step := map[string]any{"id": f.ID, "verifiable_address": a.Value}
		if f.Type == "browser" {
			step["url"] = c.flowPage(f)
		}
		if c.showsVerification(of) {
			page = c.flowPage(f)
		}
		if c.showsVerification(of) || !c.since("v25.4.0") {
			steps = append(steps, map[string]any{"action": "show_verification_ui", "flow": step})
		}
		if c.since("v25.4.0") {
			break
		}
	}
	return steps, page
}

// showsVerification reports whether a hook shows the verification after a flow.
func (c *call) showsVerification(after *flow) bool {
	if after.Kind == settings {
		return c.config.SettingsShowVerification
	}
	return c.config.ShowVerification
}

// verificationAfter starts the verification of an address, and sends the code or link.
func (c *call) verificationAfter(of *flow, a *verifiableAddress) *flow {
	if of.Type == "browser" && of.Kind == registration {
		c.setCSRF(newCSRF())
	}
	f := c.newFlow(verification, of.Type)
	f.RequestURL, f.ReturnTo, f.Parameters = of.RequestURL, of.ReturnTo, url.Values{}
	if returnTo := of.Parameters.Get("after_verification_return_to"); returnTo != "" {
		f.RequestURL, f.ReturnTo = withQuery(f.RequestURL, "return_to", returnTo), returnTo
	}
	c.fillVerification(f)
	f.State = "sent_email"
	if f.Active == "code" {
		c.askForVerificationCode(f)
		c.addResend(f, a)
		c.mailVerificationCode(f, a)
	} else {
		f.UI.add(submitButton("link", "method", "link", kratos.MessageLabelContinue)) // Kratos adds a second one
		c.addResend(f, a)
		c.mailVerificationLink(f, a)
	}
	c.flows[f.ID] = f
	return f
}

// addResend adds the button that sends the code again.
func (c *call) addResend(f *flow, a *verifiableAddress) {
	if c.since("v1.3.6") {
		f.UI.add(submitButton("code", a.Via, a.Value, kratos.MessageLabelResendCode))
	}
}
