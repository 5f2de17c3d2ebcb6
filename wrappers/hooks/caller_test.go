package hooks_test

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestCallers(t *testing.T) {
	t.Parallel()
	const other = "another-key-of-the-hooks"
	for name, c := range map[string]struct {
		accepts, sends hooks.Caller
		status         int
	}{
		"the key is accepted":                                 {hooks.APIKey("X-Key", key), hooks.APIKey("x-key", key), 204},
		"an older key is accepted":                            {hooks.APIKey("X-Key", other, "a-third-key-of-the-hooks", key), hooks.APIKey("X-Key", key), 204},
		"another key is rejected":                             {hooks.APIKey("X-Key", key), hooks.APIKey("X-Key", other), 401},
		"a key with a prefix is rejected":                     {hooks.APIKey("X-Key", key), hooks.APIKey("X-Key", key+"x"), 401},
		"the key in another header is rejected":               {hooks.APIKey("X-Key", key), hooks.APIKey("X-Other", key), 401},
		"the password is accepted":                            {hooks.BasicAuth("a", key), hooks.BasicAuth("a", key), 204},
		"an older password is accepted":                       {hooks.BasicAuth("a", other, key), hooks.BasicAuth("a", key), 204},
		"another password is rejected":                        {hooks.BasicAuth("a", key), hooks.BasicAuth("a", other), 401},
		"another user is rejected":                            {hooks.BasicAuth("a", key), hooks.BasicAuth("b", key), 401},
		"a password instead of a key":                         {hooks.APIKey("X-Key", key), hooks.BasicAuth("a", key), 401},
		"a key instead of a password":                         {hooks.BasicAuth("a", key), hooks.APIKey("X-Key", key), 401},
		"a user and password that are split at another colon": {hooks.BasicAuth("a", "b:"+key), hooks.BasicAuth("a", key), 401},
		"a key of the scheme Bearer is accepted":              {hooks.APIKey("Authorization", key), hooks.APIKey("Authorization", key), 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			w := serve(hooks.Handler(c.accepts, allow, errs.option()), hookstest.NewRequest(c.sends, newCall()))
			if w.Code != c.status || w.Body.Len() != 0 {
				t.Errorf("status %d with %q, want %d", w.Code, w.Body, c.status)
			}
			if got := errs.all(); (len(got) == 1 && errors.Is(got[0], hooks.ErrUnauthorized)) != (c.status == 401) {
				t.Errorf("reported %v", got)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	basic := hooks.BasicAuth("kratos", `a"password"&<'>:#1`, key)
	for name, c := range map[string]struct {
		print func() (string, error)
		file  string
	}{
		"a hook that decides":  {func() (string, error) { return hooks.Config("https://hooks.example.org/r", caller, hooks.Decide) }, "decide.yaml"},
		"a hook that notifies": {func() (string, error) { return hooks.Config("https://hooks.example.org/n", basic, hooks.Notify) }, "notify.yaml"},
		"the migration hook":   {func() (string, error) { return hooks.PasswordMigrationConfig("http://10.0.0.1:80/p", caller) }, "migration.yaml"},
		"the courier":          {func() (string, error) { return hooks.CourierConfig("https://hooks.example.org/c", caller) }, "courier.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.print()
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", c.file)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("%s differs, %v; if that is meant: go test ./wrappers/hooks -update\n%s", golden, err, got)
			}
		})
	}
}

func TestConfigRejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url    string
		caller hooks.Caller
		kind   hooks.Kind
		want   string
	}{
		"no caller":             {"https://a.example/", hooks.Caller{}, hooks.Decide, "the caller has no key"},
		"no kind":               {"https://a.example/", caller, "", "the kind is neither Decide nor Notify"},
		"no URL":                {"", caller, hooks.Decide, "not an absolute http or https URL"},
		"a path":                {"/hooks", caller, hooks.Decide, "not an absolute http or https URL"},
		"another scheme":        {"ftp://a.example/", caller, hooks.Decide, "not an absolute http or https URL"},
		"a URL with a password": {"https://a:secret@a.example/", caller, hooks.Decide, "has a user, a query or a fragment"},
		"a URL with a query":    {"https://a.example/?key=secret", caller, hooks.Decide, "has a user, a query or a fragment"},
		"a control character":   {"https://a.example/secret\n", caller, hooks.Decide, "not an absolute http or https URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := hooks.Config(c.url, c.caller, c.kind)
			if text != "" || !errors.Is(err, kratos.ErrInvalidArgument) || !strings.HasPrefix(err.Error(), "kratos: hooks.Config: ") ||
				!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q, %v, want %s", text, err, c.want)
			}
		})
	}
}

// Without credentials, a browser is told nothing but the scheme.
func TestUnauthenticatedResponse(t *testing.T) {
	t.Parallel()
	w := serve(hooks.Handler(hooks.BasicAuth("a", key), allow, new(errorList).option()), httptest.NewRequest("POST", "/", nil))
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Basic" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
}
