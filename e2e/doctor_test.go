package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Each fault of a configuration or proxy gives its finding and no other.
func TestDoctor(t *testing.T) {
	t.Parallel()
	binary := buildKratosctl(t)
	clean := deploy(t, nil)
	for _, c := range doctorCases {
		t.Run(c.name, func(t *testing.T) {
			d := clean
			if c.config != nil || c.flags != nil {
				d = deploy(t, c.config, c.flags...)
			}
			if c.setUp != nil {
				c.setUp(t, d)
			}
			if c.proxy != nil {
				d.change(c.proxy)
				defer d.change(nil)
			}
			list := args("--public", doctorAuth, "--admin", "ADMIN", "--site", doctorSite)(d)
			if c.args != nil {
				list = c.args(d)
			}
			if !c.withoutFile {
				list = append(list, "--config", d.configFile(t, c.file))
			}
			ids, status, out := d.findings(t, binary, append(list, "--queued-for", "1ms")...)
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("found %q, want %q:\n%s", got, c.want, out)
			}
			if want := statusOf(out); status != want {
				t.Errorf("exit status %d, want %d", status, want)
			}
			if c.want == "" && strings.Contains(out, "not-checked") {
				t.Errorf("not all was checked:\n%s", out)
			}
			d.expectNoSecrets(t, c.file, out)
		})
	}
	clean.expectUnchanged(t)
}

// expectUnchanged fails if doctor has created an identity or sent an email.
func (d *deployment) expectUnchanged(t *testing.T) {
	t.Helper()
	admin := must(kratos.NewAdmin(d.srv.AdminURL))(t)
	if page := must(admin.IdentitiesPage(t.Context(), kratos.ListIdentities{}))(t); len(page.Items) != 0 {
		t.Errorf("there are %d identities", len(page.Items))
	}
	if page := must(admin.CourierMessagesPage(t.Context(), kratos.ListCourierMessages{}))(t); len(page.Items) != 0 {
		t.Errorf("there are %d messages", len(page.Items))
	}
}

// statusOf returns the exit status of the severities in a JSON.
func statusOf(out string) int {
	switch {
	case strings.Contains(out, `"severity": "error"`):
		return 2
	case strings.Contains(out, `"severity": "warning"`):
		return 1
	}
	return 0
}

// expectNoSecrets fails if a secret of the configuration is printed.
func (d *deployment) expectNoSecrets(t *testing.T, file map[string]any, out string) {
	t.Helper()
	for path, value := range changed(d.values, file) {
		if list, ok := value.([]string); ok && strings.HasPrefix(path, "secrets.") && strings.Contains(out, list[0]) {
			t.Errorf("a secret of %s is printed:\n%s", path, out)
		}
	}
}

func TestDoctorSaysWhatItDidNotCheck(t *testing.T) {
	t.Parallel()
	d, binary := deploy(t, nil), buildKratosctl(t)
	all := []string{"--public", doctorAuth, "--admin", "ADMIN", "--site", doctorSite, "--config", d.configFile(t, nil)}
	for i, want := range map[int]string{0: "CORS", 2: "queued messages", 4: "return URLs to the site", 6: "secrets"} {
		t.Run("without "+all[i], func(t *testing.T) {
			out, status := d.run(t, binary, append([]string{"doctor"}, args(slices.Delete(slices.Clone(all), i, i+2)...)(d)...)...)
			if status != 0 || !strings.Contains(out, want) || !strings.Contains(out, "not checked, without "+all[i]+" [not-checked]") {
				t.Errorf("exit status %d, %s\nwant %s", status, out, want)
			}
		})
	}
	out, status := d.run(t, binary, args("doctor", "--public", doctorAuth, "--site", "https://down.example.test", "--config", d.configFile(t, nil))(d)...)
	if status != 2 || !strings.Contains(out, "access to the admin API at https://down.example.test: not checked, because it cannot be reached") {
		t.Errorf("a site that is down: exit status %d, %s", status, out)
	}
}

// validate uses the schemas of a real Kratos.
func TestKratosctlValidate(t *testing.T) {
	t.Parallel()
	binary := buildKratosctl(t)
	for name, c := range map[string]struct {
		file   string
		status int
		want   string
	}{
		"valid":   {`{"schema_id":"person","traits":{"email":"a@example.org"}}`, 0, "valid: 1, invalid: 0\n"},
		"invalid": {`{"schema_id":"person","traits":{"email":"a"}}`, 1, "object 1: /traits/email "},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "identities.jsonl")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), binary, "validate", "--public", shared.PublicURL, path)
			out, _ := cmd.CombinedOutput()
			if status := cmd.ProcessState.ExitCode(); status != c.status || !strings.Contains(string(out), c.want) {
				t.Errorf("exit status %d, want %d; printed:\n%s\nwant %s", status, c.status, out, c.want)
			}
		})
	}
}

// doctor names no kind of finding that no case has.
func TestDoctorCasesAreComplete(t *testing.T) {
	t.Parallel()
	found := []string{"not-checked"} // see TestDoctorSaysWhatItDidNotCheck
	for _, c := range doctorCases {
		found = append(found, strings.Fields(c.want)...)
	}
	out, _ := (&deployment{}).run(t, buildKratosctl(t), "doctor", "--list")
	n := 0
	for line := range strings.Lines(out) {
		n++
		if fields := strings.Fields(line); len(fields) != 2 || !slices.Contains(found, fields[1]) {
			t.Errorf("no case finds %q", line)
		}
	}
	if n < 40 {
		t.Errorf("only %d kinds", n)
	}
}
