package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// summary returns the parts of the last response that do not depend on the user.
func (p *submitter) summary() string {
	p.t.Helper()
	type identity struct{ Traits any }
	var body struct {
		Identity *identity
		Session  *struct{ Identity *identity }
		State    string
		UI       *kratos.Form
		Error    *struct {
			ID   string
			Code int
		}
		RedirectBrowserTo string `json:"redirect_browser_to"`
		ContinueWith      []struct{ Action string }
	}
	_ = json.Unmarshal(p.last.body, &body)
	out := map[string]any{"status": p.last.status, "state": body.State, "next": body.ContinueWith, "error": body.Error}
	if body.Session != nil {
		body.Identity = body.Session.Identity
	}
	if body.Identity != nil {
		out["traits"] = body.Identity.Traits
	}
	if to, err := url.Parse(body.RedirectBrowserTo); err == nil {
		out["to"] = to.Path
	}
	if body.UI != nil {
		fields := map[string][]int{}
		for name, messages := range body.UI.FieldErrors() {
			for _, m := range messages {
				fields[name] = append(fields[name], m.ID)
			}
		}
		var form []int
		for _, m := range body.UI.Messages {
			form = append(form, m.ID)
		}
		out["fields"], out["messages"] = fields, form
	}
	out["hook"] = p.hook.payload(p.name)
	text := must(json.Marshal(out))(p.t)
	return strings.ReplaceAll(string(text), p.name, "{name}")
}

// lastResponse is a transport that stores the last response.
type lastResponse struct {
	status int
	body   []byte
}

func (l *lastResponse) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if l.body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	l.status, resp.Body = resp.StatusCode, io.NopCloser(bytes.NewReader(l.body))
	return resp, nil
}

// hook receives web hooks, and stores the payload of each person.
type hook struct {
	url      string
	mu       sync.Mutex
	payloads map[string]any
}

func newHook(t *testing.T) *hook {
	h := &hook{payloads: map[string]any{}}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var got struct {
			Traits  struct{ Username string }
			Payload any
		}
		_ = json.NewDecoder(r.Body).Decode(&got)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.payloads[got.Traits.Username] = got.Payload
	}))
	t.Cleanup(receiver.Close)
	h.url = receiver.URL
	return h
}

func (h *hook) payload(name string) any {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.payloads[name]
}
