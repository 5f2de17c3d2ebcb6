package kratostest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/front"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// Kratos is a Kratos for a test. Its methods fail the test if something is not possible. It is safe
// for concurrent use.
type Kratos struct {
	t                   testing.TB
	backend             Backend
	front               *front.Front
	publicURL, adminURL string
}

// Backend is the server behind a [Kratos]. [New] has one in memory; [Over] is for others.
type Backend struct {
	// Public and Admin handle the requests to the two ports.
	Public, Admin http.Handler
	// Start is called with the URLs of the ports before the first request. It may be nil.
	Start func(publicURL, adminURL string) error
	// Advance moves the clock forward. If it is nil, [Kratos.Advance] fails the test.
	Advance func(time.Duration) error
	// Now is the time of the server. Nil means [time.Now].
	Now func() time.Time

	wait         func() // for what runs in the background, or nil
	databaseDown bool   // the handlers respond to requests with front.DatabaseDown
}

// routes are those of all servers.
var routes = sync.OnceValue(func() *front.Routes { return front.NewRoutes(server.Operations()) })

// New starts a Kratos in memory on two loopback ports, and closes it when the test ends. It panics
// outside a test binary.
func New(t testing.TB, opts ...Option) *Kratos {
	t.Helper()
	return Over(t, inMemory(t, opts))
}

// inMemory returns a Backend in memory.
func inMemory(t testing.TB, opts []Option) Backend {
	t.Helper()
	config := DefaultConfig()
	for _, opt := range opts {
		opt(&config)
	}
	engine := must(newEngine(t, config))(t)
	return Backend{
		Public: engine.Public(), Admin: engine.Admin(), Now: engine.Now, wait: engine.Wait, databaseDown: true,
		Start: func(public, admin string) error {
			engine.SetURLs(public, admin)
			return nil
		},
		Advance: func(d time.Duration) error {
			engine.Advance(d)
			return nil
		},
	}
}

// offline returns a Kratos in memory without ports, which only its own methods reach.
func offline(t testing.TB) *Kratos {
	t.Helper()
	k := &Kratos{t: t, backend: inMemory(t, nil), publicURL: "http://kratos.test", adminURL: "http://admin.kratos.test"}
	if err := k.backend.Start(k.publicURL, k.adminURL); err != nil {
		t.Fatalf("kratostest: %v", err)
	}
	return k
}

// Over starts a Kratos on two loopback ports whose requests a Backend handles, such as a real
// server behind a reverse proxy, so that a test can use both.
func Over(t testing.TB, b Backend) *Kratos {
	t.Helper()
	if !testing.Testing() {
		panic("kratostest: for tests only")
	}
	k := &Kratos{t: t, backend: b, front: front.New(b.Public, b.Admin, routes(), b.databaseDown)}
	public, admin := httptest.NewServer(k.front.Public()), httptest.NewServer(k.front.Admin())
	k.publicURL, k.adminURL = public.URL, admin.URL
	wait := b.wait
	if wait == nil {
		wait = func() {}
	}
	t.Cleanup(func() {
		wait() // hooks can use the ports
		k.front.Close()
		public.Close()
		admin.Close()
		wait() // for the hooks of requests that were in flight
	})
	if b.Start != nil {
		if err := b.Start(k.publicURL, k.adminURL); err != nil {
			t.Fatalf("kratostest: %v", err)
		}
	}
	return k
}

// newEngine returns the engine of a configuration.
func newEngine(t testing.TB, c Config) (*server.Server, error) {
	config := server.Config{
		Version: c.Version, UIURL: c.UIURL, ReturnURL: c.ReturnURL, LogoutURL: c.LogoutURL, VerifiedURL: c.VerifiedURL, AllowedReturnURLs: c.AllowedReturnURLs,
		Methods: c.Methods, DisabledFlows: c.DisabledFlows, PasswordlessCode: c.PasswordlessCode, SecondFactorCode: c.SecondFactorCode,
		IdentifierFirst: c.IdentifierFirst, OneStepRegistration: c.OneStepRegistration,
		RecoveryMethod: c.RecoveryMethod, VerificationMethod: c.VerificationMethod, ChooseRecoveryAddress: c.ChooseRecoveryAddress,
		SessionAfterRegistration: c.SessionAfterRegistration, ShowVerification: c.ShowVerification, RequireVerifiedAddress: c.RequireVerifiedAddress,
		SettingsShowVerification: c.SettingsShowVerification, LegacyUnverifiedError: c.LegacyUnverifiedError,
		SessionAAL: c.SessionAAL, SettingsAAL: c.SettingsAAL,
		ContinueWithTransitions: c.ContinueWithTransitions, CacheableSessions: c.CacheableSessions, FasterSessionExtend: c.FasterSessionExtend,
		MitigateEnumeration: c.MitigateEnumeration, LoginHints: c.LoginHints,
		FlowLifespan: c.FlowLifespan, CodeLifespan: c.CodeLifespan, SessionLifespan: c.SessionLifespan, PrivilegedSessionMaxAge: c.PrivilegedSessionMaxAge,
	}
	for _, s := range c.Schemas {
		config.Schemas = append(config.Schemas, server.IdentitySchema(s))
	}
	if len(c.Tokenizers) > 0 {
		config.Tokenizers = map[string]server.Tokenizer{}
		for name, template := range c.Tokenizers {
			config.Tokenizers[name] = server.Tokenizer(template)
		}
	}
	if err := receivers(t, c, &config); err != nil {
		return nil, err
	}
	return server.New(config)
}

// PublicURL returns the URL of the public port.
func (k *Kratos) PublicURL() string { return k.publicURL }

// AdminURL returns the URL of the admin port.
func (k *Kratos) AdminURL() string { return k.adminURL }

// Client returns a client of the public port.
func (k *Kratos) Client(opts ...kratos.Option) *kratos.Client {
	k.t.Helper()
	return must(kratos.NewClient(k.PublicURL(), opts...))(k.t)
}

// Admin returns a client of the admin port.
func (k *Kratos) Admin(opts ...kratos.Option) *kratos.Admin {
	k.t.Helper()
	return must(kratos.NewAdmin(k.AdminURL(), opts...))(k.t)
}

// Advance moves the clock of Kratos forward: sessions, flows, codes and links expire.
func (k *Kratos) Advance(d time.Duration) {
	k.t.Helper()
	if k.backend.Advance == nil {
		k.t.Fatal("kratostest: the clock of this server cannot be moved")
	}
	if err := k.backend.Advance(d); err != nil {
		k.t.Fatalf("kratostest: %v", err)
	}
}

// now returns the time of the server.
func (k *Kratos) now() time.Time {
	if k.backend.Now == nil {
		return time.Now()
	}
	return k.backend.Now()
}

// must returns a function that returns the value, or fails the test.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("kratostest: %v", err)
		}
		return value
	}
}
