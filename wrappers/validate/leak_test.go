package validate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

const secret = "hunter2"

// expectNoSecret fails if the secret is in the text, Go syntax or JSON of an error.
func expectNoSecret(t testing.TB, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	asJSON, _ := json.Marshal(err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %#v", err, err, err, violations(t, err)), string(asJSON)} {
		if strings.Contains(text, secret) {
			t.Errorf("%s: the secret is in %s", name, text)
		}
	}
}

// No error of a request has a secret, wherever the secret is in the request.
func TestRequestErrorsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	total, invalid := 0, 0
	try := func(name string, r *http.Request) {
		body := readAll(t, r.Body)
		r.Body, r.GetBody = io.NopCloser(strings.NewReader(body)), nil
		err := validate.Request(r, validate.WithStrict())
		expectNoSecret(t, name, err)
		if total++; err != nil {
			invalid++
		}
	}
	for operation, golden := range goldenRequests(t) {
		for i := range strings.Split(golden().URL.Path, "/")[1:] {
			r := golden()
			segments := strings.Split(r.URL.Path, "/")
			segments[i+1] = secret
			r.URL.Path = strings.Join(segments, "/")
			try(operation+" path", r)
		}
		r := golden()
		r.Method = secret
		try(operation+" method", r)
		for _, name := range []string{"id", "page_size", "refresh", "consistency", "ids", "expand", "active", "include_credential", "status", "flow", secret} {
			for _, values := range [][]string{{secret}, {secret, secret + "2"}, {"", secret}} {
				r := golden()
				query := r.URL.Query()
				query[name] = values
				r.URL.RawQuery = query.Encode()
				try(operation+" query "+name, r)
			}
		}
		r = golden()
		r.URL.RawQuery = "id=%zz" + secret + ";" + secret
		try(operation+" broken query", r)
		for _, name := range []string{"Content-Type", "Content-Encoding", "X-Session-Token", "Cookie", secret} {
			for _, value := range []string{secret, "application/json; charset=" + secret, "application/" + secret} {
				r := golden()
				r.Header[name] = []string{value, secret}
				try(operation+" header "+name, r)
				r.Header[name] = []string{value}
				r.Body = io.NopCloser(strings.NewReader("{}"))
				try(operation+" header "+name, r)
			}
		}
		for _, body := range bodies(t, readAll(t, golden().Body)) {
			r := golden()
			r.Body = io.NopCloser(strings.NewReader(body))
			try(operation+" body "+body, r)
			r = golden()
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Body = io.NopCloser(strings.NewReader(asFields(t, body).Encode()))
			try(operation+" form "+body, r)
		}
	}
	if invalid < total/2 {
		t.Errorf("%d requests, of which only %d are invalid", total, invalid)
	}
}

// bodies returns JSON texts that differ from body by the secret in one place: as a value, as a
// name, or in invalid JSON.
func bodies(t testing.TB, body string) (all []string) {
	t.Helper()
	all = []string{secret, `"` + secret + `"`, `["` + secret + `"]`, `{"` + secret, `{"` + secret + `":1,"` + secret + `":2}`, body + secret, `{"method":"` + secret + `"}`, `{"method":{"` + secret + `":1}}`}
	if body == "" {
		return all
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	for _, other := range []any{secret, []any{secret}, map[string]any{secret: secret}} {
		forEachValue(v, func(set func(any)) {
			set(other)
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(text), string(bytes.ReplaceAll(text, []byte(`,`), []byte(`,"`+secret+`":0,`))), string(text[:len(text)-2]))
		})
	}
	return all
}

// forEachValue calls change for each value in v, with a function that replaces it, and restores it
// afterwards.
func forEachValue(v any, change func(set func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for name, was := range v {
			forEachValue(was, change)
			change(func(now any) { v[name] = now })
			v[name] = was
		}
		change(func(now any) { v[secret] = now })
		delete(v, secret)
	case []any:
		for i, was := range v {
			forEachValue(was, change)
			change(func(now any) { v[i] = now })
			v[i] = was
		}
	}
}

// asFields returns form fields for the properties of a JSON body.
func asFields(t testing.TB, body string) url.Values {
	t.Helper()
	fields := url.Values{}
	var v map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &v) != nil {
		return url.Values{body: {secret}}
	}
	for name, value := range v {
		fields[name] = []string{strings.Trim(string(value), `"`)}
		fields[name+"."+secret] = []string{secret, secret + "2"}
	}
	return fields
}

// No error of a response has a secret, wherever the secret is in the response.
func TestResponseErrorsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range exchanges(t) {
		key := fmt.Sprint(e.Op, e.Response.Status)
		if seen[key] || e.Odd() || !strings.HasPrefix(e.Response.Body, "{") || len(e.Response.Body) > 2000 {
			continue
		}
		seen[key] = true
		for _, body := range bodies(t, e.Response.Body) {
			resp := response(t, e)
			resp.Body = io.NopCloser(strings.NewReader(body))
			expectNoSecret(t, e.String(), validate.Response(resp, validate.WithStrict()))
		}
	}
	if len(seen) < 80 {
		t.Errorf("only %d operations and statuses", len(seen))
	}
}
