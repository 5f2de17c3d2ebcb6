package kratos

import "cmp"

// A RecoveryMethod is a [RecoveryCode], [RecoveryLink] or [Submission].
type RecoveryMethod interface {
	recoveryBody(csrf string) any
}

func (m RecoveryCode) recoveryBody(csrf string) any {
	if m.Code != "" {
		m.Email = ""
	}
	return m.body("code", csrf)
}

// fitRecovery sends the address of a [RecoveryCode] as the member that the form asks for. From
// Kratos v25.4 on, a form can ask for any recovery address, for one of several, and for the full
// form of the chosen one; each submission repeats the first address, which the form has hidden. The
// button for another code has the chosen one.
func fitRecovery(method RecoveryMethod, form Form) RecoveryMethod {
	m, ok := method.(RecoveryCode)
	address := form.Field("recovery_address")
	if !ok || address == nil || m.Code != "" {
		return method
	}
	switch confirm := form.Field("recovery_confirm_address"); {
	case address.InputType != UIInputTypeHidden:
		m.RecoveryAddress = cmp.Or(m.RecoveryAddress, m.Email)
	case confirm != nil && confirm.Button && m.Email == address.Value:
		m.RecoveryConfirmAddress = cmp.Or(m.RecoveryConfirmAddress, confirm.Value)
	case confirm != nil:
		m.RecoveryConfirmAddress = cmp.Or(m.RecoveryConfirmAddress, m.Email)
	}
	m.RecoveryAddress = cmp.Or(m.RecoveryAddress, address.Value)
	m.Email = ""
	return m
}
