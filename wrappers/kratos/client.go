package kratos

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// Client calls Kratos' public API (port 4433 by default) for native clients: programs that keep a session token
// themselves, such as command line tools, mobile apps' backends and services. Make one with [NewClient] and share it; it is
// safe for concurrent use.
type Client struct {
	// Login is the login flow (operations createNativeLoginFlow, getLoginFlow, updateLoginFlow).
	Login Flows[LoginFlow, LoginMethod]
	// Registration is the registration flow (operations createNativeRegistrationFlow, getRegistrationFlow, updateRegistrationFlow).
	Registration Flows[RegistrationFlow, RegistrationMethod]
	// Verification is the flow that verifies an address (operations createNativeVerificationFlow, getVerificationFlow,
	// updateVerificationFlow).
	Verification Flows[VerificationFlow, VerificationMethod]

	api *gen.Client
}

// NewClient returns a client for the public API at baseURL, such as "https://auth.example.com" or
// "http://127.0.0.1:4433/base". It does not connect. A URL that is no absolute http or https URL, or that has user
// information, a query or a fragment, is refused with [ErrInvalid].
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	api, err := newAPI("NewClient", baseURL, opts)
	if err != nil {
		return nil, err
	}
	return &Client{
		Login:        Flows[LoginFlow, LoginMethod]{loginFlow(api)},
		Registration: Flows[RegistrationFlow, RegistrationMethod]{registrationFlow(api)},
		Verification: Flows[VerificationFlow, VerificationMethod]{verificationFlow(api)},
		api:          api,
	}, nil
}

// Admin calls Kratos' admin API (port 4434 by default). The API has no authentication of its own: whoever reaches it can
// read, change and delete every identity, so it belongs on a private network. Make one with [NewAdmin] and share it; it
// is safe for concurrent use.
type Admin struct {
	api *gen.Client
}

// NewAdmin returns a client for the admin API at baseURL, such as "http://kratos.internal:4434". It does not connect. What
// [NewClient] says of URLs holds here too.
func NewAdmin(baseURL string, opts ...Option) (*Admin, error) {
	api, err := newAPI("NewAdmin", baseURL, opts)
	if err != nil {
		return nil, err
	}
	return &Admin{api: api}, nil
}

func newAPI(caller, baseURL string, opts []Option) (*gen.Client, error) {
	base, err := checkBaseURL(baseURL)
	if err != nil {
		return nil, invalid(caller, err.Error())
	}
	t, err := newTransport(opts)
	if err != nil {
		return nil, invalid(caller, err.Error())
	}
	return gen.NewClient(base, gen.WithHTTPClient(t))
}

// A CallOption changes the request of one call before it is sent.
type CallOption func(*http.Request)

// Token makes a call act for the person whose session token is token (header X-Session-Token).
func Token(token string) CallOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets the query parameter name to value, for parameters that no other option or argument covers.
func Query(name, value string) CallOption {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

// ReturnTo asks Kratos to send the person's browser to url at the end of the flow that is being started. Kratos refuses
// URLs that its configuration does not allow with [ErrReturnToForbidden].
func ReturnTo(url string) CallOption { return Query("return_to", url) }

// A check refuses a request that must not be sent as it is; it runs after the call's options.
type check func(*http.Request) error

// edit makes of a call's options, and of checks on the outcome, what the generated client takes.
func edit(opts []CallOption, checks ...check) []gen.RequestEditorFn {
	edits := make([]gen.RequestEditorFn, 0, 1)
	return append(edits, func(_ context.Context, r *http.Request) error {
		for _, opt := range opts {
			opt(r)
		}
		for _, check := range checks {
			if err := check(r); err != nil {
				return err
			}
		}
		return nil
	})
}

const headerSessionToken = "X-Session-Token"

// native refuses what makes Kratos refuse a native call, or what would give it a person that the caller did not mean.
func native(r *http.Request) error {
	for _, name := range []string{"Cookie", "Origin"} {
		if r.Header.Get(name) != "" {
			return argumentError("a native call has no header " + name)
		}
	}
	return nil
}

// forPerson refuses a call that acts for a person if nothing in it says for whom.
func forPerson(r *http.Request) error {
	if r.Header.Get(headerSessionToken) == "" {
		return argumentError("the call needs a session token: add kratos.Token(token), which must not be empty")
	}
	return nil
}
