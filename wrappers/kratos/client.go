package kratos

import (
	"sync/atomic"

	"github.com/kratoskit/kratos-go/gen"
)

// Client calls Kratos' public API (port 4433 by default) for native clients: programs that keep a session token
// themselves, such as command line tools, mobile apps' backends and services. Make one with [NewClient] and share it; it is
// safe for concurrent use.
type Client struct {
	// Login is the login flow (createNativeLoginFlow, getLoginFlow, updateLoginFlow).
	Login Flows[LoginFlow, LoginMethod]
	// Registration is the registration flow (createNativeRegistrationFlow, getRegistrationFlow, updateRegistrationFlow).
	Registration Flows[RegistrationFlow, RegistrationMethod]
	// Settings is the settings flow (createNativeSettingsFlow, getSettingsFlow, updateSettingsFlow); its calls need the person's [Token].
	Settings Flows[SettingsFlow, SettingsMethod]
	// Recovery is the recovery flow (createNativeRecoveryFlow, getRecoveryFlow, updateRecoveryFlow).
	Recovery Flows[RecoveryFlow, RecoveryMethod]
	// Verification is the flow that verifies an address (createNativeVerificationFlow, getVerificationFlow, updateVerificationFlow).
	Verification Flows[VerificationFlow, VerificationMethod]

	me
	health
	api      *gen.Client
	settings *settings
	front    *atomic.Pointer[front] // set by Proxy
}

// NewClient returns a client for the public API at baseURL, such as "https://auth.example.com" or
// "http://127.0.0.1:4433/base". It does not connect. A URL that is no absolute http or https URL, or that has user
// information, a query or a fragment, is refused with [ErrInvalid].
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	api, s, err := newAPI("NewClient", baseURL, opts)
	if err != nil {
		return nil, err
	}
	c := &Client{
		Login:        Flows[LoginFlow, LoginMethod]{f: loginFlow(), api: api},
		Registration: Flows[RegistrationFlow, RegistrationMethod]{f: registrationFlow(), api: api},
		Settings:     Flows[SettingsFlow, SettingsMethod]{f: settingsFlow(), api: api},
		Recovery:     Flows[RecoveryFlow, RecoveryMethod]{f: recoveryFlow(), api: api},
		Verification: Flows[VerificationFlow, VerificationMethod]{f: verificationFlow(), api: api},
		me:           me{api: api, somehow: forPerson},
		health:       health{api},
		api:          api,
		settings:     s,
		front:        new(atomic.Pointer[front]),
	}
	c.Login.f.visit = visits(c, func(b *Browser) Flows[LoginFlow, LoginMethod] { return b.Login })
	c.Registration.f.visit = visits(c, func(b *Browser) Flows[RegistrationFlow, RegistrationMethod] { return b.Registration })
	c.Settings.f.visit = visits(c, func(b *Browser) Flows[SettingsFlow, SettingsMethod] { return b.Settings })
	c.Recovery.f.visit = visits(c, func(b *Browser) Flows[RecoveryFlow, RecoveryMethod] { return b.Recovery })
	c.Verification.f.visit = visits(c, func(b *Browser) Flows[VerificationFlow, VerificationMethod] { return b.Verification })
	return c, nil
}

// Admin calls Kratos' admin API (port 4434 by default). The API has no authentication of its own: whoever reaches it can
// read, change and delete every identity, so it belongs on a private network. Make one with [NewAdmin] and share it; it
// is safe for concurrent use.
type Admin struct {
	health
	api *gen.Client
}

// NewAdmin returns a client for the admin API at baseURL, such as "http://kratos.internal:4434". It does not connect. What
// [NewClient] says of URLs holds here too.
func NewAdmin(baseURL string, opts ...Option) (*Admin, error) {
	api, _, err := newAPI("NewAdmin", baseURL, opts)
	if err != nil {
		return nil, err
	}
	return &Admin{health{api}, api}, nil
}

func newAPI(caller, baseURL string, opts []Option) (*gen.Client, *settings, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, nil, invalid(caller, err.Error())
	}
	s, err := newSettings(opts)
	if err != nil {
		return nil, nil, invalid(caller, err.Error())
	}
	s.base = base
	return gen.NewClient(base, s), s, nil
}
