package ui_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/ui"
)

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	w := ask(newSite(t, new(fake)), "GET", "/sessions?done=ended", "")
	elements := parse(t, "sessions", w.Body.String())
	current, other := find(elements, "data-testid", "session/1f"), find(elements, "data-testid", "session/2f")
	if w.Code != 200 || len(current) != 1 || len(other) != 1 || len(find(elements, "value", "1f")) != 0 || len(find(elements, "value", "2f")) != 1 {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
	checkReferences(t, "sessions", elements)
	if button := find(elements, "value", "2f")[0]; description(elements, button) != "<script>alert(1)</script>" {
		t.Errorf("the button to end a session is described by %q", description(elements, button))
	}
	for _, want := range []string{"Firefox, Linux", "192.0.2.1", "Berlin, DE", "This device", "The device is signed out."} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q: %s", want, w.Body)
		}
	}
}

// What a person does on the pages reaches Kratos, and what other sites make the browser do does not.
func TestActions(t *testing.T) {
	t.Parallel()
	const confirmed = "action=delete&confirmation=%20Delete"
	for name, tc := range map[string]struct {
		method, path, form string
		header             []string
		since              time.Duration
		failing            string
		status             int
		location           string
		call               string // that is sent, or "" if nothing is changed
	}{
		"end a session":                         {method: "POST", path: "/sessions", form: "id=2f", status: 303, location: "/sessions?done=ended", call: "DELETE /sessions/2f"},
		"end all others":                        {method: "POST", path: "/sessions", form: "others=true", status: 303, location: "/sessions?done=others", call: "DELETE /sessions"},
		"end neither":                           {method: "POST", path: "/sessions", status: 400},
		"end a session without an id":           {method: "POST", path: "/sessions", form: "id=", status: 400},
		"end others that are not to be ended":   {method: "POST", path: "/sessions", form: "others=false", status: 400},
		"end a session and all others":          {method: "POST", path: "/sessions", form: "id=2f&others=true", status: 400},
		"end a session of another path":         {method: "POST", path: "/sessions", form: "id=../x", status: 400},
		"Kratos fails":                          {method: "POST", path: "/sessions", form: "id=2f", failing: "DELETE /sessions/2f", status: 503, call: "DELETE /sessions/2f"},
		"a form of another site":                {method: "POST", path: "/sessions", form: "others=true", header: []string{"Sec-Fetch-Site", "cross-site"}, status: 403},
		"a form of another site, old browser":   {method: "POST", path: "/sessions", form: "others=true", header: []string{"Origin", "https://evil.example"}, status: 403},
		"a form of the site":                    {method: "POST", path: "/sessions", form: "others=true", header: []string{"Sec-Fetch-Site", "same-origin"}, status: 303, location: "/sessions?done=others", call: "DELETE /sessions"},
		"another method":                        {method: "DELETE", path: "/sessions", status: 405},
		"too large a form":                      {method: "POST", path: "/sessions", form: "id=" + strings.Repeat("x", 5000), status: 400},
		"the sessions without a session":        {method: "GET", path: "/sessions", header: []string{"Cookie", ""}, status: 303, location: "/login?return_to=%2Fsessions"},
		"an action without a session":           {method: "POST", path: "/sessions", form: "others=true", header: []string{"Cookie", ""}, status: 401},
		"log out":                               {method: "POST", path: "/logout", status: 303, location: "/login", call: "GET /self-service/logout"},
		"log out without a session":             {method: "POST", path: "/logout", header: []string{"Cookie", ""}, status: 303, location: "/login"},
		"log out by a link":                     {method: "GET", path: "/logout", status: 405},
		"log out from another site":             {method: "POST", path: "/logout", header: []string{"Sec-Fetch-Site", "cross-site"}, status: 403},
		"Kratos does not log out":               {method: "POST", path: "/logout", failing: "GET /self-service/logout", status: 503, call: "GET /self-service/logout"},
		"delete the account":                    {method: "POST", path: "/account", form: confirmed, status: 200, call: "DELETE /admin/identities/77aa"},
		"delete it without confirmation":        {method: "POST", path: "/account", form: "action=delete&confirmation=yes", status: 303, location: "/account?step=unconfirmed"},
		"delete it in German":                   {method: "POST", path: "/account", form: "action=delete&confirmation=l%C3%B6schen", header: []string{"Accept-Language", "de"}, status: 200, call: "DELETE /admin/identities/77aa"},
		"delete it after an old login":          {method: "POST", path: "/account", form: confirmed, since: time.Hour, status: 303, location: "/account?step=delete"},
		"delete it from another site":           {method: "POST", path: "/account", form: confirmed, header: []string{"Sec-Fetch-Site", "cross-site"}, status: 403},
		"the step to delete after an old login": {method: "GET", path: "/account?step=delete", since: time.Hour, status: 303, location: "/login?refresh=true&return_to=%2Faccount%3Fstep%3Ddelete"},
		"Kratos does not delete it":             {method: "POST", path: "/account", form: confirmed, failing: "DELETE /admin/identities/77aa", status: 503, call: "DELETE /admin/identities/77aa"},
		"an unknown action":                     {method: "POST", path: "/account", form: "action=x", status: 400},
	} {
		f := &fake{since: tc.since, failing: tc.failing}
		w := ask(newSite(t, f), tc.method, tc.path, tc.form, tc.header...)
		if w.Code != tc.status || w.Header().Get("Location") != tc.location {
			t.Errorf("%s: status %d to %q", name, w.Code, w.Header().Get("Location"))
		}
		changes := slices.DeleteFunc(slices.Clone(f.calls), func(call string) bool {
			return !strings.HasPrefix(call, "DELETE") && call != "GET /self-service/logout"
		})
		if tc.call == "" && len(changes) > 0 || tc.call != "" && (len(changes) == 0 || changes[0] != tc.call) {
			t.Errorf("%s: calls %q, want %q", name, changes, tc.call)
		}
		if w.Code == 400 && !strings.Contains(w.Body.String(), "<h1>Something went wrong</h1>") {
			t.Errorf("%s: not the error page: %s", name, w.Body)
		}
		if w.Code == 200 && (!strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") || !strings.Contains(w.Body.String(), "<h1>")) {
			t.Errorf("%s: %v %s", name, w.Header(), w.Body)
		}
	}
}

