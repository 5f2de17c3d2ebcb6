package provider

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
)

// What Kratos calls a [Provider], and a [Google].
const (
	ID       = "acme"
	GoogleID = "google"
)

// Provider is a running provider. Nobody is signed in at first, and so everybody is refused.
type Provider struct {
	oidc *mockoidc.MockOIDC

	mu     sync.Mutex // one request at a time: mockoidc does not lock its sessions
	person *Person    // at the browser; nil refuses
}

// ForTest starts a provider for one test, and stops it when the test has ended.
func ForTest(t testing.TB) *Provider {
	t.Helper()
	p := new(Provider)
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.oidc.Server.Close() })
	return p
}

// SignIn makes every visit from now on one of person, who agrees to what Kratos asks for.
func (p *Provider) SignIn(person Person) { p.visitor(&person) }

// Refuse makes whoever visits from now on refuse, which the provider reports as access_denied.
func (p *Provider) Refuse() { p.visitor(nil) }

func (p *Provider) visitor(person *Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person = person
}

func (p *Provider) handle(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch {
		case r.URL.Path != mockoidc.AuthorizationEndpoint:
		case p.person == nil:
			refuse(w, r)
			return
		default:
			p.oidc.QueueUser(account(*p.person))
		}
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri is no URL", http.StatusBadRequest)
		return
	}
	answer := back.Query()
	answer.Set("error", "access_denied")
	answer.Set("error_description", "The person refused.")
	answer.Set("state", query.Get("state"))
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *Provider) start() error {
	var err error
	if p.oidc, err = mockoidc.NewServer(nil); err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	if err := p.oidc.AddMiddleware(p.handle); err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	if err := p.oidc.Start(listener, nil); err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	return nil
}

// mapper makes traits of the identity schema in package server of what the provider says; what it
// does not say is left for Kratos to ask the person.
const mapper = `local claims = std.extVar('claims');
{ identity: { traits: {
  [if 'email' in claims then 'email']: claims.email,
  [if 'given_name' in claims then 'name']: { first: claims.given_name },
} } }`

// Where a Kratos can read who signed in.
const (
	FromIDToken  = "id_token"
	FromUserinfo = "userinfo"
)

// Config is what a Kratos needs to know of the provider, for server.Options.Config, with
// [FromIDToken] or [FromUserinfo] for where it is to read who signed in. Whoever registers through
// the provider is signed in at once.
func (p *Provider) Config(claimsSource string) map[string]any {
	return config(map[string]any{
		"id":            ID,
		"provider":      "generic",
		"label":         "Acme",
		"issuer_url":    p.oidc.Issuer(),
		"client_id":     p.oidc.ClientID,
		"client_secret": p.oidc.ClientSecret,
		"scope":         []string{"openid", "email", "profile"},
		"claims_source": claimsSource,
	})
}

func config(provider map[string]any) map[string]any {
	provider["mapper_url"] = "base64://" + base64.StdEncoding.EncodeToString([]byte(mapper))
	type object = map[string]any
	return object{"selfservice": object{
		"methods": object{"oidc": object{"enabled": true, "config": object{"providers": []object{provider}}}},
		"flows":   object{"registration": object{"after": object{"oidc": object{"hooks": []object{{"hook": "session"}}}}}},
	}}
}
