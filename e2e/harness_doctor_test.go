package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

// Names of the deployment that doctor examines. A forward proxy leads to them.
const (
	doctorAuth = "https://auth.example.test"
	doctorSite = "https://www.example.test"
)

// deployment is a Kratos as in production, with https, a reverse proxy and a site, and its
// configuration in a file.
type deployment struct {
	srv    *server.Server
	inner  http.Handler                 // the reverse proxy and the site
	outer  atomic.Pointer[http.Handler] // with the change of a case
	proxy  string                       // URL of the forward proxy
	ca     string                       // file with its certificate
	values map[string]any
}

// cleanConfig returns a configuration without a fault, by path.
func cleanConfig() map[string]any {
	after := []any{map[string]any{"hook": "session"}, map[string]any{"hook": "show_verification_ui"}}
	secret := func() []string { return []string{rand.Text() + "x9"} }
	values := map[string]any{
		"serve.public.base_url":             doctorAuth + "/",
		"serve.public.cors.enabled":         true,
		"serve.public.cors.allowed_origins": []string{doctorSite},
		"serve.admin.host":                  "127.0.0.1",
		"cookies.domain":                    "example.test",
		"secrets.default":                   secret(), "secrets.cookie": secret(),
		"secrets.cipher":    []string{rand.Text() + rand.Text()[:6]},
		"ciphers.algorithm": "xchacha20-poly1305",
		"feature_flags.use_continue_with_transitions":        true,
		"selfservice.default_browser_return_url":             doctorSite + "/",
		"selfservice.allowed_return_urls":                    []string{doctorSite + "/"},
		"selfservice.methods.passkey.config.rp.id":           "example.test",
		"selfservice.methods.passkey.config.rp.origins":      []string{doctorSite},
		"selfservice.methods.passkey.enabled":                true,
		"selfservice.methods.webauthn.enabled":               true,
		"selfservice.methods.webauthn.config.rp.id":          "example.test",
		"selfservice.methods.webauthn.config.rp.origins":     []string{doctorSite},
		"selfservice.methods.code.passwordless_enabled":      true,
		"selfservice.flows.verification.enabled":             true,
		"selfservice.flows.registration.after.code.hooks":    after,
		"selfservice.flows.registration.after.passkey.hooks": after, "selfservice.flows.registration.after.password.hooks": after,
	}
	for _, name := range []string{"login", "registration", "recovery", "verification", "settings", "error"} {
		values["selfservice.flows."+name+".ui_url"] = doctorSite + "/" + name
	}
	return values
}

// deploy starts a Kratos with the clean configuration and changes of it. A change to nil removes
// the value.
func deploy(t *testing.T, changes map[string]any, flags ...string) *deployment {
	t.Helper()
	if flags == nil {
		flags = []string{"--watch-courier"}
	}
	d := &deployment{values: changed(cleanConfig(), changes)}
	d.srv = server.ForTest(t, server.Options{Config: nestConfig(d.values), Flags: flags})
	public := httputil.NewSingleHostReverseProxy(must(url.Parse(d.srv.PublicURL))(t))
	admin := httputil.NewSingleHostReverseProxy(must(url.Parse(d.srv.AdminURL))(t))
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := strings.Cut(r.Host, ":")
		switch {
		case !strings.HasPrefix(host, "auth."):
			http.NotFound(w, r)
		case r.Header.Get("X-Admin") != "":
			admin.ServeHTTP(w, r)
		default:
			public.ServeHTTP(w, r)
		}
	}))
	d.inner = site.Config.Handler
	d.change(nil)
	site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*d.outer.Load()).ServeHTTP(w, r) })
	var certificate tls.Certificate
	certificate, d.ca = newCertificate(t)
	site.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	site.StartTLS()
	t.Cleanup(site.Close)
	forward := httptest.NewServer(forwardProxy(site.Config.Handler, site.Listener.Addr().String()))
	t.Cleanup(forward.Close)
	d.proxy = forward.URL
	return d
}

// change changes what the reverse proxy does. Nil ends the change.
func (d *deployment) change(proxy func(http.Handler) http.Handler) {
	handler := d.inner
	if proxy != nil {
		changed := proxy(d.inner)
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Host, "auth.") {
				changed.ServeHTTP(w, r)
				return
			}
			d.inner.ServeHTTP(w, r)
		})
	}
	d.outer.Store(&handler)
}

// changed returns values with changes. A change to nil removes a value.
func changed(values, changes map[string]any) map[string]any {
	result := map[string]any{}
	for _, m := range []map[string]any{values, changes} {
		for path, value := range m {
			result[path] = value
			if value == nil {
				delete(result, path)
			}
		}
	}
	return result
}

// forwardProxy leads requests for .test to the handler, by https at the address, or by http. Hosts
// that begin with "down." cannot be reached.
func forwardProxy(handler http.Handler, address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.Host, "down."):
			http.Error(w, "no such host", http.StatusBadGateway)
		case r.Method != http.MethodConnect:
			handler.ServeHTTP(w, r)
		default:
			tunnel(w, address)
		}
	})
}

func tunnel(w http.ResponseWriter, address string) {
	upstream, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, "no connection", http.StatusBadGateway)
		return
	}
	defer upstream.Close()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(upstream, buffered)
		_ = upstream.(*net.TCPConn).CloseWrite()
	})
	_, _ = io.Copy(conn, upstream)
	_ = conn.Close()
	wg.Wait()
}

// newCertificate returns a certificate for the names of deployments, and its file.
func newCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"*.example.test", "*.other.test"}, IsCA: true, BasicConstraintsValid: true,
	}
	der := must(x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key))(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// buildKratosctl returns the path of kratosctl.
func buildKratosctl(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "kratosctl")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join("..", "cmd", "kratosctl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

// configFile writes the configuration with changes that Kratos does not have.
func (d *deployment) configFile(t *testing.T, changes map[string]any) string {
	t.Helper()
	values := changed(changed(map[string]any{"dsn": "postgres://kratos@db/kratos"}, d.values), changes)
	path := filepath.Join(t.TempDir(), "kratos.json")
	if err := os.WriteFile(path, must(json.MarshalIndent(nestConfig(values), "", "  "))(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// doctorFinding is a finding in the JSON of doctor.
type doctorFinding struct{ ID, Severity, What, Why, Fix, Evidence string }

// run runs kratosctl and returns what it prints, and its exit status.
func (d *deployment) run(t *testing.T, binary string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+d.ca, "HTTPS_PROXY="+d.proxy, "HTTP_PROXY="+d.proxy, "NO_PROXY=", "KRATOSCTL_ADMIN_TOKEN=")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// findings runs doctor and returns what it found, except checks that were not possible.
func (d *deployment) findings(t *testing.T, binary string, args ...string) (ids []string, status int, out string) {
	t.Helper()
	out, status = d.run(t, binary, append([]string{"doctor", "--json"}, args...)...)
	var decoded struct{ Findings []doctorFinding }
	if err := json.Unmarshal([]byte(out), &decoded); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, f := range decoded.Findings {
		if f.What == "" || f.Why == "" || f.Fix == "" {
			t.Errorf("%s has no text, reason or fix: %+v", f.ID, f)
		}
		if f.ID != "not-checked" {
			ids = append(ids, f.ID)
		}
	}
	return ids, status, out
}
