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

// leaks fails if the secret is in any text of an error.
func leaks(t testing.TB, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	asJSON, _ := json.Marshal(err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %#v", err, err, err, problems(t, err)), string(asJSON)} {
		if strings.Contains(text, secret) {
			t.Errorf("%s: the secret is in %s", name, text)
		}
	}
}

// A secret in any place of any request is in no error, whatever else is wrong.
func TestNoErrorOfARequestHasASecret(t *testing.T) {
	t.Parallel()
	judged, refused := 0, 0
	try := func(name string, r *http.Request) {
		body := readAll(t, r.Body)
		r.Body, r.GetBody = io.NopCloser(strings.NewReader(body)), nil
		err := validate.Request(r, validate.WithStrict()) // which finds the most
		leaks(t, name, err)
		if judged++; err != nil {
			refused++
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
	if refused < judged/2 {
		t.Errorf("%d requests, and only %d of them refused", judged, refused)
	}
}

// bodies returns JSON texts like body with the secret in one place: as a value, as a name, and
// where the text is no JSON.
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
		everywhere(v, func(set func(any)) {
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

// everywhere calls change for each place in v, with a function that sets what is there; it is as it
// was afterwards.
func everywhere(v any, change func(set func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for name, was := range v {
			everywhere(was, change)
			change(func(now any) { v[name] = now })
			v[name] = was
		}
		change(func(now any) { v[secret] = now })
		delete(v, secret)
	case []any:
		for i, was := range v {
			everywhere(was, change)
			change(func(now any) { v[i] = now })
			v[i] = was
		}
	}
}

// asFields makes the fields of a form of what is at the top of a body.
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

// A secret in any place of an answer is in no error.
func TestNoErrorOfAnAnswerHasASecret(t *testing.T) {
	t.Parallel()
	done := map[string]bool{}
	for _, e := range exchanges(t) {
		kind := fmt.Sprint(e.Op, e.Response.Status)
		if done[kind] || e.Odd() || !strings.HasPrefix(e.Response.Body, "{") || len(e.Response.Body) > 2000 {
			continue
		}
		done[kind] = true
		for _, body := range bodies(t, e.Response.Body) {
			resp := response(t, e)
			resp.Body = io.NopCloser(strings.NewReader(body))
			leaks(t, e.String(), validate.Response(resp, validate.WithStrict()))
		}
	}
	if len(done) < 80 {
		t.Errorf("only %d kinds of answers", len(done))
	}
}
