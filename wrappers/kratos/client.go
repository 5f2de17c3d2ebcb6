package kratos

import (
	"sync/atomic"

	"github.com/kratoskit/kratos-go/gen"
)

// A request passes through these files from top to bottom, and its response from bottom to top.
//
//	admin….go, flow.go, session….go  methods: check their arguments        ^ values and errors
//	request….go                      the caller's options, further checks  |
//	gen                              the request as the API describes it   |
//	web_browser.go                   of a Browser: adds its cookies        | keeps those from Kratos
//	client_options.go                the client's headers                  |
//	internal/transport               attempts, pauses, time-out, limits    | the body, or a stream
//
// On the way back, response.go (or list.go, item by item) decodes the response, operation.go
// interprets it for its operation, error.go makes an Error of a failure, and flow_result.go a
// FlowResult of a submission. client_log.go logs each attempt.

// Client calls Kratos' public API for native clients, which hold a session token: command line
// tools, services, backends of mobile apps.
type Client struct {
	// Login is the login flow (createNativeLoginFlow, getLoginFlow, updateLoginFlow).
	Login FlowClient[LoginFlow, LoginMethod, StartLogin]
	// Registration is the registration flow (createNativeRegistrationFlow, getRegistrationFlow,
	// updateRegistrationFlow).
	Registration FlowClient[RegistrationFlow, RegistrationMethod, StartRegistration]
	// Settings is the settings flow (createNativeSettingsFlow, getSettingsFlow,
	// updateSettingsFlow). It needs the person's [SessionToken].
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

// clientCore has pointers only, so that package fmt prints addresses and nothing secret: with a
// verb that does not fit, it follows the pointers of a struct, but not those of the next.
type clientCore struct {
	settings *settings
	rewriter *atomic.Pointer[urlRewriter] // set by Proxy
}

// NewClient returns a client for the public API, and does not connect. It fails with
// [ErrInvalidArgument] unless baseURL is http or https without user, query and fragment.
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

// Admin calls the admin API, which has no authentication: keep it private.
type Admin struct {
	health
	api *gen.Client
}

// NewAdmin returns a client for the admin API; see [NewClient] for baseURL.
func NewAdmin(baseURL string, opts ...Option) (*Admin, error) {
	api, _, err := newAPI("NewAdmin", baseURL, opts)
	if err != nil {
		return nil, err
	}
	return &Admin{health{api}, api}, nil
}

// Must returns v, or panics if err is not nil: for clients of constant URLs.
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
