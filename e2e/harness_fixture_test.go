package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// fixture is a Kratos and a site with the pages of all flows, for users in every mode.
type fixture struct {
	srv    *server.Server
	client *kratos.Client
	admin  *kratos.Admin
	home   *url.URL // base URL of Kratos' public API
	site   string   // URL of the site

	backend backend
	values  map[string]any // of the configuration
}

// renderedPage is the content of a page of the site, as JSON instead of HTML.
type renderedPage struct {
	Page string
	ID   string
	UI   gen.UIContainer
}

// newFixture starts a Kratos for one test, with these configuration values by path, such as
// "selfservice.flows.login.lifespan".
func newFixture(t *testing.T, values map[string]any) *fixture {
	t.Helper()
	return realKratos.newFixture(t, values)
}

// sharedSite has the pages of the shared Kratos. The first test that needs them adds them.
var sharedSite = struct {
	mux   *http.ServeMux
	url   string
	pages sync.Once
}{mux: http.NewServeMux()}

// sharedFixture returns the fixture of the shared Kratos, for tests with the default configuration.
func sharedFixture(t *testing.T) *fixture {
	t.Helper()
	fx := fixtureFor(t, shared, sharedSite.url)
	sharedSite.pages.Do(func() { addPages(sharedSite.mux, fx.client) })
	return fx
}

// fixtureFor returns a fixture of a running Kratos and a site.
func fixtureFor(t *testing.T, srv *server.Server, site string) *fixture {
	t.Helper()
	client, admin := clients(t, srv)
	return &fixture{srv: srv, client: client, admin: admin, home: must(url.Parse(srv.PublicURL))(t), site: site, backend: realKratos}
}

// addPages adds the pages of all flows to a site.
func addPages(mux *http.ServeMux, client *kratos.Client) {
	page := func(w http.ResponseWriter, name, id string, ui gen.UIContainer) {
		_ = json.NewEncoder(w).Encode(renderedPage{name, id, ui})
	}
	mux.Handle("GET /login", client.Login.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.LoginFlow) { page(w, "login", f.ID, f.UI) }))
	mux.Handle("GET /registration", client.Registration.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.RegistrationFlow) {
		page(w, "registration", f.ID, f.UI)
	}))
	mux.Handle("GET /settings", client.Settings.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.SettingsFlow) { page(w, "settings", f.ID, f.UI) }))
	mux.Handle("GET /recovery", client.Recovery.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.RecoveryFlow) { page(w, "recovery", f.ID, f.UI) }))
	mux.Handle("GET /verification", client.Verification.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.VerificationFlow) {
		page(w, "verification", f.ID, f.UI)
	}))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { page(w, "home", "", gen.UIContainer{}) })
	mux.HandleFunc("GET /error", func(w http.ResponseWriter, r *http.Request) { page(w, "error", r.FormValue("id"), gen.UIContainer{}) })
}

// nestConfig returns a configuration with these values by path.
func nestConfig(values map[string]any) map[string]any {
	config := map[string]any{}
	for path, value := range values {
		at := config
		names := strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			if at[name] == nil {
				at[name] = map[string]any{}
			}
			at = at[name].(map[string]any)
		}
		at[names[len(names)-1]] = value
	}
	return config
}

// inModes runs a scenario with a user in each mode, as subtests.
func (fx *fixture) inModes(t *testing.T, title string, modes []string, scenario func(*user)) {
	if fx.backend.skips(t, title) {
		return
	}
	t.Run(title, func(t *testing.T) {
		t.Parallel()
		for _, mode := range modes {
			t.Run(mode, func(t *testing.T) {
				t.Parallel()
				scenario(fx.user(t, mode))
			})
		}
	})
}

// createPerson creates an identity with a password.
func (fx *fixture) createPerson(t *testing.T, verified bool) person {
	t.Helper()
	p := newPerson()
	address := kratos.VerifiableAddress{Value: p.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusPending}
	if verified {
		address.Verified, address.Status = true, kratos.AddressStatusCompleted
	}
	must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{
		SchemaID: "person", Traits: p.traits, VerifiableAddresses: []kratos.VerifiableAddress{address},
		Credentials: kratos.Credentials(kratos.PlaintextPassword(p.password)),
	}))(t)
	return p
}
