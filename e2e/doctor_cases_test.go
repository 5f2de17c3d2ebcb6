package e2e

import (
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// doctorCases has each kind of finding at least once. Cases that change neither configuration nor
// flags of Kratos share one.
var doctorCases = []doctorCase{
	{name: "nothing is wrong", want: ""},
	{name: "nothing is wrong with a login in two steps", want: "", config: map[string]any{"selfservice.flows.login.style": "identifier_first"}},
	{
		name: "nothing is wrong below a path", want: "", config: map[string]any{"serve.public.base_url": doctorAuth + "/kratos/"},
		proxy: func(next http.Handler) http.Handler { return http.StripPrefix("/kratos", next) },
		args:  args("--public", doctorAuth+"/kratos/", "--admin", "ADMIN", "--site", doctorSite),
	},
	{name: "a finding to be ignored", want: "", file: map[string]any{"serve.admin.host": ""}, args: args("--public", doctorAuth, "--admin", "ADMIN", "--site", doctorSite, "--ignore", "admin-bound-all")},
	{name: "nothing is wrong with a login in two steps", want: "", config: map[string]any{"selfservice.flows.login.style": "identifier_first"}},
	{
		name: "nothing is wrong below a path", want: "", config: map[string]any{"serve.public.base_url": doctorAuth + "/kratos/"},
		proxy: func(next http.Handler) http.Handler { return http.StripPrefix("/kratos", next) },
		args:  args("--public", doctorAuth+"/kratos/", "--admin", "ADMIN", "--site", doctorSite),
	},
	{name: "a finding to be ignored", want: "", file: map[string]any{"serve.admin.host": ""}, args: args("--public", doctorAuth, "--admin", "ADMIN", "--site", doctorSite, "--ignore", "admin-bound-all")},

	{name: "a host that is down", want: "unreachable", args: args("--public", "https://down.example.test", "--admin", "ADMIN")},
	{name: "another server", want: "not-kratos", args: args("--public", doctorSite, "--admin", "ADMIN")},
	{name: "swapped URLs", want: "ports-swapped", args: args("--public", "ADMIN", "--admin", doctorAuth, "--site", doctorSite)},
	{name: "the admin API as the public one", want: "ports-swapped", args: args("--public", "ADMIN")},
	{name: "the public API as the admin API", want: "ports-swapped", args: args("--public", doctorAuth, "--admin", "PLAIN", "--site", doctorSite)},
	{name: "only the public API as the admin API", want: "ports-swapped", args: args("--admin", doctorAuth, "--site", doctorSite)},
	{name: "the admin API twice", want: "ports-swapped", args: args("--public", "ADMIN", "--admin", "ADMIN")},
	{name: "only the public API as the admin API", want: "ports-swapped", args: args("--admin", doctorAuth, "--site", doctorSite)},
	{name: "the admin API twice", want: "ports-swapped", args: args("--public", "ADMIN", "--admin", "ADMIN")},
	{name: "a proxy with a route to the admin API", want: "admin-exposed", proxy: adminRouted},
	{name: "an admin API at a public address", want: "admin-bound-public", file: map[string]any{"serve.admin.host": "203.0.113.7"}},
	{name: "an admin API at all addresses", want: "admin-bound-all", file: map[string]any{"serve.admin.host": "0.0.0.0"}},

	{name: "a proxy that removes Set-Cookie", want: "cookie-missing", proxy: onHeader("Set-Cookie", nothing)},
	{name: "cookies of another domain", want: "cookie-domain", config: map[string]any{"cookies.domain": "other.test"}},
	{name: "a session cookie of another domain", want: "cookie-domain", file: map[string]any{"session.cookie.domain": "other.test"}},
	{name: "cookies of Kratos' host only", want: "cookie-site", config: map[string]any{"cookies.domain": nil}},
	{name: "a site of another domain", want: "cookie-cross-site", config: onOtherSite(), args: args("--public", doctorAuth, "--admin", "ADMIN", "--site", otherSite)},
	{name: "a proxy that removes Secure from SameSite=None", want: "cookie-samesite", proxy: onHeader("Set-Cookie", func(s string) string {
		return strings.NewReplacer("; Secure", "", "SameSite=Lax", "SameSite=None").Replace(s)
	})},
	{name: "cookies with SameSite=Strict", want: "cookie-strict", config: map[string]any{"cookies.same_site": "Strict"}},
	{name: "production without https", want: "cookie-secure passkey-insecure", config: byHTTP(), args: args("--public", "http://auth.example.test", "--admin", "ADMIN", "--site", "http://www.example.test")},
	{name: "a proxy that removes HttpOnly", want: "cookie-httponly", proxy: onHeader("Set-Cookie", remove("; HttpOnly"))},
	{name: "cookies of another path", want: "cookie-path", config: map[string]any{"cookies.path": "/kratos"}},
	{name: "a __Host- cookie with a domain", want: "cookie-name", file: map[string]any{"session.cookie.name": "__Host-session"}},
	{name: "development mode behind https", want: "dev-mode", flags: []string{"--dev", "--watch-courier"}},
	{name: "development mode in the file", want: "dev-mode", file: map[string]any{"dev": true}},
	{
		name: "development mode on this machine", want: "dev-mode-local", flags: []string{"--dev", "--watch-courier"},
		config: map[string]any{"cookies.domain": nil, "serve.public.base_url": nil}, args: args("--public", "PLAIN", "--admin", "ADMIN"), withoutFile: true,
	},

	{name: "no CORS", want: "cors-missing", config: map[string]any{"serve.public.cors.enabled": false}},
	{name: "CORS for every origin", want: "cors-wildcard", config: map[string]any{"serve.public.cors.allowed_origins": []string{"*"}}},
	{name: "CORS without cookies", want: "cors-credentials", config: map[string]any{"serve.public.cors.allow_credentials": false}},
	{name: "CORS without POST", want: "cors-request", config: map[string]any{"serve.public.cors.allowed_methods": []string{"GET"}}},
	{name: "CORS without JSON", want: "cors-request", config: map[string]any{"serve.public.cors.allowed_headers": []string{"X-Session-Token"}}},
	{name: "CORS for every https origin", want: "cors-any-origin", config: map[string]any{"serve.public.cors.allowed_origins": []string{"https://*"}}},

	{name: "a site that is not a return URL", want: "return-url", config: map[string]any{"selfservice.allowed_return_urls": []string{"https://app.example.test/"}}},
	{name: "return URLs of any site", want: "return-url-open", config: map[string]any{"selfservice.allowed_return_urls": []string{doctorSite + "/", "https://*.invalid/"}}},
	{name: "another default return URL", want: "return-url-default", config: map[string]any{"selfservice.default_browser_return_url": "https://app.example.test/"}},
	{name: "a base URL that browsers do not use", want: "form-host", config: map[string]any{"serve.public.base_url": "https://kratos.internal.test/"}},
	{name: "a login page of a host that gets the cookies", want: "", config: map[string]any{"selfservice.flows.login.ui_url": "https://app.example.test/login"}},
	{name: "a login page of another site", want: "page-host", config: map[string]any{"selfservice.flows.login.ui_url": "https://app.other.test/login"}},
	{name: "a settings page of another site", want: "page-host", config: map[string]any{"selfservice.flows.settings.ui_url": "https://app.other.test/settings"}},

	{name: "a proxy that removes the cookies of GET", want: "csrf-read", proxy: withoutCookies(http.MethodGet, "/self-service/login/flows")},
	{name: "a proxy that removes the cookies of POST", want: "csrf-submit", proxy: withoutCookies(http.MethodPost, "/self-service/login")},

	{name: "no courier", want: "courier-stopped", flags: []string{}, setUp: mailed(kratos.CourierMessageStatusQueued, false)},
	{name: "a mail server that is down", want: "courier-failing", config: mailServerDown(100), setUp: mailed(kratos.CourierMessageStatusQueued, true)},
	{name: "a mail server that was down", want: "courier-abandoned", config: mailServerDown(1), setUp: mailed(kratos.CourierMessageStatusAbandoned, true)},

	{name: "a clock that is an hour ahead", want: "clock-skew", proxy: onHeader("Date", func(string) string { return time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) })},

	{name: "passkeys of another domain", want: "passkey-rp-id", config: map[string]any{"selfservice.methods.passkey.config.rp.id": "other.test"}},
	{name: "security keys of another domain", want: "passkey-rp-id", config: map[string]any{"selfservice.methods.webauthn.config.rp.id": "other.test"}},
	{name: "passkeys of another origin", want: "passkey-origin", config: map[string]any{"selfservice.methods.passkey.config.rp.origins": []string{doctorAuth}}},

	{name: "a proxy that removes Cache-Control", want: "cache-header", proxy: onHeader("Cache-Control", nothing)},
	{name: "a proxy with a cache of its own", want: "cache-shared", proxy: cached},
	{name: "a proxy that removes the lifetime of sessions", want: "cache-session-header", config: cachedSessions("1m"), proxy: onHeader("Ory-Session-Cache-For", nothing)},
	{name: "cached sessions without a limit", want: "cache-session-unlimited", config: cachedSessions(nil)},

	{name: "schemas that Kratos cannot read", want: "schema-unreadable", proxy: replaced("/schemas", http.StatusInternalServerError, `{"error":{"code":500,"status":"Internal Server Error","message":"x"}}`)},
	{name: "a schema that a proxy hides", want: "schema-unreadable", proxy: replaced("/schemas/person", http.StatusNotFound, `{}`)},
	{name: "a schema that is not valid", want: "schema-invalid", proxy: replaced("/schemas/person", http.StatusOK, `{"type":5}`)},

	{name: "no transitions", want: "recovery-native", config: map[string]any{"feature_flags.use_continue_with_transitions": false}},
	{name: "no session after a registration", want: "hook-session", config: map[string]any{"selfservice.flows.registration.after.password.hooks": hookList("show_verification_ui")}},
	{name: "no verification after a registration", want: "hook-verification", config: map[string]any{"selfservice.flows.registration.after.code.hooks": hookList("session")}},

	{name: "a secret of the documentation", want: "secret-known", file: map[string]any{"secrets.cookie": []string{"PLEASE-CHANGE-ME-I-AM-VERY-INSECURE"}}},
	{name: "a secret of one character", want: "secret-known", file: map[string]any{"secrets.cookie": []string{"xxxxxxxxxxxxxxxxxxxxxxxx"}}},
	{name: "a short secret", want: "secret-short", file: map[string]any{"secrets.default": []string{"q8Zt3vLw1"}}},
	{name: "a short key", want: "secret-short", file: map[string]any{"secrets.cipher": []string{"q8Zt3vLw1m7Ry2Ks5Nd9"}}},
	{name: "no secrets", want: "secret-missing", config: map[string]any{"secrets.default": nil, "secrets.cookie": nil}},
	{name: "a cipher without a key", want: "cipher-missing", file: map[string]any{"secrets.cipher": nil}},
	{name: "tokens of providers in clear", want: "cipher-missing", file: map[string]any{"ciphers.algorithm": "noop", "selfservice.methods.oidc.enabled": true, "selfservice.flows.registration.after.hooks": hookList("session", "show_verification_ui")}},
	{name: "a database in memory", want: "dsn-memory", file: map[string]any{"dsn": "memory"}},
	{name: "secrets in the log", want: "log-sensitive", file: map[string]any{"log.leak_sensitive_values": true}},
}

