package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExport(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	if status, out, errOut := run(t, identities("a@kratoskit.example", "b@kratoskit.example"), "import", "--admin", k.url, "--from", "jsonl", "-"); status != 0 {
		t.Fatal(out, errOut)
	}
	status, out, errOut := run(t, "", "export", "--admin", k.url)
	if status != 0 || strings.Count(out, "\n") != 2 || errOut != "exported: 2\n" {
		t.Errorf("exit status %d, printed %s%s", status, out, errOut)
	}
	file := filepath.Join(t.TempDir(), "identities.jsonl")
	status, printed, errOut := run(t, "", "export", "--admin", k.url, "-o", file)
	text, err := os.ReadFile(file)
	if status != 0 || printed != "" || errOut != "exported: 2\n" || err != nil || string(text) != out {
		t.Errorf("exit status %d, printed %s%s; the file has %s (%v)", status, printed, errOut, text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if exists(file + ".journal") {
		t.Error("the journal is not removed")
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"a file that exists":           {[]string{"--admin", k.url, "-o", file}, 2, "exists, and is not overwritten\n"},
		"a folder that is missing":     {[]string{"--admin", k.url, "-o", file + "/x"}, 2, "kratos: open "},
		"no URL":                       {nil, 2, "kratos: give the URL of the admin API by --admin or KRATOS_ADMIN_URL\n"},
		"a server that is not there":   {[]string{"--admin", "http://127.0.0.1:1"}, 2, "exported: 0\nkratos: "},
		"a token file that is missing": {[]string{"--admin", k.url, "--admin-token-file", file + ".no"}, 2, "kratos: --admin-token-file: open "},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errOut := run(t, "", append([]string{"export"}, c.args...)...)
			if status != c.status || out != "" || !strings.Contains(errOut, c.want) {
				t.Errorf("exit status %d, want %d; printed:\n%s%s", status, c.status, out, errOut)
			}
		})
	}
}
