package kratostest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

// The comparison of the recordings finds each kind of difference, and nothing else.
func TestCompare(t *testing.T) {
	t.Parallel()
	const flow = `{"state":"choose_method","expires_at":"2026-01-01T00:00:00Z","ui":{"action":"http://a/1","messages":[{"id":4000006,"text":"a","type":"error"}],"nodes":[
		{"type":"input","group":"oidc","attributes":{"name":"provider","type":"submit","value":"lab"}},
		{"type":"input","group":"default","attributes":{"name":"identifier","type":"text","required":true},"messages":[],"meta":{"label":{"id":1070004,"text":"ID","type":"info"}}}]}}`
	for name, tc := range map[string]struct{ recorded, actual, want string }{
		"the same":                       {flow, flow, ""},
		"another text":                   {flow, strings.ReplaceAll(flow, `"text":"a"`, `"text":"b"`), ""},
		"another URL":                    {flow, strings.ReplaceAll(flow, "http://a/1", "http://b/2"), ""},
		"another time":                   {flow, strings.ReplaceAll(flow, "2026", "2027"), ""},
		"no single sign-on":              {flow, strings.ReplaceAll(flow, "oidc", "passkey"), ""},
		"another message":                {flow, strings.ReplaceAll(flow, "4000006", "4000007"), "messages ui.messages [4000006]≠[4000007]"},
		"another label":                  {flow, strings.ReplaceAll(flow, "1070004", "1070002"), "message ui.nodes[default identifier].meta.label 1070004≠1070002"},
		"another state":                  {flow, strings.ReplaceAll(flow, "choose_method", "sent_email"), "member state choose_method≠sent_email"},
		"another node":                   {flow, strings.ReplaceAll(flow, "identifier", "traits.email"), "nodes ui.nodes"},
		"another group":                  {flow, strings.ReplaceAll(flow, `"default"`, `"password"`), "nodes ui.nodes"},
		"a field that is not required":   {flow, strings.ReplaceAll(flow, `"required":true`, `"required":false`), "required true≠false"},
		"a member less":                  {flow, strings.ReplaceAll(flow, `,"required":true`, ``), "member ui.nodes[default identifier].attributes.required missing"},
		"a member more":                  {flow, strings.ReplaceAll(flow, `"required":true`, `"required":true,"x":1`), "attributes.x extra"},
		"null":                           {flow, strings.ReplaceAll(flow, `"messages":[],`, `"messages":null,`), "list≠null"},
		"a number for a text":            {flow, strings.ReplaceAll(flow, `"2026-01-01T00:00:00Z"`, `5`), "member expires_at string≠number"},
		"text for JSON":                  {flow, "gone", "body JSON≠text"},
		"nothing for JSON":               {flow, "", "body JSON≠empty"},
		"another error":                  {`{"error":{"id":"a","reason":"x"}}`, `{"error":{"id":"b","reason":"y"}}`, "error id a≠b"},
		"another reason":                 {`{"error":{"id":"a","reason":"x"}}`, `{"error":{"id":"a","reason":"y"}}`, ""},
		"a list that is shorter":         {`{"a":[1,2]}`, `{"a":[1]}`, "member a length 2≠1"},
		"a list with those of others":    {`[{"id":"1","state":"a"}]`, `[{"id":"2","state":"b"},{"id":"1","state":"a"}]`, ""},
		"an element that is not as such": {`[{"id":"1","state":"a"}]`, `[{"id":"2","state":"b"},{"id":"1","state":"c"}]`, "state a≠c"},
		"a list that is empty":           {`[{"id":"1","state":"a"}]`, `[]`, "0 of 1 elements"},
		"a list of others":               {`[{"id":"1","state":"a"}]`, `[{"id":"2","state":"a"},{"id":"3","state":"a"}]`, "0 of 1 elements"},
		"metadata of the user":           {`{"metadata_public":{"a":1}}`, `{"metadata_public":{"b":"x"}}`, ""},
		"no metadata":                    {`{"metadata_public":{"a":1}}`, `{"metadata_public":null}`, "object≠null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &rewriter{values: map[string]string{}}
			expectDifference(t, w.compare(newReply(200, http.Header{}, tc.recorded), newReply(200, http.Header{}, tc.actual)), tc.want)
		})
	}
}

