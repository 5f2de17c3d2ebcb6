package server

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// Real starts a real Kratos with the methods of [kratostest.New], so that one test can use both.
// Requests go through a reverse proxy, which makes them fail. [kratostest.As] has no effect: the
// version is that of [Binary]. Advance moves the times in the database back.
func Real(t testing.TB, opts ...kratostest.Option) *kratostest.Kratos {
	t.Helper()
	config := kratostest.DefaultConfig()
	for _, opt := range opts {
		opt(&config)
	}
	r := &realServer{}
	r.public, r.admin = &lateProxy{}, &lateProxy{}
	return kratostest.Over(t, kratostest.Backend{
		Public: r.public, Admin: r.admin, Advance: r.advance,
		Start: func(publicURL, adminURL string) error {
			settings, err := configuration(t, config, publicURL, adminURL)
			if err != nil {
				return err
			}
			r.server = ForTest(t, Options{UI: config.UIURL, Config: settings})
			r.public.set(r.server.PublicURL)
			r.admin.set(r.server.AdminURL)
			return nil
		},
	})
}

// realServer is a Server behind two proxies.
type realServer struct {
	server        *Server
	public, admin *lateProxy
}

// advance moves all times of the server back.
func (r *realServer) advance(d time.Duration) error { return r.server.age(context.Background(), d) }

// lateProxy is a reverse proxy whose target is set later.
type lateProxy struct {
	proxy atomic.Pointer[httputil.ReverseProxy]
}

func (l *lateProxy) set(target string) {
	u, err := url.Parse(target)
	if err != nil {
		panic(err) // made by this package
	}
	l.proxy.Store(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host
	}})
}

func (l *lateProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.proxy.Load().ServeHTTP(w, r) }

// object is a part of Kratos' configuration.
type object = map[string]any

// configuration returns the configuration of a real Kratos behind proxies with these URLs.
func configuration(t testing.TB, c kratostest.Config, publicURL, adminURL string) (object, error) {
	var schemas []object
	for _, s := range c.Schemas {
		schemas = append(schemas, object{"id": s.ID, "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(s.JSON))})
	}
	session := object{"lifespan": c.SessionLifespan.String(), "whoami": object{"required_aal": c.SessionAAL}}
	if len(c.Tokenizers) > 0 {
		templates, err := tokenizers(c.Tokenizers)
		if err != nil {
			return nil, err
		}
		session["whoami"] = object{"required_aal": c.SessionAAL, "tokenizer": object{"templates": templates}}
	}
	webHooks, err := webHooksOf(t, c)
	if err != nil {
		return nil, err
	}
	configured := object{
		"serve":    object{"public": object{"base_url": publicURL + "/"}, "admin": object{"base_url": adminURL + "/"}},
		"identity": object{"default_schema_id": c.Schemas[0].ID, "schemas": schemas},
		"session":  session,
		"security": object{"account_enumeration": object{"mitigate": c.MitigateEnumeration}},
		"feature_flags": flags(map[string]bool{
			"use_continue_with_transitions": c.ContinueWithTransitions, "cacheable_sessions": c.CacheableSessions,
			"faster_session_extend": c.FasterSessionExtend, "choose_recovery_address": c.ChooseRecoveryAddress,
			"legacy_require_verified_login_error": c.LegacyUnverifiedError,
		}),
		"selfservice": object{
			"default_browser_return_url": c.ReturnURL, "allowed_return_urls": append([]string{c.ReturnURL}, c.AllowedReturnURLs...),
			"methods": methods(c), "flows": flows(c, webHooks),
		},
	}
	return configured, addReceivers(t, c, configured)
}

// flags returns the flags that are set: older servers reject those that they do not know.
func flags(all map[string]bool) object {
	set := object{}
	for name, on := range all {
		if on {
			set[name] = true
		}
	}
	return set
}

// tokenizers returns the templates of tokenized sessions.
func tokenizers(templates map[string]kratostest.Tokenizer) (object, error) {
	all := object{}
	for name, template := range templates {
		if template.Claims != nil {
			return nil, fmt.Errorf("server: a real Kratos has no claims made in Go: tokenizer %q", name)
		}
		set := `{"keys":[` + string(template.Key) + `]}`
		all[name] = object{"ttl": template.TTL.String(), "jwks_url": "base64://" + base64.StdEncoding.EncodeToString([]byte(set))}
	}
	return all, nil
}

// methods returns the configuration of the methods.
func methods(c kratostest.Config) object {
	all := object{}
	for _, name := range []string{"password", "code", "totp", "lookup_secret", "profile", "link"} {
		all[name] = object{"enabled": slices.Contains(c.Methods, name)}
	}
	all["webauthn"], all["passkey"] = object{"enabled": false}, object{"enabled": false}
	code := all["code"].(object)
	code["passwordless_enabled"], code["mfa_enabled"] = c.PasswordlessCode, c.SecondFactorCode
	code["config"] = object{"lifespan": c.CodeLifespan.String()}
	all["link"].(object)["config"] = object{"lifespan": c.CodeLifespan.String()}
	return all
}
