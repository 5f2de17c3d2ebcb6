//go:build browser

package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// waitTimeout is that of each step. It is long, because it ends only tests that fail.
const waitTimeout = 45 * time.Second

// site is the program examples/selfservice-ui with a Kratos of its own, and a provider.
type site struct {
	url   string
	srv   *server.Server
	admin *kratos.Admin

	idp     *provider.Provider
	account sync.Mutex // the provider serves one browser at a time
	stops   []func()
}

// newSite starts a website for one test, with these configuration values by path.
func newSite(t *testing.T, values map[string]any) *site {
	t.Helper()
	s, err := startSite(t.TempDir(), values)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// startSite starts a website with these flags.
func startSite(dir string, values map[string]any, flags ...string) (_ *site, err error) {
	s := new(site)
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	binary := filepath.Join(dir, "selfservice-ui")
	build := exec.Command("go", "build", "-o", binary, "./examples/selfservice-ui")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s.url = "http://localhost:" + port // WebAuthn needs https, or this name
	if s.idp, err = provider.Start(); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, s.idp.Stop)
	if s.srv, err = server.Start(context.Background(), server.Options{UI: s.url, Config: s.config(values)}); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, s.srv.Stop)
	if s.admin, err = kratos.NewAdmin(s.srv.AdminURL); err != nil {
		return nil, err
	}
	flags = append(flags, "-public", s.srv.PublicURL, "-admin", s.srv.AdminURL, "-listen", "127.0.0.1:"+port)
	web := exec.Command(binary, flags...)
	web.Stdout, web.Stderr = os.Stderr, os.Stderr
	if err := web.Start(); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() { _ = web.Process.Kill(); _ = web.Wait() })
	return s, s.ready()
}

// config returns Kratos' configuration: the provider, and WebAuthn on this origin.
func (s *site) config(values map[string]any) map[string]any {
	config := s.idp.Config(provider.FromIDToken)
	set := func(path string, value any) {
		at, names := config, strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			if _, ok := at[name].(map[string]any); !ok {
				at[name] = map[string]any{}
			}
			at = at[name].(map[string]any)
		}
		at[names[len(names)-1]] = value
	}
	set("serve.public.base_url", s.url+"/auth/")
	set("selfservice.methods.passkey.config.rp.origins", []string{s.url})
	set("selfservice.methods.webauthn.config.rp.origins", []string{s.url})
	for path, value := range values {
		set(path, value)
	}
	return config
}

func (s *site) ready() error {
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get(s.url + "/assets/ui.css"); err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return fmt.Errorf("the website does not start")
}

func (s *site) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
	s.stops = nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// code returns the code in the next email to an address.
func (s *site) code(t *testing.T, address string) string {
	t.Helper()
	for { // the first email can be one about the registration, without a code
		message, err := s.srv.Mail.Wait(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		if code, err := message.Code(); err == nil {
			return code
		}
	}
}
