package validate_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

const root = "../.."

// kept are the recordings in this repository.
var kept = filepath.Join(root, "testdata", "recorded", "*.jsonl")

var recordings = flag.String("recorded", kept, "pattern of the recordings to judge; .gz is for compressed ones")

// exchange is a request to a real server, and its answer.
type exchange struct {
	Version, Scenario, Op string
	N                     int
	Request               struct {
		Method, URL, Body string
		Headers           map[string]texts
	}
	Response struct {
		Status  int
		Body    string
		Headers map[string]texts
	}
}

// texts are the values of a header, recorded as one or as a list.
type texts []string

func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

func (e *exchange) name() string {
	return fmt.Sprintf("%s %s %s %d", e.Version, e.Scenario, e.Op, e.N)
}

func (e *exchange) request(t testing.TB) *http.Request {
	t.Helper()
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Request{Method: e.Request.Method, URL: u, Header: header(e.Request.Headers), Body: io.NopCloser(strings.NewReader(e.Request.Body))}
}

func (e *exchange) response(t testing.TB) *http.Response {
	t.Helper()
	return &http.Response{
		StatusCode: e.Response.Status, Header: header(e.Response.Headers), Body: io.NopCloser(strings.NewReader(e.Response.Body)), Request: e.request(t),
	}
}

func header(recorded map[string]texts) http.Header {
	h := http.Header{}
	for name, values := range recorded {
		h[http.CanonicalHeaderKey(name)] = values
	}
	return h
}

func recorded(t testing.TB) (all []exchange) {
	t.Helper()
	files, err := filepath.Glob(*recordings)
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := io.Reader(f)
		if strings.HasSuffix(file, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				t.Fatal(err)
			}
		}
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			var e exchange
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		if lines.Err() != nil {
			t.Fatal(lines.Err())
		}
	}
	return all
}

// exception is a difference between what was recorded and what the description says that stays.
type exception struct {
	op, where string // of the problem; op is method and path where the description does not have these
	reason    string
	elsewhere bool // it is not in the recordings that are kept, but in the ones that they were taken from
}

const (
	clamped = "Kratos takes another number instead of one that is out of range."
	ignored = "Kratos ignores what it does not know here, and a misspelt word is worth being told of."
	shown   = "Kratos shows the form again to a browser, or sends it to log in; a browser sends all fields of a form."

	schemas307 = "The admin port sends /admin/schemas to the public port, where a client asks at once."
)

var requestExceptions = []exception{
	{"updateSettingsFlow", "/traits", shown, false},
	{"updateLoginFlow", "/identifier", shown, true},
	{"updateRegistrationFlow", "/password", shown, true},
	{"updateRegistrationFlow", "query.flow", shown, true},
	{"updateRegistrationFlow", "header.Content-Type", "A browser that sent a form of the wrong type is sent back.", true},
	{"listMySessions", "query.page_size", clamped, true},
	{"listIdentities", "query.page_size", clamped, true},
	{"listIdentities", "query.consistency", ignored, true},
	{"getSession", "query.expand.0", "Kratos does not mind capital letters here.", true},
	{"patchIdentity", "header.Content-Type", "Kratos does not look at it; application/json is what is described.", true},
	{"GET /admin/schemas", "path", schemas307, true},
}

var answerExceptions = []exception{
	{"createFedcmFlow", "header.Content-Type", "Open-source servers do not have this path: it is the page of the router.", false},
	{"GET /admin/schemas", "path", schemas307, true},
	{"getIdentitySchema", "header.Content-Type", "With a slash in the id the path is another one: it is the page of the router.", false},
}

// exception returns the index of the exception that a problem of e is; -1 if it is none.
func (e *exchange) exception(exceptions []exception, problem *validate.Error) int {
	op := problem.Operation
	if u, err := url.Parse(e.Request.URL); op == "" && err == nil {
		op = e.Request.Method + " " + u.Path
	}
	return slices.IndexFunc(exceptions, func(x exception) bool { return x.op == op && x.where == problem.Problems[0].Where })
}

// A path or method that the description lacks, as a newer server may have, is an exception only if
// it is listed.
func TestUnknownPathsAreNoExceptions(t *testing.T) {
	t.Parallel()
	for line, listed := range map[string]bool{
		"GET /admin/schemas":                        true,
		"GET /admin/schemas?page_size=5":            true,
		"POST /admin/schemas":                       false,
		"GET /admin/schemas/default":                false,
		"GET /admin/identities/by/external/ada":     false,
		"GET /admin/identities/by/external/schemas": false,
		"GET /":                            false,
		"PUT /sessions":                    false,
		"POST /self-service/login/browser": false,
		"GET /admin/admin/schemas":         false,
		"GET /self-service/methods/oidc/callback/../..": false,
	} {
		var e exchange
		e.Request.Method, e.Request.URL, _ = strings.Cut(line, " ")
		e.Request.URL = "http://127.0.0.1:4434" + e.Request.URL
		var problem, answer *validate.Error
		if !errors.As(validate.Request(e.request(t)), &problem) || !errors.As(validate.Response(e.response(t)), &answer) {
			t.Errorf("%s is valid", line)
			continue
		}
		if e.exception(requestExceptions, problem) >= 0 != listed || e.exception(answerExceptions, answer) >= 0 != listed {
			t.Errorf("%s: %v, %v", line, problem, answer)
		}
	}
}

// usable reports whether an exchange is one of an API that was asked in earnest.
func (e *exchange) usable() bool {
	return e.Op != "_odd" && !strings.Contains(e.Scenario, "wrong-server") && !strings.Contains(e.Scenario, "odd/empty-ids")
}

// What a server accepted, and what it answered, fits the description.
func TestRecordedExchangesAreValid(t *testing.T) {
	t.Parallel()
	all := recorded(t)
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		judgeRecorded(t, all, requestExceptions, func(e *exchange) error {
			if e.Response.Status >= 400 {
				return nil
			}
			return validate.Request(e.request(t))
		})
	})
	t.Run("answers", func(t *testing.T) {
		t.Parallel()
		judgeRecorded(t, all, answerExceptions, func(e *exchange) error {
			return validate.Response(e.response(t), validate.Strict())
		})
	})
}

func judgeRecorded(t *testing.T, all []exchange, exceptions []exception, judge func(*exchange) error) {
	used := make([]bool, len(exceptions))
	for i := range all {
		e := &all[i]
		if !e.usable() {
			continue
		}
		err := judge(e)
		if err == nil {
			continue
		}
		var problem *validate.Error
		if !errors.As(err, &problem) {
			t.Fatalf("%s: %v", e.name(), err)
		}
		at := e.exception(exceptions, problem)
		if at < 0 {
			t.Errorf("%s: status %d: %v", e.name(), e.Response.Status, err)
			continue
		}
		used[at] = true
	}
	t.Logf("%d exchanges", len(all))
	for i, x := range exceptions {
		if !used[i] && !(x.elsewhere && *recordings == kept) {
			t.Errorf("no longer an exception: %s %s: %s", x.op, x.where, x.reason)
		}
	}
}
