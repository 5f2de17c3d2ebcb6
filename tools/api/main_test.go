package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// The test binary runs the command if an environment variable is set.
func TestMain(m *testing.M) {
	if os.Getenv("API_TEST_IS_COMMAND") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The import succeeds if the reader of the report stops reading.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	if err := os.Mkdir(p.Path("tools"), 0o755); err != nil {
		t.Fatal(err)
	}
	published := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(published, apitest.Publish(t, p, apitest.ToOlderVersion(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "spec", published, "v1.3.1")
	cmd.Dir, cmd.Stdout, cmd.Env = p.Path("tools"), w, append(os.Environ(), "API_TEST_IS_COMMAND=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	w.Close()
	if err != nil {
		t.Errorf("%v: %s", err, &stderr)
	}
	if !strings.Contains(apitest.ReadFile(t, p.Contract()), "v1.3.1") {
		t.Error("the version is not imported")
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no command":                {nil, "missing command"},
		"an unknown command":        {[]string{"dance"}, `unknown command "dance"`},
		"no file":                   {[]string{"spec"}, "usage: make spec"},
		"an empty file":             {[]string{"spec", "", "v1.0.0"}, "usage: make spec"},
		"a missing argument":        {[]string{"record", "http://127.0.0.1:1", "http://127.0.0.1:1"}, "usage: make record"},
		"no version":                {[]string{"version", ""}, "usage: make version"},
		"a word as a version":       {[]string{"version", "next"}, `"next" is not a version`},
		"no URL":                    {[]string{"record", "x", "http://127.0.0.1:1", "f"}, "PUBLIC is not a URL"},
		"a port that is closed":     {[]string{"record", "http://127.0.0.1:1", "http://127.0.0.1:1", "f"}, "connection refused"},
		"no recordings to validate": {[]string{"recorded"}, "usage: recorded"},
		"nothing to select":         {[]string{"select", "x"}, "usage: select"},
	} {
		if err := run(p, tc.args); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}

// Relative paths of recordings begin at the root of the repository. A selection adds to what is
// there.
func TestRecordings(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	line := func(body string) string {
		return `{"op":"getVersion","response":{"status":200,"headers":{"Content-Type":"application/json"},"body":"` + body + `"}}` + "\n"
	}
	present, same, other := line(`{\"version\":\"v1.3.6\"}`), line(`{\"version\":\"v1.3.1\"}`), line(`{\"version\":null}`)
	for file, text := range map[string]string{"new/valid.jsonl": same, "new/recorded.jsonl": same + other, "selected/v1.jsonl": present} {
		if err := project.WriteFile(p.Path(file), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"recorded", "new/valid.jsonl"}, {"select", "new/recorded.jsonl", "selected"}, {"select", "new/recorded.jsonl", "selected"}, {"select", "new/recorded.jsonl", "empty"},
	} {
		if err := run(p, args); err != nil {
			t.Errorf("%s: %v", args[0], err)
		}
	}
	for file, want := range map[string]string{"selected/v1.jsonl": present, "selected/other.jsonl": other, "empty/other.jsonl": same + other} {
		if got := apitest.ReadFile(t, p.Path(file)); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}
