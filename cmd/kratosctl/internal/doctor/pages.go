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

// pageHosts checks that Kratos redirects browsers to pages of the site.
func (e *exam) pageHosts() {
	for _, name := range browserFlows {
		resp, err := e.send(request{base: e.public, path: "/self-service/" + name + "/browser", header: map[string]string{"Accept": "text/html"}})
		if err != nil || !strings.Contains(resp.header.Get("Location"), "flow=") || origin(resp.location()) == origin(e.site) {
			continue
		}
		e.report("page-host", "the page of the "+name+" flow is not on the site", "selfservice.flows."+name+".ui_url: "+e.site+"/"+name, "Location: "+resp.location())
	}
}

// pageHostsConfig checks the pages that need a session or an error.
func (e *exam) pageHostsConfig() {
	for _, name := range []string{"settings", "error"} {
		path := "selfservice.flows." + name + ".ui_url"
		value, at := e.config.String(path)
		if value != "" && origin(value) != origin(e.site) && !strings.HasPrefix(value, "/") {
			e.report("page-host", "the page of the "+name+" flow is not on the site", path+": "+e.site+"/"+name, at.describe(path, stripQuery(value)))
		}
	}
}
