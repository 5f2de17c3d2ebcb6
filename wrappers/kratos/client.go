package kratos

import (
	"sync/atomic"

	"github.com/kratoskit/kratos-go/gen"
)

// The way of a request, file by file; each is entered once on the way down, and once on the way up.
//
//	flow.go, admin_….go, session….go   a method checks its arguments           ^ what the caller gets
//	request_edit.go, request_checks.go the caller's options, and checks of both |
//	gen                                the request, as the API describes it     |
//	web_browser.go                     for a Browser: the person's cookies      | and those that Kratos set
//	client_options.go                  the client's headers                     |
//	internal/transport                 attempts, pauses, time-out, limits       | the response, whole or as a stream
//
// Upwards, response.go (or list.go, item by item) decodes the response by its shape, operation.go
// says what it means for its operation, error.go makes an error of a failure, and flow_outcome.go a
// Step.

// Client calls Kratos' public API (port 4433 by default) for native clients: programs that keep a
// session token themselves, such as command line tools, mobile apps' backends and services. Make
// one with [NewClient] and share it; it is safe for concurrent use.
type Client struct {
	// Login is the login flow (createNativeLoginFlow, getLoginFlow, updateLoginFlow).
	Login FlowClient[LoginFlow, LoginMethod, StartLogin]
	// Registration is the registration flow (createNativeRegistrationFlow, getRegistrationFlow,
	// updateRegistrationFlow).
	Registration FlowClient[RegistrationFlow, RegistrationMethod, StartRegistration]
	// Settings is the settings flow (createNativeSettingsFlow, getSettingsFlow,
	// updateSettingsFlow); its calls need the person's [SessionToken].
	Settings FlowClient[SettingsFlow, SettingsMethod, StartSettings]
	// Recovery is the recovery flow (createNativeRecoveryFlow, getRecoveryFlow,
	// updateRecoveryFlow).
	Recovery FlowClient[RecoveryFlow, RecoveryMethod, StartRecovery]
	// Verification is the flow that verifies an address (createNativeVerificationFlow,
	// getVerificationFlow, updateVerificationFlow).
	Verification FlowClient[VerificationFlow, VerificationMethod, StartVerification]

	selfService
	health
	api *gen.Client
	*clientCore
}

// clientCore has nothing but pointers, so that package fmt prints addresses: it follows the pointers
// in a struct as far as the next struct, for a verb that does not fit.
type clientCore struct {
	settings *settings
	rewriter *atomic.Pointer[urlRewriter] // set by Proxy
}

// NewClient returns a client for the public API at baseURL, such as "https://auth.example.com" or
// "http://127.0.0.1:4433/base". It does not connect. A URL that is no absolute http or https URL,
// or that has user information, a query or a fragment, is refused with [ErrInvalidArgument].
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	api, s, err := newAPI("NewClient", baseURL, opts)
	if err != nil {
		return nil, err
	}
	c := &Client{
		selfService: selfService{api: api, requireCredentials: checkSessionToken},
		health:      health{api},
		api:         api,
		clientCore:  &clientCore{settings: s, rewriter: new(atomic.Pointer[urlRewriter])},
	}
	c.Login = newFlowClient(c, newLoginOperations())
	c.Registration = newFlowClient(c, newRegistrationOperations())
	c.Settings = newFlowClient(c, newSettingsOperations())
	c.Recovery = newFlowClient(c, newRecoveryOperations())
	c.Verification = newFlowClient(c, newVerificationOperations())
	return c, nil
}

// Admin calls Kratos' admin API (port 4434 by default). The API has no authentication of its own:
// whoever reaches it can read, change and delete every identity, so it belongs on a private
// network. Make one with [NewAdmin] and share it; it is safe for concurrent use.
type Admin struct {
	health
	api *gen.Client
}

// NewAdmin returns a client for the admin API at baseURL, such as "http://kratos.internal:4434". It
// does not connect. What [NewClient] says of URLs holds here too.
func NewAdmin(baseURL string, opts ...Option) (*Admin, error) {
	api, _, err := newAPI("NewAdmin", baseURL, opts)
	if err != nil {
		return nil, err
	}
	return &Admin{health{api}, api}, nil
}

// Must returns v, and panics with err if there is one: for clients whose URL and options are
// constants.
//
//	var client = kratos.Must(kratos.NewClient("http://127.0.0.1:4433"))
func Must[T any](v *T, err error) *T {
	if err != nil {
		panic(err)
	}
	return v
}

func newAPI(caller, baseURL string, opts []Option) (*gen.Client, *settings, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, nil, newArgumentError(caller, err.Error())
	}
	s, err := newSettings(opts)
	if err != nil {
		return nil, nil, newArgumentError(caller, err.Error())
	}
	s.base = base
	return gen.NewClient(base, s), s, nil
}
