package validate_test

import (
	"errors"
	"flag"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

const root = "../.."

// kept are the recordings in this repository.
var kept = recorded.Kept(root)

var recordings = flag.String(recorded.Flag, kept, recorded.Usage)

func exchanges(t testing.TB) []*recorded.Exchange {
	t.Helper()
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func request(t testing.TB, e *recorded.Exchange) *http.Request {
	t.Helper()
	r, err := e.HTTPRequest()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func response(t testing.TB, e *recorded.Exchange) *http.Response {
	t.Helper()
	resp, err := e.HTTPResponse()
	if err != nil {
		t.Fatal(err)
	}
	return resp
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

// exceptionOf returns the index of the exception that a problem of e is; -1 if it is none.
func exceptionOf(e *recorded.Exchange, exceptions []exception, problem *validate.Error) int {
	op := problem.Operation
	if u, err := url.Parse(e.Request.URL); op == "" && err == nil {
		op = e.Request.Method + " " + u.Path
	}
	return slices.IndexFunc(exceptions, func(x exception) bool { return x.op == op && x.where == problem.Violations[0].Pointer })
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
		e := new(recorded.Exchange)
		e.Request.Method, e.Request.URL, _ = strings.Cut(line, " ")
		e.Request.URL = "http://127.0.0.1:4434" + e.Request.URL
		var problem, answer *validate.Error
		if !errors.As(validate.Request(request(t, e)), &problem) || !errors.As(validate.Response(response(t, e)), &answer) {
			t.Errorf("%s is valid", line)
			continue
		}
		if exceptionOf(e, requestExceptions, problem) >= 0 != listed || exceptionOf(e, answerExceptions, answer) >= 0 != listed {
			t.Errorf("%s: %v, %v", line, problem, answer)
		}
	}
}

// What a server accepted, and what it answered, fits the description.
func TestRecordedExchangesAreValid(t *testing.T) {
	t.Parallel()
	all := exchanges(t)
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		judgeRecorded(t, all, requestExceptions, func(e *recorded.Exchange) error {
			if e.Response.Status >= 400 {
				return nil
			}
			return validate.Request(request(t, e))
		})
	})
	t.Run("answers", func(t *testing.T) {
		t.Parallel()
		judgeRecorded(t, all, answerExceptions, func(e *recorded.Exchange) error {
			return validate.Response(response(t, e), validate.WithStrict())
		})
	})
}

func judgeRecorded(t *testing.T, all []*recorded.Exchange, exceptions []exception, judge func(*recorded.Exchange) error) {
	used := make([]bool, len(exceptions))
	for _, e := range all {
		if e.Odd() {
			continue
		}
		err := judge(e)
		if err == nil {
			continue
		}
		var problem *validate.Error
		if !errors.As(err, &problem) {
			t.Fatalf("%s: %v", e, err)
		}
		at := exceptionOf(e, exceptions, problem)
		if at < 0 {
			t.Errorf("%s: status %d: %v", e, e.Response.Status, err)
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
