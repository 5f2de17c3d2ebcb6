package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// identities are lines of JSON for addresses.
func identities(emails ...string) string {
	var b strings.Builder
	for _, email := range emails {
		b.WriteString(`{"traits":{"email":"` + email + `"}}` + "\n")
	}
	return b.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	const two = "a@kratoskit.example b@kratoskit.example"
	csvMap := []string{"--from", "csv", "--map", "mail=trait:email"}
	for name, c := range map[string]struct {
		in      string
		args    []string // after --admin; --from jsonl without any
		status  int
		out     string // a prefix
		errOut  string // in it
		created string // addresses
	}{
		"all are imported":                     {identities("a@kratoskit.example", "b@kratoskit.example"), nil, 0, "created: 2, updated: 0, skipped: 0, rejected: 0, left: 0\n", "2 records in ", two},
		"a byte order mark and CRLF":           {"\ufeff" + strings.ReplaceAll(identities("a@kratoskit.example", "b@kratoskit.example"), "\n", "\r\n"), nil, 0, "created: 2, ", "", two},
		"a CSV file with both":                 {"\ufeffmail,note\r\na@kratoskit.example,x\r\nb@kratoskit.example,y\r\n", csvMap, 0, "created: 2, ", "", two},
		"line breaks in quotes":                {"note,mail\n\"1\n2\n3\",a@kratoskit.example\nx\ny,b@kratoskit.example\n", csvMap, 1, "created: 2, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 5: kratos: CSV: the row has 1 values, and the first line 2\n", two},
		"a quote that is not closed":           {"mail,note\na@kratoskit.example,x\nb@kratoskit.example,\"y\n", csvMap, 1, "created: 1, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 3: kratos: CSV: line ", "a@kratoskit.example"},
		"a line of 10 MiB":                     {identities("a@kratoskit.example", strings.Repeat("x", 10<<20), "b@kratoskit.example"), nil, 1, "created: 2, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 2: kratos: JSONLines: the line is longer than 5 MiB\n", two},
		"a line that is not JSON":              {identities("a@kratoskit.example") + "{\n" + identities("b@kratoskit.example"), nil, 1, "created: 2, ", "line 2: ", two},
		"a duplicate in the file":              {identities("a@kratoskit.example", "a@kratoskit.example", "b@kratoskit.example"), nil, 1, "created: 2, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 2: kratos: Import: an earlier record has the same identifier: line 1\n", two},
		"an identity that exists":              {identities("a@kratoskit.example", "taken@kratoskit.example", "b@kratoskit.example"), nil, 1, "created: 2, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 2: ", "a@kratoskit.example b@kratoskit.example"},
		"an identity that exists, to skip":     {identities("a@kratoskit.example", "taken@kratoskit.example", "b@kratoskit.example"), []string{"--on-conflict", "skip"}, 0, "created: 2, updated: 0, skipped: 1, rejected: 0, left: 0\n", "", two},
		"a provider's account that is taken":   {`{"traits":{"email":"a@kratoskit.example"},"credentials":{"oidc":{"config":{"providers":[{"provider":"google","subject":"taken"}]}}}}` + "\n" + identities("b@kratoskit.example"), nil, 1, "created: 1, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 1: ", "b@kratoskit.example"},
		"an address that the schema lacks":     {`{"traits":{"mail":"a@kratoskit.example"}}` + "\n" + identities("b@kratoskit.example"), []string{"--validate"}, 1, "created: 1, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 1: kratos: ", "b@kratoskit.example"},
		"a duplicate by the schema":            {`{"traits":{"email":"a@kratoskit.example","phone":"+1"}}` + "\n" + `{"traits":{"email":"b@kratoskit.example","phone":"+1"}}`, []string{"--validate"}, 1, "created: 1, ", "line 2: kratos: Import: an earlier record has the same identifier: line 1", "a@kratoskit.example"},
		"nothing is imported":                  {identities("taken@kratoskit.example"), nil, 2, "created: 0, updated: 0, skipped: 0, rejected: 1, left: 0\n", "line 1: ", ""},
		"an empty file":                        {"", nil, 2, "created: 0, ", "kratos: the file has no accounts\n", ""},
		"a dry run":                            {identities("a@kratoskit.example", "a@kratoskit.example"), []string{"--dry-run"}, 1, "valid: 1, skipped: 0, rejected: 1\n", "line 2: ", ""},
		"a dry run that finds invalid traits":  {identities("a", "b@kratoskit.example"), []string{"--dry-run", "--validate"}, 1, "valid: 1, skipped: 0, rejected: 1\n", "line 1: kratos: ", ""},
		"a schema that the server lacks":       {identities("a@kratoskit.example"), []string{"--validate", "--schema-id", "other"}, 2, "", "kratos: --validate: ", ""},
		"a CSV column that the file lacks":     {"note\nx\n", csvMap, 2, "created: 0, ", `the file has no column "mail"`, ""},
		"a trait of a nested value":            {`[{"status":"ACTIVE","id":"1","profile":{"login":"a@kratoskit.example","email":"a@kratoskit.example","dept":"x"}}]`, []string{"--from", "okta", "--trait", "email=email", "--trait", "work.dept=raw.profile.dept"}, 0, "created: 1, ", "", "a@kratoskit.example"},
		"no file of that name":                 {"", []string{"--from", "jsonl", "missing.jsonl"}, 2, "", "kratos: --from jsonl takes one file", ""},
		"a flag of another format":             {"", []string{"--hashes", "x"}, 2, "", "kratos: --hashes does not fit --from jsonl\n", ""},
		"a CSV file without --map":             {"", []string{"--from", "csv"}, 2, "", "kratos: --from csv needs --map", ""},
		"a column twice":                       {"", append(csvMap, "--map", "mail=ref"), 2, "", `kratos: --map has the column "mail" twice`, ""},
		"an unknown target of a column":        {"", []string{"--from", "csv", "--map", "mail=traits:email"}, 2, "", "kratos: --map takes COLUMN=TARGET", ""},
		"an unknown field of a trait":          {"", []string{"--from", "okta", "--trait", "a=b"}, 2, "", "kratos: --trait takes TRAIT=FIELD", ""},
		"a malformed provider":                 {"", []string{"--from", "okta", "--provider", "google"}, 2, "", "kratos: --provider takes OLD=NEW", ""},
		"an unknown format":                    {"", []string{"--from", "x"}, 2, "", "kratos: --from is one of auth0, clerk, ", ""},
		"an unknown policy":                    {"", []string{"--on-conflict", "x"}, 2, "", "kratos: --on-conflict is report, skip or update\n", ""},
		"too many workers":                     {"", []string{"--workers", "65"}, 2, "", "kratos: --workers takes 1 to 64\n", ""},
		"a cost that bcrypt does not have":     {"", []string{"--hash-cost", "3"}, 2, "", "kratos: --hash-cost takes 4 to 31, or 0\n", ""},
		"any server without a journal":         {"", []string{"--any-server"}, 2, "", "kratos: --any-server needs --journal\n", ""},
		"a journal of a dry run":               {"", []string{"--dry-run", "--journal", "x"}, 2, "", "kratos: --dry-run writes no --journal\n", ""},
		"a hash configuration that is missing": {"", []string{"--from", "firebase", "--hash-config", "missing"}, 2, "", "kratos: --hash-config: open missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			k.taken["taken@kratoskit.example"], k.taken["google:taken"] = true, true
			args := append([]string{"import", "--admin", k.url, "--public", k.url}, c.args...)
			if !strings.Contains(strings.Join(c.args, " "), "--from") {
				args = append(args, "--from", "jsonl")
			}
			status, out, errOut := run(t, c.in, append(args, "-")...)
			if status != c.status || !strings.HasPrefix(out, c.out) || !strings.Contains(errOut, c.errOut) {
				t.Errorf("exit status %d, want %d; printed:\n%s%s\nwant %s\nand %s", status, c.status, out, errOut, c.out, c.errOut)
			}
			if got := k.emails(); got != c.created {
				t.Errorf("created %q, want %q", got, c.created)
			}
		})
	}
}

