package doctor

import (
	"net/http"
	"strings"
)

// cookie is a cookie that browsers get from --public, or the session cookie of the configuration.
type cookie struct {
	name, domain, path string
	sameSite           string // "Lax", "Strict" or "None"
	setting            string // the parent of domain, path and same_site in kratos.yml
	evidence           string
}

// csrfCookie returns the CSRF cookie of the login flow, or nil.
func (e *exam) csrfCookie() *http.Cookie {
	f := e.firstLogin()
	if f == nil {
		return nil
	}
	for _, c := range f.cookies {
		if strings.Contains(c.Name, "csrf_token") && c.Value != "" && c.MaxAge >= 0 {
			return c
		}
	}
	return nil
}

func asCookie(c *http.Cookie) cookie {
	sameSite := map[http.SameSite]string{http.SameSiteLaxMode: "Lax", http.SameSiteStrictMode: "Strict", http.SameSiteNoneMode: "None"}[c.SameSite]
	shown := "Set-Cookie: " + c.Name + "=…"
	for _, attribute := range c.Unparsed {
		shown += "; " + attribute
	}
	for _, a := range []struct{ name, value string }{{"Domain", c.Domain}, {"Path", c.Path}, {"SameSite", sameSite}} {
		if a.value != "" {
			shown += "; " + a.name + "=" + a.value
		}
	}
	if c.Secure {
		shown += "; Secure"
	}
	if c.HttpOnly {
		shown += "; HttpOnly"
	}
	return cookie{c.Name, c.Domain, c.Path, sameSite, "cookies", shown}
}

// cookies checks the cookie of a flow against the rules of browsers
// (https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis).
func (e *exam) cookies() {
	f := e.firstLogin()
	if f == nil {
		e.unchecked("cookies, forms, CSRF, clock, passkeys and caching", "the login flow of browsers does not start", "enable a method of login, and look into Kratos' log")
		return
	}
	c := e.csrfCookie()
	if c == nil {
		e.report("cookie-missing", "the response that starts a flow has no CSRF cookie", "let the proxy pass Set-Cookie", "GET "+e.public+"/self-service/login/browser has no Set-Cookie: csrf_token_…")
		return
	}
	seen, host := asCookie(c), hostname(e.public)
	local := !isHTTPS(e.public) && isLoopback(host)
	switch {
	case c.Secure && !isHTTPS(e.public) && !local:
		e.report("cookie-secure", "cookies have the attribute Secure, and --public is http", "serve --public by https (serve.public.base_url: https://…)", seen.evidence)
	case !c.Secure && local:
		e.report("dev-mode-local", "Kratos runs in development mode", "start Kratos without --dev, and with https, before others use it", seen.evidence)
	case !c.Secure && c.SameSite == http.SameSiteNoneMode:
		e.report("cookie-samesite", "cookies have SameSite=None without Secure, and browsers drop them", "let the proxy keep Secure", seen.evidence)
	case !c.Secure:
		e.report("dev-mode", "cookies do not have the attribute Secure", "start Kratos without --dev (dev: false), and let the proxy pass Secure", seen.evidence)
	}
	if !c.HttpOnly {
		e.report("cookie-httponly", "a proxy removes HttpOnly from cookies", "let the proxy pass Set-Cookie as it is", seen.evidence)
	}
	e.checkDomain(seen)
	if path := c.Path; path != "" && path != "/" && !isBelow(e.public+"/self-service/", origin(e.public)+path) {
		e.report("cookie-path", "browsers do not send the cookies to "+e.public, "cookies.path: /", seen.evidence)
	}
	e.checkStrict(seen)
}

// checkDomain checks that browsers accept the domain.
func (e *exam) checkDomain(c cookie) {
	domain := strings.ToLower(strings.TrimPrefix(c.domain, "."))
	host := hostname(e.public)
	if domain == "" || host == "" || domain == host {
		return
	}
	if !inDomain(host, domain) || isPublicSuffix(domain) {
		e.report("cookie-domain", "browsers drop a cookie for "+domain+" that comes from "+host, c.setting+".domain: "+registrable(host), c.evidence)
	}
}

func (e *exam) checkStrict(c cookie) {
	if c.sameSite == "Strict" {
		e.report("cookie-strict", "cookies have SameSite=Strict", c.setting+".same_site: Lax", c.evidence)
	}
}

// cookiesAtSite checks that the site gets the cookies.
func (e *exam) cookiesAtSite() {
	if c := e.csrfCookie(); c != nil {
		e.checkSite(asCookie(c))
	}
}

func (e *exam) checkSite(c cookie) {
	site, host := hostname(e.site), hostname(e.public)
	domain := strings.ToLower(strings.TrimPrefix(c.domain, "."))
	if domain != "" && !inDomain(host, domain) {
		return // see checkDomain
	}
	switch {
	case !sameSite(e.public, e.site) && c.sameSite != "None":
		e.report("cookie-cross-site", "--public and --site are not the same site, so requests from the site carry no cookies",
			"serve.public.base_url: a host of "+registrable(site)+" with the scheme of the site, or a path of the site itself", origin(e.public)+" and "+origin(e.site), c.evidence)
	case domain == "" && site != host, domain != "" && !inDomain(site, domain):
		e.report("cookie-site", "browsers do not send the cookies to "+site, c.setting+".domain: "+registrable(site), c.evidence)
	}
}

// cookieConfig checks the session cookie where its settings are its own.
func (e *exam) cookieConfig() {
	c := cookie{setting: "session.cookie"}
	var shown []string
	for _, setting := range []struct {
		name  string
		value *string
	}{{"domain", &c.domain}, {"path", &c.path}, {"same_site", &c.sameSite}, {"name", &c.name}} {
		value, at := e.config.String("session.cookie." + setting.name)
		if *setting.value = value; value != "" {
			shown = append(shown, at.describe("session.cookie."+setting.name, value))
		}
	}
	c.evidence = strings.Join(shown, "; ")
	if c.domain != "" {
		e.checkDomain(c)
	}
	if c.domain != "" && e.public != "" && e.site != "" && sameSite(e.public, e.site) {
		e.checkSite(c)
	}
	e.checkStrict(c)
	dev, _ := e.config.Bool("dev", false)
	switch {
	case strings.HasPrefix(c.name, "__Host-") && (c.domain != "" || e.cookieDomainSet() || c.path != "" && c.path != "/" || dev):
		e.report("cookie-name", "a cookie whose name begins with __Host- must have Secure, the path / and no domain", "session.cookie.name: ory_kratos_session", c.evidence)
	case strings.HasPrefix(c.name, "__Secure-") && dev:
		e.report("cookie-name", "a cookie whose name begins with __Secure- must have Secure", "session.cookie.name: ory_kratos_session", c.evidence)
	}
}

func (e *exam) cookieDomainSet() bool {
	domain, _ := e.config.String("cookies.domain")
	return domain != ""
}
