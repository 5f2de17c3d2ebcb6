package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// stage is a Kratos with the pages of all flows, for people in every mode at once.
type stage struct {
	srv    *server.Server
	client *kratos.Client
	admin  *kratos.Admin
	home   *url.URL // of Kratos
	site   string
}

// shown is a page of the stage's site, as it writes them.
type shown struct {
	Page string
	ID   string
	UI   gen.UIContainer
}

// newStage starts a Kratos whose configuration has these values, by path ("selfservice.flows.login.lifespan").
func newStage(t *testing.T, values map[string]any) *stage {
	t.Helper()
	mux := http.NewServeMux()
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	srv := server.ForTest(t, server.Options{UI: app.URL, Config: configured(values)})
	t.Cleanup(http.DefaultClient.CloseIdleConnections) // Kratos would wait for them before it ends
	s := stageOf(t, srv, app.URL)
	addPages(mux, s.client)
	return s
}

// sharedSite has the pages of the shared Kratos, once a test needs them.
var sharedSite = struct {
	mux   *http.ServeMux
	url   string
	pages sync.Once
}{mux: http.NewServeMux()}

// sharedStage is the stage of the shared Kratos.
func sharedStage(t *testing.T) *stage {
	t.Helper()
	s := stageOf(t, shared, sharedSite.url)
	sharedSite.pages.Do(func() { addPages(sharedSite.mux, s.client) })
	return s
}

func stageOf(t *testing.T, srv *server.Server, site string) *stage {
	t.Helper()
	client, admin := clients(t, srv)
	return &stage{srv, client, admin, must1of[*url.URL](t)(url.Parse(srv.PublicURL)), site}
}

// addPages adds the pages of all flows to a site.
func addPages(mux *http.ServeMux, client *kratos.Client) {
	page := func(w http.ResponseWriter, name, id string, ui gen.UIContainer) {
		_ = json.NewEncoder(w).Encode(shown{name, id, ui})
	}
	mux.Handle("GET /login", client.Login.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.LoginFlow) { page(w, "login", f.ID, f.UI) }))
	mux.Handle("GET /registration", client.Registration.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.RegistrationFlow) {
		page(w, "registration", f.ID, f.UI)
	}))
	mux.Handle("GET /settings", client.Settings.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.SettingsFlow) { page(w, "settings", f.ID, f.UI) }))
	mux.Handle("GET /recovery", client.Recovery.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.RecoveryFlow) { page(w, "recovery", f.ID, f.UI) }))
	mux.Handle("GET /verification", client.Verification.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.VerificationFlow) {
		page(w, "verification", f.ID, f.UI)
	}))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { page(w, "home", "", gen.UIContainer{}) })
	mux.HandleFunc("GET /error", func(w http.ResponseWriter, r *http.Request) { page(w, "error", r.FormValue("id"), gen.UIContainer{}) })
}

// configured is a configuration that has these values, by path.
func configured(values map[string]any) map[string]any {
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

// inModes runs a scenario once for a visitor in each mode.
func (s *stage) inModes(t *testing.T, title string, modes []string, scenario func(*visitor)) {
	t.Run(title, func(t *testing.T) {
		t.Parallel()
		for _, mode := range modes {
			t.Run(mode, func(t *testing.T) {
				t.Parallel()
				scenario(s.visitor(t, mode))
			})
		}
	})
}

// member is somebody who has an account with a password.
func (s *stage) member(t *testing.T, verified bool) person {
	t.Helper()
	p := newPerson()
	address := kratos.VerifiableAddress{Value: p.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusPending}
	if verified {
		address.Verified, address.Status = true, kratos.AddressStatusCompleted
	}
	must1(t)(s.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{
		SchemaID: "person", Traits: p.traits, VerifiableAddresses: []kratos.VerifiableAddress{address},
		Credentials: kratos.Credentials(kratos.ClearTextPassword(p.password)),
	}))
	return p
}

// browsers are the modes in which there is a browser.
var browsers = modes[1:]

// visitor is somebody who uses flows in one mode.
type visitor struct {
	*stage
	t     *testing.T
	mode  string
	token string       // of a native client
	http  *http.Client // the browser of the others
}

func (s *stage) visitor(t *testing.T, mode string) *visitor {
	t.Helper()
	jar := must1of[*cookiejar.Jar](t)(cookiejar.New(nil))
	stay := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Hostname() == s.home.Hostname() {
			return nil
		}
		return http.ErrUseLastResponse
	}
	return &visitor{stage: s, t: t, mode: mode, http: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// another is a visitor in the same mode, with nobody signed in.
func (v *visitor) another() *visitor { return v.visitor(v.t, v.mode) }

// ajax lets the single-page application in the browser do something.
func (v *visitor) ajax(do func(*kratos.Browser)) {
	v.t.Helper()
	browser := v.client.Browser(visit(v.http.Jar.Cookies(v.home)))
	do(browser)
	w := httptest.NewRecorder()
	browser.Relay(w)
	v.http.Jar.SetCookies(v.home, w.Result().Cookies())
}

// session returns the session that the visitor is signed in with.
func (v *visitor) session() (session *kratos.Session, err error) {
	v.t.Helper()
	if v.mode == native {
		return v.client.Whoami(v.t.Context(), kratos.Token(v.token))
	}
	v.ajax(func(b *kratos.Browser) { session, err = b.Whoami(v.t.Context()) })
	return session, err
}

// code returns the code of the next mail to an address.
func (v *visitor) code(email string) string {
	v.t.Helper()
	return code(v.t, v.srv, email)
}

// link returns the link in the next mail to an address.
func (v *visitor) link(email string) string {
	v.t.Helper()
	mail := must1of[server.Message](v.t)(v.srv.Mail.Wait(v.t.Context(), email))
	return must1of[string](v.t)(mail.Link())
}