// Rejected records and deleted accounts are in a file, which a later run continues, and deleted
// accounts do not change the exit status.
func TestImportRejects(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.taken["ben.supabase@kratoskit.example"] = true
	dir := t.TempDir()
	rejects, journal := filepath.Join(dir, "rejects.jsonl"), filepath.Join(dir, "journal")
	args := []string{"import", "--admin", k.url, "--from", "supabase", "--journal", journal, "--rejects", rejects, "../../../../wrappers/bulk/testdata/supabase/users.csv"}
	status, out, errOut := run(t, "", args...)
	first, err := os.ReadFile(rejects)
	if status != 1 || err != nil || !strings.Contains(string(first), `"outcome":"skipped"`) || !strings.Contains(string(first), `"outcome":"rejected"`) || !strings.Contains(out, "skipped: 1, rejected: 1, ") {
		t.Errorf("exit status %d, %s%s%s", status, out, errOut, first)
	}
	if status, again, _ := run(t, "", args...); status != 1 || again != out {
		t.Errorf("exit status %d of the second run, %s", status, again)
	}
	if second, _ := os.ReadFile(rejects); !bytes.Equal(first, second) {
		t.Errorf("the second run has changed the rejects to %s", second)
	}
}

// A plaintext password is hashed before it is sent.
func TestImportHashes(t *testing.T) {
	t.Parallel()
	for name, cost := range map[string]int{"with a cost": 4, "by Kratos": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			args := []string{"import", "--admin", k.url, "--from", "csv", "--map", "m=trait:email", "--map", "p=password", "--hash-cost", strconv.Itoa(cost), "-"}
			if status, out, errOut := run(t, "m,p\na@kratoskit.example,hunter2\n", args...); status != 0 {
				t.Fatal(out, errOut)
			}
			sent, _ := json.Marshal(k.identities)
			hash := regexp.MustCompile(`\$2a\$[^"]+`).Find(sent)
			switch plain := bytes.Contains(sent, []byte("hunter2")); {
			case cost == 0 && !plain:
				t.Errorf("Kratos got %s", sent)
			case cost != 0 && (plain || bcrypt.CompareHashAndPassword(hash, []byte("hunter2")) != nil):
				t.Errorf("Kratos got %s", sent)
			}
		})
	}
}

