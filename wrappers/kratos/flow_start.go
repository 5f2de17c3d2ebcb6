package kratos

import "github.com/kratoskit/kratos-go/gen"

// StartLogin has the parameters of a login for [FlowClient.With].
type StartLogin struct {
	redacted[StartLogin] // fmt, slog and json do not write the fields
	// Refresh requires a person with a session to log in again; the call needs that session.
	Refresh bool
	// AAL is the assurance level of the session after the login. For [AAL2], the second factor, the
	// call needs the person's session.
	AAL AAL
	// ReturnTo is the URL to which the browser goes at the end of the flow. One that Kratos'
	// configuration does not allow is [ErrReturnToForbidden].
	ReturnTo string
	// Organization is the id of the organization whose single sign-on the person uses. Open-source
	// servers have none.
	Organization string
	// Via is the trait, such as "email", whose address gets the code of a second factor. Kratos up
	// to v25.4 sends it when [LoginCode] is submitted with the Address. From v26.2 on, the start of
	// the flow sends it if the person has no other second factor. The State is "sent_email" then:
	// submit the Code.
	Via string
	// LoginChallenge is the challenge with which an OAuth 2.0 provider (Ory Hydra) sent the
	// browser. For a person with a session, Kratos may accept it at once, and redirects only a
	// navigation, such as that of [FlowClient.Handler]. Browsers only.
	LoginChallenge string
	// ReturnSessionTokenExchangeCode makes Kratos return a code,
	// LoginFlow.SessionTokenExchangeCode, with which [Client.ExchangeSessionToken] fetches the
	// session of a social sign-in in the system's browser. It needs ReturnTo, and no
	// [SessionToken]. The browser returns there with the parameter code; with flow, a login flow in
	// which the person links an account with the same address; or with neither: fetch the flow
	// again to read why. Native clients only.
	ReturnSessionTokenExchangeCode bool
	// IdentitySchema is the id of the identity schema that the flow uses instead of the default.
	// Kratos before v25.4 ignores it.
	IdentitySchema string
}

// StartRegistration has the parameters of a registration; see [FlowClient.With].
type StartRegistration struct {
	redacted[StartRegistration] // fmt, slog and json do not write the fields
	// ReturnTo is the URL to which the browser goes at the end of the flow. One that Kratos'
	// configuration does not allow is [ErrReturnToForbidden].
	ReturnTo string
	// Organization is the id of the organization whose single sign-on the person uses. Open-source
	// servers have none.
	Organization string
	// LoginChallenge is the challenge with which an OAuth 2.0 provider sent the browser; see
	// [StartLogin]. Browsers only.
	LoginChallenge string
	// AfterVerificationReturnTo is the URL to which the browser goes after the verification that
	// follows the registration. Browsers only.
	AfterVerificationReturnTo string
	// ReturnSessionTokenExchangeCode makes Kratos return a code for a social sign-in in the
	// system's browser; see [StartLogin]. Native clients only.
	ReturnSessionTokenExchangeCode bool
	// IdentitySchema is the id of the identity schema of the new identity, instead of the default.
	// Kratos before v25.4 ignores it.
	IdentitySchema string
}

// StartSettings has the parameters of a settings flow; see [FlowClient.With].
type StartSettings struct {
	redacted[StartSettings] // fmt, slog and json do not write the fields
	// ReturnTo is the URL to which the browser goes at the end of the flow. One that Kratos'
	// configuration does not allow is [ErrReturnToForbidden].
	ReturnTo string
}

// StartRecovery has the parameters of a recovery for [FlowClient.With].
type StartRecovery struct {
	redacted[StartRecovery] // fmt, slog and json do not write the fields
	// ReturnTo is the URL to which the browser goes at the end of the flow. One that Kratos'
	// configuration does not allow is [ErrReturnToForbidden].
	ReturnTo string
}

// StartVerification has the parameters of a verification; see [FlowClient.With].
type StartVerification struct {
	redacted[StartVerification] // fmt, slog and json do not write the fields
	// ReturnTo is the URL to which the browser goes at the end of the flow. One that Kratos'
	// configuration does not allow is [ErrReturnToForbidden].
	ReturnTo string
}

const (
	errBrowserOnly = argumentError("LoginChallenge and AfterVerificationReturnTo are for the flows of a browser")
	errNativeOnly  = argumentError("ReturnSessionTokenExchangeCode is for the flows of a native client")
)

func (p StartLogin) native() (*gen.CreateNativeLoginFlowParams, error) {
	if p.LoginChallenge != "" {
		return nil, errBrowserOnly
	}
	return &gen.CreateNativeLoginFlowParams{
		IdentitySchema:                 optional(p.IdentitySchema),
		Refresh:                        optional(p.Refresh),
		AAL:                            optional(string(p.AAL)),
		ReturnTo:                       optional(p.ReturnTo),
		Organization:                   optional(p.Organization),
		Via:                            optional(p.Via),
		ReturnSessionTokenExchangeCode: optional(p.ReturnSessionTokenExchangeCode),
	}, nil
}

func (p StartLogin) browser() (*gen.CreateBrowserLoginFlowParams, error) {
	if p.ReturnSessionTokenExchangeCode {
		return nil, errNativeOnly
	}
	return &gen.CreateBrowserLoginFlowParams{
		IdentitySchema: optional(p.IdentitySchema),
		Refresh:        optional(p.Refresh),
		AAL:            optional(string(p.AAL)),
		ReturnTo:       optional(p.ReturnTo),
		Organization:   optional(p.Organization),
		Via:            optional(p.Via),
		LoginChallenge: optional(p.LoginChallenge),
	}, nil
}

func (p StartRegistration) native() (*gen.CreateNativeRegistrationFlowParams, error) {
	if p.LoginChallenge != "" || p.AfterVerificationReturnTo != "" {
		return nil, errBrowserOnly
	}
	return &gen.CreateNativeRegistrationFlowParams{
		IdentitySchema:                 optional(p.IdentitySchema),
		ReturnTo:                       optional(p.ReturnTo),
		Organization:                   optional(p.Organization),
		ReturnSessionTokenExchangeCode: optional(p.ReturnSessionTokenExchangeCode),
	}, nil
}

func (p StartRegistration) browser() (*gen.CreateBrowserRegistrationFlowParams, error) {
	if p.ReturnSessionTokenExchangeCode {
		return nil, errNativeOnly
	}
	return &gen.CreateBrowserRegistrationFlowParams{
		IdentitySchema:            optional(p.IdentitySchema),
		ReturnTo:                  optional(p.ReturnTo),
		Organization:              optional(p.Organization),
		LoginChallenge:            optional(p.LoginChallenge),
		AfterVerificationReturnTo: optional(p.AfterVerificationReturnTo),
	}, nil
}
