package validate_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen/spec"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// word is a piece of input that would be recognized in an error.
var word = regexp.MustCompile(`[\pL\pN@._-]{6,}`)

// ours has the words that errors are made of: those of the description, and this package's own.
var ours = spec.OpenAPI + personSchema + `schema's alternatives members elements characters percent encoding additionalProperties discriminator duplicate
 DELETE required repeated compressed identity Content-Type Content-Encoding X-Session-Token 2006-01-02T15:04:05Z missing integer boolean nullable syntax format pattern`

// quotes fails if an error has a word of the input that is not one of ours.
func quotes(t *testing.T, err error, inputs ...string) {
	if err == nil {
		return
	}
	text := fmt.Sprintf("%v %#v", err, problems(t, err))
	for _, input := range inputs {
		for _, w := range word.FindAllString(input, 50) {
			if strings.Contains(text, w) && !strings.Contains(ours, w) {
				t.Errorf("%q is in %s", w, text)
			}
		}
	}
}

// Whatever a request is, judging it neither panics nor repeats any of it, and leaves its body as it
// was.
func FuzzRequest(f *testing.F) {
	for _, golden := range goldenRequests(f) {
		r := golden()
		f.Add(r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), readAll(f, r.Body))
	}
	f.Add("POST", "/self-service/login", "flow=f", "application/x-www-form-urlencoded", "method=password&traits.a=%zz")
	f.Add("POST", "/admin/identities", "", "application/json", `{"traits":{"\ud800":[1e999,{"a":1,"a":2}]},"state":"\u0000"}`)
	f.Fuzz(func(t *testing.T, method, path, query, kind, body string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)),
		}
		quotes(t, validate.Request(r, validate.WithStrict()), method, path, query, kind, body)
		if again := readAll(t, r.Body); again != body {
			t.Errorf("the body is another: %q", again)
		}
	})
}

// Whatever an answer is, judging it neither panics nor repeats any of it.
func FuzzResponse(f *testing.F) {
	for _, e := range exchanges(f) {
		if len(e.Response.Body) < 2000 {
			r := request(f, e)
			f.Add(r.Method, r.URL.Path, e.Response.Status, "application/json", e.Response.Body)
		}
	}
	f.Fuzz(func(t *testing.T, method, path string, status int, kind, body string) {
		resp := &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)),
			Request: &http.Request{Method: method, URL: &url.URL{Path: path}},
		}
		quotes(t, validate.Response(resp, validate.WithStrict()), method, path, kind, body)
	})
}

// Whatever traits are, judging them neither panics nor repeats any of them.
func FuzzTraits(f *testing.F) {
	f.Add(`{"email":"ada@example.org","name":{"first":"Ada"},"tags":["new"],"labels":{"a":"b"}}`)
	f.Add(`{"email":5,"phone":"+","age":1e999,"share":-0.0,"tags":[{}],"\ud800":1}`)
	s, _ := schemas(f, map[string]string{"default": personSchema})
	f.Fuzz(func(t *testing.T, traits string) {
		err := s.ValidateTraits(t.Context(), "", json.RawMessage(traits))
		quotes(t, err, traits)
	})
}
