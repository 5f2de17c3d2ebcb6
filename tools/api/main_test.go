package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
)

// The test binary is the command when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("API_TEST_IS_COMMAND") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Whoever reads the report may stop reading: all is done, and that is no failure.
func TestReportThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	if err := os.Mkdir(p.Path("tools"), 0o755); err != nil {
		t.Fatal(err)
	}
	published := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(published, apitest.Publish(t, p, apitest.OlderVersion(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "spec", published, "v1.3.1")
	cmd.Dir, cmd.Stdout, cmd.Env = p.Path("tools"), w, append(os.Environ(), "API_TEST_IS_COMMAND=1")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	err = cmd.Run()
	w.Close()
	if err != nil {
		t.Errorf("%v: %s", err, &problems)
	}
	if !strings.Contains(apitest.Read(t, p.Contract()), "v1.3.1") {
		t.Error("the version is not taken in")
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no command":         {nil, "which command?"},
		"an unknown command": {[]string{"dance"}, `no command "dance"`},
		"no file":            {[]string{"spec"}, "usage: make spec"},
		"an empty file":      {[]string{"spec", "", "v1.0.0"}, "usage: make spec"},
		"no server":          {[]string{"record", "http://127.0.0.1:1", "http://127.0.0.1:1"}, "usage: make record"},
		"no URL":             {[]string{"record", "x", "http://127.0.0.1:1", "f"}, "PUBLIC is not a URL"},
		"nobody there":       {[]string{"record", "http://127.0.0.1:1", "http://127.0.0.1:1", "f"}, "connection refused"},
		"nothing to select":  {[]string{"select", "x"}, "usage: select"},
	} {
		if err := run(p, tc.args); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}
