package doctor

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// reachable checks that --public and --admin are those APIs. If they are swapped, the other checks
// use them the right way around. A URL that is not usable is emptied.
func (e *exam) reachable() {
	public, admin := e.identify("--public", &e.public), e.identify("--admin", &e.admin)
	const fix = "exchange --public and --admin, and in the programs and proxies that use them: 4433 (serve.public.port) is public, 4434 (serve.admin.port) is not"
	switch {
	case public.onlyAdmin():
		e.report("ports-swapped", "--public is the admin API", fix, e.public+" serves /admin/identities and no flows")
		if admin.onlyAdmin() {
			e.public = ""
			return
		}
		e.public, e.admin = e.admin, e.public
	case admin.onlyPublic():
		e.report("ports-swapped", "--admin is the public API", fix, e.admin+" serves flows and not /admin/identities")
		if e.public != "" {
			e.admin = ""
			return
		}
		e.public, e.admin = e.admin, ""
	}
}

// apis says which APIs a URL serves.
type apis struct{ public, admin bool }

func (a apis) onlyAdmin() bool  { return a.admin && !a.public }
func (a apis) onlyPublic() bool { return a.public && !a.admin }

// identify returns the APIs at a URL. It reports one that is not a Kratos, and empties it.
func (e *exam) identify(flag string, base *string) apis {
	if *base == "" {
		return apis{}
	}
	resp, err := e.get(*base, "/sessions/whoami")
	if err != nil {
		e.problem = flag + " cannot be reached (" + *base + ": " + err.Error() + ")"
		e.report("unreachable", flag+" cannot be reached", "start Kratos, or correct "+flag+", the proxy or the certificate", *base+": "+err.Error())
		*base = ""
		return apis{}
	}
	admin, _ := e.servesAdmin(request{base: *base})
	found := apis{public: isWhoami(resp), admin: admin}
	if found == (apis{}) {
		e.problem = flag + " is not a Kratos (" + *base + ")"
		e.report("not-kratos", flag+" is not a Kratos", "correct "+flag+", or the path that the proxy removes before it sends a request to Kratos",
			"GET "+*base+"/sessions/whoami: "+strconv.Itoa(resp.status)+" without an error from Kratos")
		*base = ""
	}
	return found
}

// isWhoami reports whether a response is that of whoami without a session.
func isWhoami(r *response) bool {
	return r.status == http.StatusUnauthorized && r.isError()
}

// servesAdmin reports whether identities can be listed with a request to a base URL.
func (e *exam) servesAdmin(r request) (bool, error) {
	r.path = "/admin/identities?page_size=1"
	resp, err := e.send(r)
	if err != nil || resp.status != http.StatusOK {
		return false, err
	}
	var list []json.RawMessage
	return json.Unmarshal(resp.body, &list) == nil, nil
}

// adminExposed checks that people cannot reach the admin API, at --public, at its host, at --site, or
// at --admin if that is a path of the public host. A gateway that requires a token protects it.
func (e *exam) adminExposed() {
	bases := []string{e.public, origin(e.public)}
	if e.site != "" {
		bases = append(bases, e.site, origin(e.site))
	}
	for _, base := range slices.Compact(bases) {
		if base != e.admin && e.isExposed(base, "correct --site") {
			e.report("admin-exposed", "anyone can list, change and delete identities at "+base+"/admin",
				"remove the route to port 4434 (serve.admin.port) from the proxy, or refuse /admin there", base+"/admin/identities: 200 without credentials")
			return
		}
	}
	if e.admin != "" && origin(e.admin) == origin(e.public) && e.isExposed(e.admin, "correct --admin") {
		e.report("admin-exposed", "the admin API is at the host and port of the public API", "serve the admin API at a private address, without a route in the public proxy",
			e.admin+"/admin/identities: 200 without credentials")
	}
}

// isExposed reports whether identities can be listed without a token.
func (e *exam) isExposed(base, fix string) bool {
	exposed, err := e.servesAdmin(request{base: base, anonymous: true})
	if err != nil {
		e.unchecked("access to the admin API at "+base, "it cannot be reached ("+err.Error()+")", fix)
	}
	return exposed
}

// adminAddress checks the address that the admin API listens on.
func (e *exam) adminAddress() {
	host, at := e.config.String("serve.admin.host")
	if strings.HasPrefix(host, "unix:") {
		return
	}
	ip := net.ParseIP(host)
	const fix = "serve.admin.host: 127.0.0.1, or the address of a private network"
	switch {
	case host == "" || ip != nil && ip.IsUnspecified():
		e.report("admin-bound-all", "the admin API listens on all addresses of its machine or container",
			fix+". In a container, publish port 4434 nowhere, and add admin-bound-all to --ignore", at.describe("serve.admin.host", host))
	case ip != nil && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast():
		e.report("admin-bound-public", "the admin API listens on a public address", fix, at.describe("serve.admin.host", host))
	}
	if base, at := e.config.String("serve.admin.base_url"); base != "" {
		u, err := url.Parse(base)
		if ip := net.ParseIP(u.Hostname()); err == nil && ip != nil && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsUnspecified() {
			e.report("admin-bound-public", "the admin API has a public address", "serve.admin.base_url: a private address", at.describe("serve.admin.base_url", stripQuery(base)))
		}
	}
}