// expectDifference fails the test unless there is one difference that has a text, or none for "".
func expectDifference(t *testing.T, differences []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(differences) > 0:
		t.Errorf("differences: %q", differences)
	case want != "" && (len(differences) != 1 || !strings.Contains(differences[0], want)):
		t.Errorf("differences: %q, want one with %q", differences, want)
	}
}

func TestCompareHeaders(t *testing.T) {
	t.Parallel()
	const csrf = "csrf_token_0123456789012345678901234567890123456789012345678901234567890123"
	for name, tc := range map[string]struct {
		header           string
		recorded, actual []string
		want             string
	}{
		"another host":               {"Location", []string{"http://a/x?flow=1"}, []string{"http://b/x?flow=2"}, ""},
		"another path":               {"Location", []string{"http://a/x?flow=1"}, []string{"http://a/y?flow=1"}, "Location"},
		"another parameter":          {"Location", []string{"http://a/x?flow=1"}, []string{"http://a/x?id=1"}, "Location"},
		"another value of a cookie":  {"Set-Cookie", []string{csrf + "=a; Path=/"}, []string{"csrf_token_" + strings.Repeat("f", 64) + "=b"}, ""},
		"a cookie less":              {"Set-Cookie", []string{csrf + "=a", "ory_kratos_session=b"}, []string{csrf + "=a"}, "Set-Cookie"},
		"a cookie that is deleted":   {"Set-Cookie", []string{"ory_kratos_session=b"}, []string{"ory_kratos_session=; Max-Age=0"}, "Set-Cookie"},
		"the order of Vary":          {"Vary", []string{"Origin", "Cookie"}, []string{"Cookie, Origin"}, ""},
		"less in Vary":               {"Vary", []string{"Origin", "Cookie"}, []string{"Cookie"}, "Vary"},
		"a response that is cached":  {"Cache-Control", []string{"no-store"}, nil, "Cache-Control"},
		"another media type":         {"Content-Type", []string{"application/json"}, []string{"text/html"}, "Content-Type"},
		"another page":               {"Link", []string{`</x?page=1>; rel="first"`}, []string{`</x?page=2>; rel="first"`}, ""},
		"no next page":               {"Link", []string{`</x?page=1>; rel="first",</x?page=2>; rel="next"`}, []string{`</x?page=2>; rel="first"`}, "Link"},
		"another count":              {"X-Total-Count", []string{"1"}, []string{"2"}, ""},
		"no count":                   {"X-Total-Count", []string{"1"}, nil, "X-Total-Count"},
		"a header that says nothing": {"Date", []string{"a"}, []string{"b"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &rewriter{values: map[string]string{}}
			recorded, actual := http.Header{tc.header: tc.recorded}, http.Header{tc.header: tc.actual}
			if tc.actual == nil {
				actual = http.Header{}
			}
			expectDifference(t, w.compare(newReply(200, recorded, ""), newReply(200, actual, "")), tc.want)
		})
	}
	t.Run("another status", func(t *testing.T) {
		t.Parallel()
		expectDifference(t, (&rewriter{}).compare(newReply(200, nil, "{}"), newReply(400, nil, "{}")), "status 200≠400")
	})
}

