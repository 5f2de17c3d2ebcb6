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

// defaultRecordings are those in this repository.
var defaultRecordings = recorded.Kept(root)

var recordings = flag.String(recorded.Flag, defaultRecordings, recorded.Usage)

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

// exception is a violation in the recordings that is not an error of the description.
type exception struct {
	operation string // method and path if the description lacks them
	place     string // in, name and pointer of the violation
	reason    string
	optional  bool // only found in recordings that are not in this repository
}

func placeOf(v validate.Violation) string { return strings.TrimSpace(v.In + " " + v.Name + v.Pointer) }

const (
	clamped   = "Kratos replaces a number that is out of range."
	ignored   = "Kratos ignores unknown values, but they are probably misspelled."
	redirects = "Kratos redirects a browser to the form or to a login; a browser sends all fields of a form."

	schemas307 = "The admin port redirects /admin/schemas to the public port, which clients use directly."
)

var requestExceptions = []exception{
	{"updateSettingsFlow", "body /traits", redirects, false},
	{"updateLoginFlow", "body /identifier", redirects, true},
	{"updateRegistrationFlow", "body /password", redirects, true},
	{"updateRegistrationFlow", "query flow", redirects, true},
	{"updateRegistrationFlow", "header Content-Type", "Kratos redirects a browser that sends a form of the wrong media type.", true},
	{"listMySessions", "query page_size", clamped, true},
	{"listIdentities", "query page_size", clamped, true},
	{"listIdentities", "query consistency", ignored, true},
	{"getSession", "query expand/0", "Kratos ignores the case of expand.", true},
	{"patchIdentity", "header Content-Type", "Kratos ignores the media type; application/json is described.", true},
	{"GET /admin/schemas", "path", schemas307, true},
	{"getIdentitySchema", "path id", "From v25.4 on, Kratos finds a schema whose id has an escaped slash, which a gateway may take for a separator.", true},
}

var responseExceptions = []exception{
	{"createFedcmFlow", "header Content-Type", "Open-source servers lack this path: the router responds.", false},
	{"GET /admin/schemas", "path", schemas307, true},
	{"getIdentitySchema", "header Content-Type", "With a slash in the id the path is another one: the router responds.", false},
}

// exceptionOf returns the index of the exception for an error of e; -1 if there is none.
func exceptionOf(e *recorded.Exchange, exceptions []exception, invalid *validate.Error) int {
	op := invalid.Operation
	if u, err := url.Parse(e.Request.URL); op == "" && err == nil {
		op = e.Request.Method + " " + u.Path
	}
	return slices.IndexFunc(exceptions, func(x exception) bool {
		return x.operation == op && x.place == placeOf(invalid.Violations[0])
	})
}

// A path or method that the description lacks is an exception only if it is listed.
func TestExceptionsForUnknownPaths(t *testing.T) {
	t.Parallel()
	for line, listed := range map[string]bool{
		"GET /admin/schemas":                            true,
		"GET /admin/schemas?page_size=5":                true,
		"POST /admin/schemas":                           false,
		"GET /admin/schemas/default":                    false,
		"GET /admin/identities/by/other/ada":            false,
		"GET /admin/identities/by/other/schemas":        false,
		"GET /":                                         false,
		"PUT /sessions":                                 false,
		"POST /self-service/login/browser":              false,
		"GET /admin/admin/schemas":                      false,
		"GET /self-service/methods/oidc/callback/../..": false,
	} {
		e := new(recorded.Exchange)
		e.Request.Method, e.Request.URL, _ = strings.Cut(line, " ")
		e.Request.URL = "http://127.0.0.1:4434" + e.Request.URL
		var invalidRequest, invalidResponse *validate.Error
		if !errors.As(validate.Request(request(t, e)), &invalidRequest) || !errors.As(validate.Response(response(t, e)), &invalidResponse) {
			t.Errorf("%s is valid", line)
			continue
		}
		if exceptionOf(e, requestExceptions, invalidRequest) >= 0 != listed || exceptionOf(e, responseExceptions, invalidResponse) >= 0 != listed {
			t.Errorf("%s: %v, %v", line, invalidRequest, invalidResponse)
		}
	}
}

// Requests that a real server accepted are valid, and so are its responses.
func TestRecordedExchangesAreValid(t *testing.T) {
	t.Parallel()
	all := exchanges(t)
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		validateRecorded(t, all, requestExceptions, func(e *recorded.Exchange) error {
			if e.Response.Status >= 400 {
				return nil
			}
			return validate.Request(request(t, e))
		})
	})
	t.Run("responses", func(t *testing.T) {
		t.Parallel()
		validateRecorded(t, all, responseExceptions, func(e *recorded.Exchange) error {
			return validate.Response(response(t, e), validate.WithStrict())
		})
	})
}

func validateRecorded(t *testing.T, all []*recorded.Exchange, exceptions []exception, validateExchange func(*recorded.Exchange) error) {
	used := make([]bool, len(exceptions))
	for _, e := range all {
		if e.Odd() {
			continue
		}
		err := validateExchange(e)
		if err == nil {
			continue
		}
		var invalid *validate.Error
		if !errors.As(err, &invalid) {
			t.Fatalf("%s: %v", e, err)
		}
		at := exceptionOf(e, exceptions, invalid)
		if at < 0 {
			t.Errorf("%s: status %d: %v", e, e.Response.Status, err)
			continue
		}
		used[at] = true
	}
	t.Logf("%d exchanges", len(all))
	for i, x := range exceptions {
		if !used[i] && !x.optional && *recordings == defaultRecordings { // others are of one version each
			t.Errorf("no longer an exception: %s %s: %s", x.operation, x.place, x.reason)
		}
	}
}
