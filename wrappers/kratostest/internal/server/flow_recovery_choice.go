package server

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// The states of a recovery with feature_flags.choose_recovery_address: the person enters any
// address of the account, chooses where to send the code, and enters that address as well.
const (
	stateAddress = "recovery_awaiting_address"
	stateChoice  = "recovery_awaiting_address_choice"
	stateConfirm = "recovery_confirming_address"
	stateCode    = "recovery_awaiting_code"
)

// labelMasked is the label of a masked address.
const labelMasked = 1070000

// choosesAddress reports whether the addresses can be chosen.
func (s *Server) choosesAddress() bool {
	return s.config.ChooseRecoveryAddress && s.since("v25.4.0")
}

// choosingAddress reports whether a flow is in one of the states.
func choosingAddress(f *flow) bool {
	return slices.Contains([]string{stateAddress, stateChoice, stateConfirm, stateCode}, f.State)
}

// fillAddress makes the form that asks for an address.
func (c *call) fillAddress(f *flow) {
	f.State = stateAddress
	c.addressForm(f,
		input("code", "recovery_address", "text", nil).required().label(kratos.MessageLabelRecoveryAddress),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
	)
}

// addressForm replaces the form, but not the CSRF token.
func (c *call) addressForm(f *flow, nodes ...*node) {
	csrf := f.UI.node("csrf_token")
	c.resetUI(f)
	if csrf != nil {
		f.UI.add(csrf)
	} else {
		c.addCSRF(f)
	}
	f.UI.add(nodes...)
}

// addressesBeside returns the addresses of the account with an address, or that address alone, so
// that nothing tells whether there is an account.
func (c *call) addressesBeside(value string) []string {
	i, _ := c.recoveryAddress(value)
	if i == nil {
		return []string{value}
	}
	var all []string
	for _, a := range i.Recovery {
		all = append(all, a.Value)
	}
	slices.Sort(all)
	return all
}

// submitAddress handles an address: the first step.
func (c *call) submitAddress(f *flow, form form) {
	value := form.text("recovery_address")
	if value == "" {
		c.rejectRequired(f, "code", "recovery_address")
		return
	}
	addresses := c.addressesBeside(value)
	if len(addresses) == 1 && addresses[0] == value {
		c.askForCode(f, form, value)
		return
	}
	var nodes []*node
	for _, address := range addresses {
		nodes = append(nodes, submitButton("code", "recovery_select_address", addressHash(address), labelMasked, "masked_address", maskAddress(address)))
	}
	nodes = append(nodes, input("code", "method", "hidden", "code"), input("code", "recovery_address", "hidden", value))
	f.State = stateChoice
	c.addressForm(f, nodes...)
	f.UI.say(kratos.MessageRecoveryChooseAddress)
	c.respondRecovery(f, form)
}

// submitChoice handles the choice of an address: the second step.
func (c *call) submitChoice(f *flow, form form) {
	chosen, value := form.text("recovery_select_address"), form.text("recovery_address")
	switch {
	case chosen == "":
		c.rejectRequired(f, "code", "recovery_select_address")
		return
	case value == "":
		c.rejectRequired(f, "code", "recovery_address")
		return
	case chosen == addressHash(value):
		c.askForCode(f, form, value)
		return
	}
	addresses := c.addressesBeside(value)
	index := slices.IndexFunc(addresses, func(a string) bool { return addressHash(a) == chosen })
	if index < 0 {
		c.rejectRecovery(f, "code", "", message.New(kratos.MessageInvalid, "reason", "The selected address is not one of the account."))
		return
	}
	kind, label := "tel", int64(kratos.MessageLabelPhone)
	if strings.Contains(addresses[index], "@") {
		kind, label = "email", kratos.MessageLabelEmail
	}
	f.State = stateConfirm
	c.addressForm(f,
		input("code", "recovery_confirm_address", kind, form.text("recovery_confirm_address")).required().label(label),
		input("code", "recovery_address", "hidden", value),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
		input("code", "method", "hidden", "code"),
		submitButton("code", "screen", "previous", kratos.MessageRecoveryBack),
	)
	f.UI.say(kratos.MessageRecoveryConfirmAddress)
	c.respondRecovery(f, form)
}

// confirmAddress handles the full address: the third step.
func (c *call) confirmAddress(f *flow, form form) {
	confirmed := form.text("recovery_confirm_address")
	if confirmed == "" {
		c.rejectRequired(f, "code", "recovery_confirm_address")
		return
	}
	c.askForCode(f, form, confirmed)
}

// askForCode sends a code to an address, if it is one of an account.
func (c *call) askForCode(f *flow, form form, to string) {
	c.mailRecoveryCode(f, to)
	f.State = stateCode
	c.addressForm(f,
		recoveryCodeInput(),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
		input("code", "method", "hidden", "code"),
		submitButton("code", "recovery_confirm_address", to, kratos.MessageLabelResendCode),
		input("code", "recovery_address", "hidden", form.text("recovery_address")),
		submitButton("code", "screen", "previous", kratos.MessageRecoveryBack),
	)
	f.UI.say(kratos.MessageRecoveryCodeSentMasked, "masked_address", maskAddress(to))
	c.respondRecovery(f, form)
}

// submitAddressCode handles a code, or the wish for another one: the last step.
func (c *call) submitAddressCode(f *flow, form form) {
	switch {
	case f.State != stateCode:
		m := message.New(kratos.MessageRecoveryFailed)
		c.retryRecovery(f.Type, "code", &m, "The flow is in another state.")
	case form.text("code") == "":
		c.confirmAddress(f, form)
	default:
		c.useRecoveryCode(f, form)
	}
}

// previousAddress goes back to the choice of an address, or to the first step if there is none.
func (c *call) previousAddress(f *flow, form form) {
	if value := form.text("recovery_address"); value == "" || len(c.addressesBeside(value)) == 1 {
		c.fillAddress(f)
		c.respondRecovery(f, form)
		return
	}
	c.submitAddress(f, form)
}

// addressHash returns the value that stands for an address in a choice.
func addressHash(address string) string {
	sum := sha256.Sum256([]byte(address))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// maskAddress returns what Kratos shows of an address.
func maskAddress(address string) string {
	name, domain, isEmail := strings.Cut(address, "@")
	switch {
	case isEmail && len(name) >= 2:
		return name[:2] + "****@" + domain
	case !isEmail && len(address) >= 6:
		return address[:3] + "****" + address[len(address)-2:]
	}
	return address
}