// The token for a gateway is read from a file, and is not printed.
func TestImportToken(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	token := writeFile(t, "token", "s3cret\n")
	status, out, errOut := run(t, identities("a@kratoskit.example"), "import", "--admin", k.url, "--admin-token-file", token, "--from", "jsonl", "-")
	if status != 0 || !k.tokens["Bearer s3cret"] || strings.Contains(out+errOut, "s3cret") {
		t.Errorf("exit status %d, %s%s", status, out, errOut)
	}
}

// An import that is interrupted completes what was sent, and prints the command that continues it.
func TestImportInterrupted(t *testing.T) {
	t.Parallel()
	for name, withJournal := range map[string]bool{"with a journal": true, "without a journal": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			ctx, interrupt := context.WithCancel(t.Context())
			k.batch = interrupt
			var emails []string
			for i := range 1500 {
				emails = append(emails, fmt.Sprintf("p%d@kratoskit.example", i))
			}
			file := writeFile(t, "it's.jsonl", identities(emails...))
			args := []string{"import", "--admin", k.url, "--from", "jsonl", "--workers", "1", file}
			want := "--on-conflict skip\n"
			if withJournal {
				args = append(args, "--journal", filepath.Join(t.TempDir(), "journal"))
				want = "to continue: kratosctl import --admin " + k.url + " --from jsonl --workers 1 '" + strings.ReplaceAll(file, "'", `'\''`) + "' --journal "
			}
			var out, errOut bytes.Buffer
			status := Run(ctx, args, strings.NewReader(""), &out, &errOut)
			if status != 1 || !strings.HasPrefix(out.String(), "created: 1000, ") || !strings.Contains(errOut.String(), want) || !strings.Contains(errOut.String(), "interrupted: ") {
				t.Fatalf("exit status %d, printed %s%s\nwant %s", status, out.String(), errOut.String(), want)
			}
			k.batch = nil
			if !withJournal {
				args = append(args, "--on-conflict", "skip")
			}
			if status, out, errOut := run(t, "", args...); status != 0 || len(k.identities) != 1500 {
				t.Errorf("exit status %d, %d identities, printed %s%s", status, len(k.identities), out, errOut)
			}
		})
	}
}

