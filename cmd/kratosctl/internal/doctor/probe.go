package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	requestTimeout = 15 * time.Second
	maxBody        = 4 << 20 // bytes; a flow has some kilobytes
)

// response is a response whose body was read. It is at most [maxBody] long.
type response struct {
	status         int
	header         http.Header
	body           []byte
	cookies        []*http.Cookie
	sent, received time.Time
}

// request is a request to base+path.
type request struct {
	method, base, path string
	header             map[string]string
	cookies            []*http.Cookie
	body               any  // sent as JSON
	anonymous          bool // without the token for the admin API
}

// send sends a request without following redirects. Its errors do not have the URL's query in them.
func (e *exam) send(r request) (*response, error) {
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	if r.method == "" {
		r.method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(e.ctx, r.method, r.base+r.path, body)
	if err != nil {
		return nil, fmt.Errorf("the URL %s cannot be requested", r.base)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "kratosctl-doctor")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	if r.base == e.admin && e.opts.AdminToken != "" && !r.anonymous {
		req.Header.Set("Authorization", "Bearer "+e.opts.AdminToken)
	}
	for _, c := range r.cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	sent := time.Now()
	resp, err := e.httpClient().Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer resp.Body.Close()
	received := time.Now()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, withoutURL(err)
	}
	return &response{resp.StatusCode, resp.Header, data, resp.Cookies(), sent, received}, nil
}

func (e *exam) get(base, path string) (*response, error) {
	return e.send(request{base: base, path: path})
}

func (e *exam) httpClient() *http.Client {
	return &http.Client{
		Transport:     e.opts.Transport,
		Timeout:       requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withoutURL removes the URL that net/http adds to an error.
func withoutURL(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}

// errorID returns the id of an error from Kratos, or "".
func (r *response) errorID() string {
	var body struct {
		Error struct{ ID string }
	}
	_ = json.Unmarshal(r.body, &body)
	return body.Error.ID
}

// isError reports whether the response has the JSON of an error from Kratos.
func (r *response) isError() bool {
	var body struct {
		Error *struct{ Code int }
	}
	return json.Unmarshal(r.body, &body) == nil && body.Error != nil && body.Error.Code != 0
}

// location returns the target of a redirect, without its query and fragment.
func (r *response) location() string {
	return stripQuery(r.header.Get("Location"))
}

// flow is a flow of a browser, and the response in which it came.
type flow struct {
	*response
	ID       string    `json:"id"`
	IssuedAt time.Time `json:"issued_at"`
	UI       struct {
		Action string `json:"action"`
		Nodes  []struct {
			Group      string `json:"group"`
			Attributes struct {
				Name  string `json:"name"`
				Value any    `json:"value"`
			} `json:"attributes"`
		} `json:"nodes"`
	} `json:"ui"`
}

// startFlow starts a flow of a browser, such as "login". It returns nil where the flow is disabled
// or does not start.
func (e *exam) startFlow(name string) *flow {
	resp, err := e.get(e.public, "/self-service/"+name+"/browser")
	if err != nil {
		return nil
	}
	return readFlow(resp)
}

func readFlow(resp *response) *flow {
	f := flow{response: resp}
	if json.Unmarshal(resp.body, &f) != nil || f.ID == "" || f.UI.Action == "" {
		return nil
	}
	return &f
}

// firstLogin returns the login flow that the checks share.
func (e *exam) firstLogin() *flow {
	if e.login == nil {
		e.login = e.startFlow("login")
	}
	return e.login
}

func (f *flow) hasGroup(name string) bool {
	for _, n := range f.UI.Nodes {
		if n.Group == name {
			return true
		}
	}
	return false
}

func (f *flow) value(name string) string {
	for _, n := range f.UI.Nodes {
		if n.Attributes.Name == name {
			s, _ := n.Attributes.Value.(string)
			return s
		}
	}
	return ""
}

func stripQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return strings.TrimSuffix(u.String(), "?")
}
