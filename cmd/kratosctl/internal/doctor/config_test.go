package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// newConfig returns the configuration of files with these contents, named 0.yml, 1.yml and so on.
func newConfig(t *testing.T, contents ...string) (*Config, error) {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, content := range contents {
		path := filepath.Join(dir, string(rune('0'+i))+".yml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return ReadConfig(paths...)
}

func TestConfigHasValuesAndLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files    []string
		path     string
		want, at string
	}{
		"a value":                              {[]string{"serve:\n  admin:\n    host: 127.0.0.1\n"}, "serve.admin.host", "127.0.0.1", "0.yml:3"},
		"a number":                             {[]string{"serve: {admin: {port: 4434}}"}, "serve.admin.port", "4434", "0.yml:1"},
		"JSON":                                 {[]string{`{"serve": {"admin": {"host": "a"}}}`}, "serve.admin.host", "a", "0.yml:1"},
		"a missing value":                      {[]string{"dsn: memory"}, "serve.admin.host", "", "not set"},
		"a value below a scalar":               {[]string{"serve: x"}, "serve.admin.host", "", "not set"},
		"null":                                 {[]string{"dsn: ~"}, "dsn", "", "not set"},
		"a mapping where a scalar is expected": {[]string{"dsn: {a: b}"}, "dsn", "", "0.yml:1"},
		"a later file wins":                    {[]string{"dsn: a", "x: 1\ndsn: b"}, "dsn", "b", "1.yml:2"},
		"a later file without the value":       {[]string{"serve: {admin: {host: a}}", "serve: {admin: {port: 1}}"}, "serve.admin.host", "a", "0.yml:1"},
		"null in a later file":                 {[]string{"dsn: a", "dsn: null"}, "dsn", "a", "0.yml:1"},
		"an alias":                             {[]string{"x: &a {host: h}\nserve: {admin: *a}"}, "serve.admin.host", "h", "0.yml:1"},
		"a merge key":                          {[]string{"x: &a {host: h}\nserve:\n  admin:\n    <<: *a\n    port: 1"}, "serve.admin.host", "h", "0.yml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := newConfig(t, c.files...)
			if err != nil {
				t.Fatal(err)
			}
			if got, at := config.String(c.path); got != c.want || at.String() != c.at {
				t.Errorf("%q at %s, want %q at %s", got, at, c.want, c.at)
			}
		})
	}
}

func TestConfigHasBoolsListsAndHooks(t *testing.T) {
	t.Parallel()
	config, err := newConfig(t, `
on: true
off: false
words: "TRUE"
text: maybe
list: [a, {b: c}, d]
scalar: a
hooks:
  - hook: session
  - hook: web_hook
    config: {url: https://example.org}
  - other: x
`)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]bool{
		"on": {true, true}, "off": {false, false}, "words": {true, true}, "text": {false, false}, "missing": {true, false},
	} {
		withTrue, _ := config.Bool(path, true)
		withFalse, _ := config.Bool(path, false)
		if got := [2]bool{withTrue, withFalse}; got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	var values []string
	for _, i := range config.List("list") {
		values = append(values, i.value+" "+i.String())
	}
	if want := []string{"a 0.yml:6", "d 0.yml:6"}; !slices.Equal(values, want) {
		t.Errorf("list: %q", values)
	}
	if config.List("scalar") != nil || config.List("missing") != nil {
		t.Error("a scalar is a list")
	}
	if hooks, at := config.Hooks("hooks"); !slices.Equal(hooks, []string{"session", "web_hook"}) || at.String() != "0.yml:9" {
		t.Errorf("hooks: %q at %s", hooks, at)
	}
}

// An error says which file and line, and quotes nothing.
func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"invalid YAML": {"secrets:\n  cookie: [hunter2hunter2\n", "kratos: --config: 0.yml is not valid YAML or JSON"},
		"a tab":        {"secrets:\n\tcookie: hunter2hunter2\n", "kratos: --config: 0.yml is not valid YAML or JSON"},
		"a list":       {"- hunter2hunter2\n", "kratos: --config: 0.yml is not a mapping"},
		"a text":       {"hunter2hunter2\n", "kratos: --config: 0.yml is not a mapping"},
		"nothing":      {"", "kratos: --config: 0.yml is not a mapping"},
		"a large file": {"x: " + strings.Repeat("hunter2", maxConfig/7+1), "kratos: --config: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newConfig(t, c.content)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	if _, err := ReadConfig(filepath.Join(t.TempDir(), "none.yml")); err == nil || !strings.HasPrefix(err.Error(), "kratos: --config: ") {
		t.Errorf("a missing file: %v", err)
	}
}

// A mapping that contains itself does not hang or overflow the stack.
func TestConfigWithCycle(t *testing.T) {
	t.Parallel()
	config, err := newConfig(t, "a: &a\n  b: *a\n  <<: *a\n")
	if err != nil {
		return // refused by the parser
	}
	if got, _ := config.String("a.b.b.missing"); got != "" {
		t.Errorf("%q", got)
	}
}