// A second run with a journal that is in use changes nothing.
func TestImportsWithOneJournal(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	file, journal := writeFile(t, "a.jsonl", identities("a@kratoskit.example")), filepath.Join(t.TempDir(), "journal")
	args := []string{"import", "--admin", k.url, "--from", "jsonl", "--journal", journal, file}
	k.batch = func() {
		status, out, errOut := run(t, "", args...)
		if status != 2 || !strings.Contains(errOut, "the journal is in use") || strings.Contains(errOut, "to continue") {
			t.Errorf("exit status %d, printed %s%s", status, out, errOut)
		}
	}
	if status, out, errOut := run(t, "", args...); status != 0 || len(k.identities) != 1 {
		t.Errorf("exit status %d, printed %s%s", status, out, errOut)
	}
	k.batch = nil
	another := newFake(t)
	moved := append([]string{}, args...)
	moved[2] = another.url
	status, _, errOut := run(t, "", moved...)
	if status == 0 || !strings.Contains(errOut, "kratos: Import: the server has none of the identities that the journal names") || strings.Contains(errOut, "to continue") || len(another.identities) != 0 {
		t.Errorf("another server: exit status %d, printed %s", status, errOut)
	}
	if status, out, errOut := run(t, "", append(moved, "--any-server")...); status != 0 || !strings.HasPrefix(out, "created: 1, ") {
		t.Errorf("with --any-server: exit status %d, printed %s%s", status, out, errOut)
	}
	other := writeFile(t, "b.jsonl", identities("b@kratoskit.example"))
	args[len(args)-1] = other
	if status, _, errOut := run(t, "", args...); status == 0 || !strings.Contains(errOut, "the journal belongs to another source") {
		t.Errorf("exit status %d, printed %s", status, errOut)
	}
}

// A line that could not be read is imported by the same command once it is mended, and is no longer
// in the file of rejects.
func TestImportOfAMendedLine(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	broken := identities("a@kratoskit.example") + "{\n" + identities("c@kratoskit.example", "c@kratoskit.example")
	source, folder := writeFile(t, "a.jsonl", broken), t.TempDir()
	rejects := filepath.Join(folder, "rejects")
	args := []string{"import", "--admin", k.url, "--from", "jsonl", "--journal", filepath.Join(folder, "journal"), "--rejects", rejects, source}
	if status, out, errOut := run(t, "", args...); status != 1 || out != "created: 2, updated: 0, skipped: 0, rejected: 2, left: 0\n" {
		t.Fatalf("exit status %d, printed %s%s", status, out, errOut)
	}
	mended := strings.Replace(broken, "{\n", identities("b@kratoskit.example"), 1)
	if err := os.WriteFile(source, []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errOut := run(t, "", args...); status != 1 || out != "created: 3, updated: 0, skipped: 0, rejected: 1, left: 0\n" || len(k.identities) != 3 {
		t.Errorf("exit status %d, %d identities, printed %s%s", status, len(k.identities), out, errOut)
	}
	text, err := os.ReadFile(rejects)
	if err != nil || strings.Count(string(text), "\n") != 1 || !strings.HasPrefix(string(text), `{"line":4,`) {
		t.Errorf("%v, rejects:\n%s", err, text)
	}
}
