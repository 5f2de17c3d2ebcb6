package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// featuresOf returns the features of a Kratos of this version, which does not run.
func featuresOf(t *testing.T, version string) *kratos.ServerFeatures {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"version":%q}`, version)
	}))
	defer srv.Close()
	return must(must(kratos.NewAdmin(srv.URL))(t).ServerFeatures(t.Context()))(t)
}

// possible returns the cells that no rule of a version matches.
func possible(t *testing.T, version string) []string {
	t.Helper()
	rules := rulesFor(featuresOf(t, version))
	var cells []string
	for _, c := range allCells() {
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.matches(c) }) {
			cells = append(cells, c.String())
		}
	}
	return cells
}

// The rules know the versions of Kratos, also those that no test starts.
func TestMatrixOfOtherServers(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.3.1", "v25.4.0", "v26.2.0"} {
		t.Run("every rule of "+version+" matches a cell", func(t *testing.T) {
			t.Parallel()
			checkRules(t, rulesFor(featuresOf(t, version)))
		})
	}
	for _, tc := range []struct {
		from, to string
		more     []string // cells that become possible
		fewer    []string
	}{
		{"v1.3.1", "v1.3.6", nil, nil},
		{"v1.3.1", "v25.4.0", []string{
			"login, native, totp, unverified", "login, single-page, totp, unverified", "login, page, totp, unverified",
			"login, native, lookup_secret, unverified", "login, single-page, lookup_secret, unverified", "login, page, lookup_secret, unverified",
			"login, single-page, oidc, unverified", "login, page, oidc, unverified",
			"login, single-page, webauthn, unverified", "login, page, webauthn, unverified",
			"login, single-page, passkey, unverified", "login, page, passkey, unverified",
		}, nil},
		{"v25.4.0", "v26.2.0", []string{
			"login, native, passkey, done", "login, native, passkey, redirected", "login, native, passkey, second factor",
			"login, native, passkey, refresh", "login, native, passkey, unverified", "login, native, passkey, disabled",
			"registration, native, passkey, done", "registration, native, passkey, disabled",
			"settings, native, passkey, done", "settings, native, passkey, refresh", "settings, native, passkey, disabled",
		}, nil},
		{"v26.2.0", "v31.0.0", nil, nil},
	} {
		t.Run(tc.to+" compared with "+tc.from, func(t *testing.T) {
			t.Parallel()
			before, after := possible(t, tc.from), possible(t, tc.to)
			if got := without(after, before); !slices.Equal(got, tc.more) {
				t.Errorf("these cells become possible: %q, want %q", got, tc.more)
			}
			if got := without(before, after); !slices.Equal(got, tc.fewer) {
				t.Errorf("these cells become impossible: %q, want %q", got, tc.fewer)
			}
		})
	}
}

// without returns the cells that others lacks.
func without(cells, others []string) []string {
	return slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return slices.Contains(others, c) })
}