func TestAccountPage(t *testing.T) {
	t.Parallel()
	site := newSite(t, new(fake))
	for page, want := range map[string]string{
		"/account":                  `href="/account?step=delete"`,
		"/account?step=delete":      "<code>delete</code>",
		"/account?step=unconfirmed": "Nothing was deleted.",
	} {
		if body := ask(site, "GET", page, "").Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s: %s", page, want, body)
		}
	}
	for page, want := range map[string]string{"/account?step=delete": "", "/account?step=unconfirmed": "What you entered is not the confirmation. Nothing was deleted."} {
		elements := parse(t, page, ask(site, "GET", page, "").Body.String())
		checkReferences(t, page, elements)
		if got := description(elements, find(elements, "name", "confirmation")[0]); got != want {
			t.Errorf("%s: the input is described by %q, want %q", page, got, want)
		}
	}
	without := newSite(t, new(fake), ui.DeleteAccount(nil))
	for _, page := range []string{"/account", "/account?step=delete"} {
		if body := ask(without, "GET", page, "").Body.String(); strings.Contains(body, "elete") || !strings.Contains(body, "Download my data") {
			t.Errorf("%s without the admin API: %s", page, body)
		}
	}
	if w := ask(without, "POST", "/account", "action=delete&confirmation=delete"); w.Code != 400 {
		t.Errorf("deleting without the admin API: status %d", w.Code)
	}
}

// The file has the identity and all sessions as Kratos returned them.
func TestDownloadOfTheData(t *testing.T) {
	t.Parallel()
	w := ask(newSite(t, new(fake)), "POST", "/account", "action=download")
	var data struct {
		Identity struct {
			Traits struct{ Email string }
		}
		Sessions []struct {
			ID      string
			Devices []struct {
				Address string `json:"ip_address"`
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &data); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if data.Identity.Traits.Email != "ada@example.org" || len(data.Sessions) != 2 || data.Sessions[1].ID != "2f" || data.Sessions[1].Devices[0].Address != "192.0.2.1" {
		t.Errorf("%s", w.Body)
	}
	if h := w.Header(); h.Get("Content-Disposition") != `attachment; filename="account.json"` || h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
	if w := ask(newSite(t, &fake{failing: "GET /sessions"}), "POST", "/account", "action=download"); w.Code != 503 || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("a list that fails: status %d, %v", w.Code, w.Header())
	}
}
