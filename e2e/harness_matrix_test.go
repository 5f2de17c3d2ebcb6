package e2e

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// bodies are what can be submitted, flow by flow.
var bodies = []struct {
	flow, method string
	body         any
}{
	{"login", "password", kratos.LoginPassword{}},
	{"login", "code", kratos.LoginCode{}},
	{"login", "identifier_first", kratos.LoginIdentifierFirst{}},
	{"login", "totp", kratos.LoginTOTP{}},
	{"login", "lookup_secret", kratos.LoginLookupSecret{}},
	{"login", "oidc", kratos.LoginOIDC{}},
	{"login", "webauthn", kratos.LoginWebAuthn{}},
	{"login", "passkey", kratos.LoginPasskey{}},
	{"registration", "password", kratos.RegistrationPassword{}},
	{"registration", "code", kratos.RegistrationCode{}},
	{"registration", "profile", kratos.RegistrationProfile{}},
	{"registration", "oidc", kratos.RegistrationOIDC{}},
	{"registration", "webauthn", kratos.RegistrationWebAuthn{}},
	{"registration", "passkey", kratos.RegistrationPasskey{}},
	{"settings", "profile", kratos.SettingsProfile{}},
	{"settings", "password", kratos.SettingsPassword{}},
	{"settings", "totp", kratos.SettingsTOTP{}},
	{"settings", "lookup_secret", kratos.SettingsLookup{}},
	{"settings", "oidc", kratos.SettingsOIDC{}},
	{"settings", "webauthn", kratos.SettingsWebAuthn{}},
	{"settings", "passkey", kratos.SettingsPasskey{}},
	{"recovery", "code", kratos.RecoveryCode{}},
	{"recovery", "link", kratos.RecoveryLink{}},
	{"verification", "code", kratos.VerificationCode{}},
	{"verification", "link", kratos.VerificationLink{}},
}

// modes are for whom flows are.
var modes = []string{native, singlePage, pages}

const (
	native     = "native"
	singlePage = "single-page"
	pages      = "page"
)

// outcomes are what can come of a submission, each with the letter that stands for it in the table.
var outcomes = []struct{ name, letter, means string }{
	{"done", "D", "the flow is at its end"},
	{"goes on", "G", "accepted, and there is another form"},
	{"refused", "R", "what was entered is wrong"},
	{"elsewhere", "W", "a browser has to go on at another URL"},
	{"expired", "E", "the flow is too old"},
	{"replaced", "P", "the flow is spent, and another takes its place"},
	{"second factor", "2", "right, but the account has a second factor, which is missing"},
	{"refresh", "F", "a login again of somebody signed in; settings that wait for one"},
	{"unverified", "U", "right, but the person's address has to be verified first"},
	{"disabled", "O", "the configuration turns the method off"},
	{"csrf", "C", "a wrong CSRF token, or a cookie in a native call"},
}

// methodOf returns what a body is called in the matrix.
func methodOf(body any) (flow, method string) {
	for _, b := range bodies {
		if reflect.TypeOf(b.body) == reflect.TypeOf(body) {
			return b.flow, b.method
		}
	}
	panic(fmt.Sprintf("%T is in no row of the matrix", body))
}

// cell is one outcome of one method of one flow in one mode.
type cell struct{ flow, mode, method, outcome string }

func (c cell) String() string {
	return strings.Join([]string{c.flow, c.mode, c.method, c.outcome}, ", ")
}

// cells are all there are.
func cells() []cell {
	var all []cell
	for _, b := range bodies {
		for _, mode := range modes {
			for _, outcome := range outcomes {
				all = append(all, cell{b.flow, mode, b.method, outcome.name})
			}
		}
	}
	return all
}

// rule names cells that no test can fill, and says why. A part of it is "*", or alternatives like
// "totp|lookup_secret".
type rule struct{ flow, mode, method, outcome, why string }

func (r rule) names(c cell) bool {
	is := func(pattern, part string) bool {
		return pattern == "*" || slices.Contains(strings.Split(pattern, "|"), part)
	}
	return is(r.flow, c.flow) && is(r.mode, c.mode) && is(r.method, c.method) && is(r.outcome, c.outcome)
}

// ruled returns the number of the first rule that names a cell, or -1.
func ruled(c cell) int {
	return slices.IndexFunc(rules, func(r rule) bool { return r.names(c) })
}

// tested are the cells that a test which passed has covered.
var tested = struct {
	sync.Mutex
	cells map[cell]bool
}{cells: map[cell]bool{}}

// cover says that the test proves these outcomes, if it passes.
func cover(t *testing.T, flow, mode, method string, outcomes ...string) {
	t.Helper()
	for _, outcome := range outcomes {
		c := cell{flow, mode, method, outcome}
		if !slices.Contains(cells(), c) {
			t.Fatalf("there is no cell %s", c)
		}
		if i := ruled(c); i >= 0 {
			t.Errorf("%s: tested, but it is said to be impossible: %s", c, rules[i].why)
		}
		t.Cleanup(func() {
			if t.Failed() {
				return
			}
			tested.Lock()
			defer tested.Unlock()
			tested.cells[c] = true
		})
	}
}

func TestRulesOfTheMatrix(t *testing.T) {
	t.Parallel()
	used := map[int]bool{}
	for _, c := range cells() {
		used[ruled(c)] = true
	}
	for i, r := range rules {
		if !used[i] {
			t.Errorf("no cell is left for the rule %+v", r)
		}
		for _, part := range strings.FieldsFunc(strings.Join([]string{r.flow, r.mode, r.method, r.outcome}, "|"), func(c rune) bool { return c == '|' }) {
			if part != "*" && !slices.ContainsFunc(cells(), func(c cell) bool {
				return ruled(c) == i && slices.Contains([]string{c.flow, c.mode, c.method, c.outcome}, part)
			}) {
				t.Errorf("no cell is left for %q of the rule %+v", part, r)
			}
		}
	}
}

// untested are the cells that no test has covered and no rule names.
func untested() []cell {
	return slices.DeleteFunc(cells(), func(c cell) bool { return tested.cells[c] || ruled(c) >= 0 })
}

// reportMatrix writes the table to the file that the variable MATRIX names, and returns the status
// to exit with.
func reportMatrix() int {
	if path := os.Getenv("MATRIX"); path != "" {
		if err := os.WriteFile(path, []byte(matrixTable()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	missing := untested()
	for _, c := range missing {
		fmt.Fprintf(os.Stderr, "the matrix: neither tested nor named as impossible: %s\n", c)
	}
	return min(len(missing), 1)
}
