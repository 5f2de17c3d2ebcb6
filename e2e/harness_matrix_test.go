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

// bodies are the bodies of submissions, by flow and method.
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
	{"settings", "lookup_secret", kratos.SettingsLookupSecret{}},
	{"settings", "oidc", kratos.SettingsOIDC{}},
	{"settings", "webauthn", kratos.SettingsWebAuthn{}},
	{"settings", "passkey", kratos.SettingsPasskey{}},
	{"recovery", "code", kratos.RecoveryCode{}},
	{"recovery", "link", kratos.RecoveryLink{}},
	{"verification", "code", kratos.VerificationCode{}},
	{"verification", "link", kratos.VerificationLink{}},
}

// modes are the types of clients.
var modes = []string{native, singlePage, pages}

const (
	native     = "native"
	singlePage = "single-page"
	pages      = "page"
)

// outcomes are the outcomes of a submission, with their letter in the table.
var outcomes = []struct{ name, letter, meaning string }{
	{"done", "D", "the flow is complete"},
	{"next step", "G", "accepted; another form follows"},
	{"rejected", "R", "the input is wrong"},
	{"redirected", "W", "the browser has to open another URL"},
	{"expired", "E", "the flow has expired"},
	{"replaced", "P", "the flow was completed or failed, and another one replaces it"},
	{"second factor", "2", "accepted, but the account needs its second factor"},
	{"refresh", "F", "a login that refreshes a session; settings that require one"},
	{"unverified", "U", "accepted, but the address has to be verified first"},
	{"disabled", "O", "the method is disabled"},
	{"csrf", "C", "a wrong CSRF token, or a cookie in a native call"},
}

// methodOf returns flow and method of a body.
func methodOf(body any) (flow, method string) {
	for _, b := range bodies {
		if reflect.TypeOf(b.body) == reflect.TypeOf(body) {
			return b.flow, b.method
		}
	}
	panic(fmt.Sprintf("%T is not in the matrix", body))
}

// cell is an outcome of a method of a flow in a mode.
type cell struct{ flow, mode, method, outcome string }

func (c cell) String() string {
	return strings.Join([]string{c.flow, c.mode, c.method, c.outcome}, ", ")
}

// allCells returns all cells of the matrix.
func allCells() []cell {
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

// rule matches cells that are impossible, with the reason. Each part is "*" or alternatives such as
// "totp|lookup_secret".
type rule struct{ flow, mode, method, outcome, reason string }

func (r rule) matches(c cell) bool {
	is := func(pattern, part string) bool {
		return pattern == "*" || slices.Contains(strings.Split(pattern, "|"), part)
	}
	return is(r.flow, c.flow) && is(r.mode, c.mode) && is(r.method, c.method) && is(r.outcome, c.outcome)
}

// ruleOf returns the index of the first rule that matches a cell, or -1.
func ruleOf(c cell) int {
	return slices.IndexFunc(rules(), func(r rule) bool { return r.matches(c) })
}

// tested are the cells that a passed test has covered.
var tested = struct {
	sync.Mutex
	cells map[cell]bool
}{cells: map[cell]bool{}}

// cover marks these outcomes as tested if the test passes.
func cover(t *testing.T, flow, mode, method string, outcomes ...string) {
	t.Helper()
	for _, outcome := range outcomes {
		c := cell{flow, mode, method, outcome}
		if !slices.Contains(allCells(), c) {
			t.Fatalf("unknown cell %s", c)
		}
		if i := ruleOf(c); i >= 0 {
			t.Errorf("%s: tested, but a rule says that it is impossible: %s", c, rules()[i].reason)
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

func TestMatrixRules(t *testing.T) {
	t.Parallel()
	checkRules(t, rules())
}

// checkRules fails for each rule, and each part of a rule, that is not the first to match a cell.
func checkRules(t *testing.T, rules []rule) {
	t.Helper()
	first := func(c cell) int { return slices.IndexFunc(rules, func(r rule) bool { return r.matches(c) }) }
	used := map[int]bool{}
	for _, c := range allCells() {
		used[first(c)] = true
	}
	for i, r := range rules {
		if !used[i] {
			t.Errorf("no cell matches the rule %+v", r)
		}
		for _, part := range strings.FieldsFunc(strings.Join([]string{r.flow, r.mode, r.method, r.outcome}, "|"), func(c rune) bool { return c == '|' }) {
			if part != "*" && !slices.ContainsFunc(allCells(), func(c cell) bool {
				return first(c) == i && slices.Contains([]string{c.flow, c.mode, c.method, c.outcome}, part)
			}) {
				t.Errorf("no cell matches %q of the rule %+v", part, r)
			}
		}
	}
}

// untested returns the cells that no test covers and no rule matches.
func untested() []cell {
	return slices.DeleteFunc(allCells(), func(c cell) bool { return tested.cells[c] || ruleOf(c) >= 0 })
}

// reportMatrix writes the table to the file in the environment variable MATRIX, and returns the
// exit status.
func reportMatrix() int {
	if path := os.Getenv("MATRIX"); path != "" {
		if err := os.WriteFile(path, []byte(matrixTable()+"\n"+hookTable.String()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	missing := untested()
	for _, c := range missing {
		fmt.Fprintf(os.Stderr, "matrix: neither tested nor impossible: %s\n", c)
	}
	return min(len(missing), 1)
}