// Requests have the values of the Kratos where the recorded ones had those of the server.
func TestRewrite(t *testing.T) {
	t.Parallel()
	const (
		flow, ours = "0f0f0f0f-0000-4000-8000-000000000001", "0f0f0f0f-0000-4000-8000-000000000002"
		token      = "/0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789+/0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab=="
		ourToken   = "+1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789+/0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab=="
	)
	w := &rewriter{
		values: map[string]string{}, tokens: map[string]string{}, csrf: "csrf_token_" + strings.Repeat("a", 64),
		hosts: strings.NewReplacer("127.0.0.1:5133", "127.0.0.1:9", "127.0.0.1%3A5133", "127.0.0.1%3A9"),
	}
	w.learnBodies(newReply(200, nil, `{"id":"`+flow+`","session_token":"ory_st_abcdefgh","csrf_token":"`+token+`","nodes":[{"attributes":{"name":"x","value":"no"}}]}`).json,
		newReply(200, nil, `{"id":"`+ours+`","session_token":"ory_st_12345678","csrf_token":"`+ourToken+`","nodes":[]}`).json)
	for name, tc := range map[string]struct{ recorded, want string }{
		"an id in a path":          {"http://127.0.0.1:5133/x/" + flow + "/y", "http://127.0.0.1:9/x/" + ours + "/y"},
		"a host in a parameter":    {"?return_to=http%3A%2F%2F127.0.0.1%3A5133%2F", "?return_to=http%3A%2F%2F127.0.0.1%3A9%2F"},
		"a session token":          {"Bearer ory_st_abcdefgh", "Bearer ory_st_12345678"},
		"a CSRF token in JSON":     {`{"csrf_token":"` + token + `"}`, `{"csrf_token":"` + ourToken + `"}`},
		"a CSRF token in a form":   {"csrf_token=%2F0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789%2B%2F0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab%3D%3D&a=b", "csrf_token=%2B1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789%2B%2F0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab%3D%3D&a=b"},
		"the name of a cookie":     {"csrf_token_" + strings.Repeat("0", 64) + "=x", "csrf_token_" + strings.Repeat("a", 64) + "=x"},
		"what was not learned":     {"0f0f0f0f-0000-4000-8000-000000000009 no", "0f0f0f0f-0000-4000-8000-000000000009 no"},
		"a body that is malformed": {`{"a":"` + flow, `{"a":"` + ours},
	} {
		t.Run(name, func(t *testing.T) {
			if got := w.rewrite(tc.recorded); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

// recordedExchange returns an exchange of a scenario.
func recordedExchange(n int, op, method, target, body string, status int, response string) *recorded.Exchange {
	e := &recorded.Exchange{Version: "1.3.1", Config: "main", Scenario: "s", N: n, Op: op, Kind: "native"}
	e.Request.Method, e.Request.URL, e.Request.Body = method, "http://127.0.0.1:5133"+target, body
	e.Response.Status, e.Response.Body = status, response
	return e
}

// A code is right if the server accepted it, at first rejected it for another reason, or not at all.
func TestRightCodes(t *testing.T) {
	t.Parallel()
	submit := func(n int, code string, status int, message string) *recorded.Exchange {
		return recordedExchange(n, "updateLoginFlow", "POST", "?flow=f", `{"code":"`+code+`"}`, status, `{"ui":{"messages":[{"id":`+message+`}]}}`)
	}
	got := rightCodes(exchangesOf([]*recorded.Exchange{
		submit(1, "111111", 400, "4010008"), submit(2, "111111", 400, "4000001"), // the second time, the flow is over
		submit(3, "222222", 200, "1080002"), submit(4, "222222", 400, "4010008"), // the second time, it was used
		submit(5, "333333", 410, "4000001"),
	}))
	for code, want := range map[string]bool{"111111": false, "222222": true, "333333": true} {
		if got[code] != want {
			t.Errorf("%s is right: %v", code, got[code])
		}
	}
}

func TestExceptionsThatAreMalformed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"no reason":          {"1.3.1 s 1 op:", ":1: want version"},
		"no number":          {"# comment\n\n1.3.1 s op: because", ":3: want version"},
		"one is there twice": {"1.3.1 s 1 op: because\n1.3.1 s 1 op: why", ":2: 1.3.1 s 1 op is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := parseExceptions(tc.text); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// An exchange is selected with those that made what it refers to, and those that changed it.
func TestDependencies(t *testing.T) {
	t.Parallel()
	const flow, other = "0f0f0f0f-0000-4000-8000-000000000001", "0f0f0f0f-0000-4000-8000-000000000002"
	scenario := exchangesOf([]*recorded.Exchange{
		recordedExchange(1, "createNativeLoginFlow", "GET", "/api", "", 200, `{"id":"`+other+`"}`),
		recordedExchange(2, "createNativeLoginFlow", "GET", "/api", "", 200, `{"id":"`+flow+`"}`),
		recordedExchange(3, "getLoginFlow", "GET", "/flows?id="+flow, "", 200, `{"id":"`+flow+`"}`),
		recordedExchange(4, "updateLoginFlow", "POST", "?flow="+flow, "{}", 400, `{"id":"`+flow+`"}`),
		recordedExchange(5, "getLoginFlow", "GET", "/flows?id="+flow, "", 200, `{"id":"`+flow+`"}`),
	})
	var got []int
	for _, e := range dependencies(scenario, map[string]bool{scenario[4].key(): true}) {
		got = append(got, e.N)
	}
	if !slices.Equal(got, []int{2, 4, 5}) {
		t.Errorf("selected %v, want 2, 4 and 5", got)
	}
}