const otherSite = "https://www.other.test"

// onOtherSite has all but the domain of Kratos at another site.
func onOtherSite() map[string]any {
	changes := map[string]any{}
	for path, value := range cleanConfig() {
		switch value := value.(type) {
		case string:
			if strings.HasPrefix(value, doctorSite) {
				changes[path] = strings.Replace(value, doctorSite, otherSite, 1)
			}
			if strings.HasSuffix(path, ".rp.id") {
				changes[path] = "other.test"
			}
		case []string:
			if strings.HasPrefix(value[0], doctorSite) {
				changes[path] = []string{strings.Replace(value[0], doctorSite, otherSite, 1)}
			}
		}
	}
	return changes
}

// byHTTP has all URLs without TLS.
func byHTTP() map[string]any {
	changes := map[string]any{}
	for path, value := range cleanConfig() {
		switch value := value.(type) {
		case string:
			if rest, ok := strings.CutPrefix(value, "https://"); ok {
				changes[path] = "http://" + rest
			}
		case []string:
			if rest, ok := strings.CutPrefix(value[0], "https://"); ok {
				changes[path] = []string{"http://" + rest}
			}
		}
	}
	return changes
}

func mailServerDown(retries int) map[string]any {
	return map[string]any{"courier.smtp.connection_uri": "smtp://127.0.0.1:1/?disable_starttls=true", "courier.message_retries": retries}
}

func cachedSessions(maxAge any) map[string]any {
	return map[string]any{"feature_flags.cacheable_sessions": true, "feature_flags.cacheable_sessions_max_age": maxAge}
}

func hookList(names ...string) (hooks []any) {
	for _, name := range names {
		hooks = append(hooks, map[string]any{"hook": name})
	}
	return hooks
}
