package doctor

import (
	"net/http"
	"net/url"
	"strings"
)

// browserFlows are the flows that start without a session.
var browserFlows = []string{"login", "registration", "recovery", "verification"}

// foreignReturnURL checks that Kratos does not return people to any site.
func (e *exam) foreignReturnURL() {
	resp, err := e.get(e.public, "/self-service/login/browser?return_to="+url.QueryEscape(foreignSite+"/"))
	if err == nil && readFlow(resp) != nil {
		e.report("return-url-open", "a login can return to every site (open redirect)", "selfservice.allowed_return_urls: only URLs of your own", "return_to="+foreignSite+"/ is accepted")
	}
}

// returnURL checks that a login can return to the site.
func (e *exam) returnURL() {
	resp, err := e.get(e.public, "/self-service/login/browser?return_to="+url.QueryEscape(e.site+"/"))
	if err == nil && resp.errorID() == "self_service_flow_return_to_forbidden" {
		e.report("return-url", "a login cannot return to the site", "selfservice.allowed_return_urls: ["+e.site+"/]", "return_to="+e.site+"/: "+http.StatusText(resp.status)+", self_service_flow_return_to_forbidden")
	}
}

func (e *exam) defaultReturnURL() {
	const path = "selfservice.default_browser_return_url"
	value, at := e.config.String(path)
	if value != "" && origin(value) != origin(e.site) && !strings.HasPrefix(value, "/") {
		e.report("return-url-default", "a login without return_to ends at another site", path+": "+e.site+"/", at.describe(path, stripQuery(value)))
	}
}

// formHosts checks that forms are submitted to --public or the site.
func (e *exam) formHosts() {
	for _, name := range browserFlows {
		f := e.firstLogin()
		if name != "login" {
			f = e.startFlow(name)
		}
		if f == nil || isBelow(f.UI.Action, e.public) || e.site != "" && isBelow(f.UI.Action, origin(e.site)) {
			continue
		}
		e.report("form-host", "forms are submitted to "+origin(f.UI.Action)+", not to --public", "serve.public.base_url: "+e.public+"/", "ui.action of the "+name+" flow: "+stripQuery(f.UI.Action))
		return
	}
}

// isPage reports whether a page is at the site or --public, or at another host that browsers send
// the cookies of Kratos to, such as a login page at a subdomain.
func (e *exam) isPage(page string) bool {
	if origin(page) == origin(e.site) || e.public != "" && origin(page) == origin(e.public) {
		return true
	}
	base, domain := e.site, "" // of the cookies
	if e.public == "" {
		domain, _ = e.config.String("cookies.domain")
	} else {
		base = e.public
		if c := e.csrfCookie(); c != nil {
			domain = c.Domain
		}
		if domain == "" { // the cookie is for one host, with all its ports
			return hostname(page) == hostname(base) && sameSite(page, base)
		}
	}
	domain = strings.ToLower(strings.TrimPrefix(domain, "."))
	return domain != "" && inDomain(hostname(page), domain) && inDomain(hostname(base), domain) && sameSite(page, base)
}

// pageHosts checks that Kratos redirects browsers to pages that get its cookies.
func (e *exam) pageHosts() {
	for _, name := range browserFlows {
		resp, err := e.send(request{base: e.public, path: "/self-service/" + name + "/browser", header: map[string]string{"Accept": "text/html"}})
		if err != nil || !strings.Contains(resp.header.Get("Location"), "flow=") || e.isPage(resp.location()) {
			continue
		}
		e.report("page-host", "the page of the "+name+" flow is neither at the site nor at --public, and gets no cookies", "selfservice.flows."+name+".ui_url: "+e.site+"/"+name, "Location: "+resp.location())
	}
}

// pageHostsConfig checks the pages that need a session or an error.
func (e *exam) pageHostsConfig() {
	for _, name := range []string{"settings", "error"} {
		path := "selfservice.flows." + name + ".ui_url"
		value, at := e.config.String(path)
		if value != "" && !strings.HasPrefix(value, "/") && !e.isPage(value) {
			e.report("page-host", "the page of the "+name+" flow is neither at the site nor at --public, and gets no cookies", path+": "+e.site+"/"+name, at.describe(path, stripQuery(value)))
		}
	}
}
