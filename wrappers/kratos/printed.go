package kratos

import (
	"fmt"
	"io"
)

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginPassword) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginPassword") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginCode") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginIdentifierFirst) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "LoginIdentifierFirst")
}

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginTOTP) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginTOTP") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginLookupSecret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginLookupSecret") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginOIDC) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginOIDC") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginWebAuthn) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginWebAuthn") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (LoginPasskey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "LoginPasskey") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationPassword) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "RegistrationPassword")
}

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "RegistrationCode") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationProfile) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "RegistrationProfile")
}

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationOIDC) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "RegistrationOIDC") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationWebAuthn) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "RegistrationWebAuthn")
}

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RegistrationPasskey) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "RegistrationPasskey")
}

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsProfile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsProfile") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsPassword) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsPassword") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsTOTP) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsTOTP") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsLookup) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsLookup") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsOIDC) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsOIDC") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsWebAuthn) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsWebAuthn") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (SettingsPasskey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SettingsPasskey") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RecoveryWithCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "RecoveryWithCode") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (RecoveryWithLink) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "RecoveryWithLink") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (VerificationCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "VerificationCode") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (VerificationLink) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "VerificationLink") }

// Format keeps what the person enters out of logs: it prints the name of the method.
func (Posted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Posted") }

// Format keeps session tokens out of logs: it prints the actions.
func (n NextSteps) Format(f fmt.State, _ rune) {
	actions := []string{}
	for _, step := range n {
		actions = append(actions, printable(string(step.Action)))
	}
	fmt.Fprint(f, actions)
}

// Format keeps keys and tokens out of logs.
func (*Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Client") }

// Format does what that of [Client] does.
func (*Admin) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Admin") }

// Format keeps cookies out of logs.
func (*Browser) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Browser") }

// Format keeps the session token out of logs.
func (s Step[F]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString is the same as Error.
func (e *Error) GoString() string { return e.Error() }
