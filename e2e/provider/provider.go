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

// Ids of a [Provider] and a [Google] in Kratos' configuration.
const (
	ID       = "acme"
	GoogleID = "google"
)

// Provider is a running provider. It denies access until [Provider.SignIn] is called.
type Provider struct {
	oidc *mockoidc.MockOIDC

	mu     sync.Mutex // serializes requests, because mockoidc does not lock its sessions
	person *Person    // who logs in; nil denies access
}

// Start starts a provider, which the caller stops.
func Start() (*Provider, error) {
	p := new(Provider)
	if err := p.start(); err != nil {
		return nil, err
	}
	return p, nil
}

// Stop stops the provider.
func (p *Provider) Stop() { _ = p.oidc.Server.Close() }

// ForTest starts a provider for a test, and stops it at the end of the test.
func ForTest(t testing.TB) *Provider {
	t.Helper()
	p, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// SignIn sets the person who logs in from now on and grants access.
func (p *Provider) SignIn(person Person) { p.setPerson(&person) }

// Refuse denies access from now on, with the OAuth 2.0 error access_denied.
func (p *Provider) DenyAccess() { p.setPerson(nil) }

func (p *Provider) setPerson(person *Person) {
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
			denyAccess(w, r)
			return
		default:
			p.oidc.QueueUser(account(*p.person))
		}
		next.ServeHTTP(w, r)
	})
}

func denyAccess(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri is not a URL", http.StatusBadRequest)
		return
	}
	values := back.Query()
	values.Set("error", "access_denied")
	values.Set("error_description", "The person denied access.")
	values.Set("state", query.Get("state"))
	back.RawQuery = values.Encode()
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

// mapper maps the claims to traits of the identity schema in package server. Kratos asks the person
// for traits without a claim.
const mapper = `local claims = std.extVar('claims');
{ identity: { traits: {
  [if 'email' in claims then 'email']: claims.email,
  [if 'given_name' in claims then 'name']: { first: claims.given_name },
} } }`

// Sources of the claims about the person, for [Provider.Config].
const (
	FromIDToken  = "id_token"
	FromUserinfo = "userinfo"
)

// Config returns Kratos' configuration of the provider, for server.Options.Config. claimsSource is
// [FromIDToken] or [FromUserinfo]. A registration with the provider logs the person in.
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
