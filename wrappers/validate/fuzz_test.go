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

// word matches a part of the input that is long enough to be recognized in an error.
var word = regexp.MustCompile(`[\pL\pN@._-]{6,}`)

// vocabulary has the words that errors consist of: those of the description and of this package.
var vocabulary = spec.OpenAPI + personSchema + `alternatives properties property characters percent-encoded additionalProperties discriminator duplicate
 DELETE required repeated compressed identity Content-Type Content-Encoding X-Session-Token 2006-01-02T15:04:05Z missing integer boolean nullable syntax format pattern`

// expectNoQuotes fails if an error has a word of the input that is not in the vocabulary.
func expectNoQuotes(t *testing.T, err error, inputs ...string) {
	if err == nil {
		return
	}
	text := fmt.Sprintf("%v %#v", err, violations(t, err))
	for _, input := range inputs {
		for _, w := range word.FindAllString(input, 50) {
			if strings.Contains(text, w) && !strings.Contains(vocabulary, w) {
				t.Errorf("%q is in %s", w, text)
			}
		}
	}
}

// Validating any request neither panics nor quotes the request, and leaves its body readable.
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
		expectNoQuotes(t, validate.Request(r, validate.WithStrict()), method, path, query, kind, body)
		if again := readAll(t, r.Body); again != body {
			t.Errorf("the body was changed: %q", again)
		}
	})
}

// Validating any response neither panics nor quotes the response.
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
		expectNoQuotes(t, validate.Response(resp, validate.WithStrict()), method, path, kind, body)
	})
}

// Validating any traits neither panics nor quotes the traits.
func FuzzTraits(f *testing.F) {
	f.Add(`{"email":"ada@example.org","name":{"first":"Ada"},"tags":["new"],"labels":{"a":"b"}}`)
	f.Add(`{"email":5,"phone":"+","age":1e999,"share":-0.0,"tags":[{}],"\ud800":1}`)
	s, _ := newValidator(f, map[string]string{"default": personSchema})
	f.Fuzz(func(t *testing.T, traits string) {
		err := s.ValidateTraits(t.Context(), "", json.RawMessage(traits))
		expectNoQuotes(t, err, traits)
	})
}
