package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// flowMembers are those of a flow that package hooks passes on, with hooks.Jsonnet.
var flowMembers = []string{
	"id", "type", "active", "state", "refresh", "requested_aal", "return_to", "organization_id", "issued_at", "expires_at",
}

// hookHeaders are those of a request that Kratos passes on (clients.web_hook.header_allowlist).
var hookHeaders = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Content-Length", "Content-Type", "Origin", "Priority", "Referer", "Sec-Ch-Ua",
	"Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "True-Client-Ip", "User-Agent",
}

// hookBody returns the body of a web hook, which is that of hooks.Jsonnet.
func (c *call) hookBody(t *trigger) []byte {
	all, members := c.flowBody(t.flow), map[string]any{}
	for _, name := range flowMembers {
		if value, ok := all[name]; ok {
			members[name] = value
		}
	}
	if t.flow.TransientPayload != nil {
		members["transient_payload"] = t.flow.TransientPayload
	}
	body := map[string]any{
		"flow": members, "flow_action": withoutQuery(t.flow.UI.Action), "flow_request_url": withoutQuery(t.flow.RequestURL),
		"request_method": c.r.Method, "request_url": withoutQuery(c.publicURL + c.r.URL.RequestURI()), "request_headers": c.hookHeader(),
	}
	if t.identity != nil {
		identity := c.identityJSON(t.identity)
		if t.changes && t.flow.Kind == registration {
			identity.ID = uuid.Nil.String() // it is not stored
		}
		body["identity"] = identity
	}
	if t.session != nil {
		session := c.sessionJSON(t.session)
		session.Identity = nil
		body["session"] = session
	}
	return []byte(encodeJSON(body))
}

// hookHeader returns the headers of the request for hooks.
func (c *call) hookHeader() http.Header {
	header := http.Header{}
	for _, name := range hookHeaders {
		if values := c.r.Header[name]; len(values) > 0 {
			header[name] = slices.Clone(values)
		}
	}
	for i, value := range header["Referer"] {
		header["Referer"][i] = withoutQuery(value)
	}
	return header
}

func withoutQuery(url string) string {
	before, _, _ := strings.Cut(url, "?")
	return before
}
