package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A file that is read, or that another flag names, is not overwritten, whatever its path is.
func TestOutputsThatAreOtherFiles(t *testing.T) {
	k := newFake(t)
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{
		"in.jsonl": identities("a@kratoskit.example"), "one.json": `{"users":[]}`, "hash.txt": "base64_signer_key: s3cret",
		"token": "s3cret", "other.txt": "a line of another file", "list.jsonl": identities("b@kratoskit.example"),
		"lines.jsonl": `{"line":1,"text":"of another program"}` + "\n", "half.jsonl": `{"line`, "out.journal": "s3cret",
	}
	for name, text := range contents {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link("in.jsonl", "link.jsonl"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub", "folder"); err != nil {
		t.Fatal(err)
	}
	const same, notOne = " and is not overwritten", "kratos: --rejects: "
	for name, c := range map[string]struct {
		args string // after --admin
		want string
	}{
		"the journal is the source":               {"import --from jsonl --journal in.jsonl in.jsonl", "kratos: --journal is the same file as FILE," + same},
		"the journal is the source, without EOL":  {"import --from okta --journal one.json one.json", "kratos: --journal is the same file as FILE," + same},
		"the rejects are the source":              {"import --from jsonl --rejects ./sub/../in.jsonl in.jsonl", "kratos: --rejects is the same file as FILE," + same},
		"the rejects are a link to the source":    {"import --from jsonl --rejects link.jsonl in.jsonl", "kratos: --rejects is the same file as FILE," + same},
		"the rejects are the second source":       {"import --from okta --rejects one.json in.jsonl one.json", "kratos: --rejects is the same file as FILE," + same},
		"the rejects are the hash parameters":     {"import --from firebase --hash-config hash.txt --rejects hash.txt one.json", "kratos: --rejects is the same file as --hash-config," + same},
		"the rejects are the hashes":              {"import --from auth0 --hashes hash.txt --rejects hash.txt in.jsonl", "kratos: --rejects is the same file as --hashes," + same},
		"the rejects are the identities":          {"import --from supabase --identities hash.txt --rejects hash.txt in.jsonl", "kratos: --rejects is the same file as --identities," + same},
		"the journal is the token":                {"import --from jsonl --admin-token-file token --journal token in.jsonl", "kratos: --journal is the same file as --admin-token-file," + same},
		"the rejects are the journal":             {"import --from jsonl --journal new --rejects ./new in.jsonl", "kratos: --rejects is the same file as --journal," + same},
		"the rejects are the journal in a folder": {"import --from jsonl --journal sub/new --rejects folder/new in.jsonl", "kratos: --rejects is the same file as --journal," + same},
		"the rejects of a dry run":                {"import --from jsonl --dry-run --rejects in.jsonl in.jsonl", "kratos: --rejects is the same file as FILE," + same},
		"the rejects are a line of another file":  {"import --from jsonl --rejects other.txt in.jsonl", notOne},
		"the rejects are identities":              {"import --from jsonl --rejects list.jsonl in.jsonl", notOne},
		"the rejects are lines of another form":   {"import --from jsonl --rejects lines.jsonl in.jsonl", notOne},
		"the rejects are a short file":            {"import --from jsonl --rejects half.jsonl in.jsonl", notOne},
		"the journal is a line of another file":   {"import --from jsonl --journal other.txt in.jsonl", "the file is not a journal"},
		"the export is the token":                 {"export --admin-token-file token -o token", "kratos: --output is the same file as --admin-token-file," + same},
		"the journal of the export is the token":  {"export --admin-token-file out.journal -o out", "kratos: the journal of --output is the same file as --admin-token-file," + same},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(c.args)
			status, out, errOut := run(t, "", append([]string{args[0], "--admin", k.url}, args[1:]...)...)
			if status != 2 || !strings.Contains(errOut, c.want) || strings.Contains(errOut, "s3cret") {
				t.Errorf("exit status %d, printed %s%s\nwant %s", status, out, errOut, c.want)
			}
			for name, want := range contents {
				if text, err := os.ReadFile(name); err != nil || string(text) != want {
					t.Errorf("%s has %q (%v), want %q", name, text, err, want)
				}
			}
		})
	}
	if exists(filepath.Join(dir, "new")) || exists("sub/new") || k.emails() != "" {
		t.Errorf("a file was created, or %s", k.emails())
	}
}

// The standard input can be a file.
func TestRejectsThatAreTheStandardInput(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	path := writeFile(t, "a.jsonl", identities("a@kratoskit.example"))
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, errOut bytes.Buffer
	status := Run(t.Context(), []string{"import", "--admin", k.url, "--from", "jsonl", "--rejects", path, "-"}, in, &out, &errOut)
	if text, _ := os.ReadFile(path); status != 2 || !strings.Contains(errOut.String(), "--rejects is the same file as FILE") || string(text) != identities("a@kratoskit.example") {
		t.Errorf("exit status %d, printed %s, and the file has %q", status, errOut.String(), text)
	}
}

// Rejects of an import without a journal are replaced.
func TestImportReplacesRejects(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.taken["a@kratoskit.example"] = true
	rejects := writeFile(t, "rejects.jsonl", `{"line":7,"outcome":"rejected","reason":"old"}`+"\n"+`{"line":8,"outc`)
	_, _, errOut := run(t, identities("a@kratoskit.example"), "import", "--admin", k.url, "--from", "jsonl", "--rejects", rejects, "-")
	if text, _ := os.ReadFile(rejects); !strings.HasPrefix(string(text), `{"line":1,"outcome":"rejected",`) || strings.Count(string(text), "\n") != 1 {
		t.Errorf("printed %s, and the file has %q", errOut, text)
	}
}

// A run with the same journal adds what an earlier one could not write to the file of rejects.
func TestImportCompletesRejects(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.taken["taken@kratoskit.example"] = true
	dir := t.TempDir()
	rejects, journal := filepath.Join(dir, "rejects.jsonl"), filepath.Join(dir, "journal")
	file := writeFile(t, "a.jsonl", identities("a@kratoskit.example")+"{\n"+`{"id":"old-3","traits":{"email":"taken@kratoskit.example"}}`+"\n"+identities("a@kratoskit.example"))
	args := []string{"import", "--admin", k.url, "--from", "jsonl", "--journal", journal, "--rejects", rejects, file}
	status, out, errOut := run(t, "", args...)
	want, err := os.ReadFile(rejects)
	if status != 1 || err != nil || bytes.Count(want, []byte("\n")) != 3 || !bytes.Contains(want, []byte(`"ref":"old-3"`)) {
		t.Fatalf("exit status %d, printed %s%s, and the file has %s (%v)", status, out, errOut, want, err)
	}
	for end := range len(want) + 1 {
		if 0 < end && end < len(rejectStart) {
			continue // is refused: it could be any file
		}
		if err := os.WriteFile(rejects, want[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		status, again, errOut := run(t, "", args...)
		if got, err := os.ReadFile(rejects); status != 1 || again != out || err != nil || sortedLines(got) != sortedLines(want) {
			t.Fatalf("cut at %d: exit status %d, printed %s%s, and the file has %s, want %s", end, status, again, errOut, got, want)
		}
	}
	if err := os.Remove(rejects); err != nil {
		t.Fatal(err)
	}
	if _, _, errOut := run(t, "", args...); errOut == "" || !exists(rejects) {
		t.Errorf("a file that is missing is not written: %s", errOut)
	}
}

// The message of a journal that cannot be opened names its path, and that of a missing flag the flag.
func TestMessagesNameTheFile(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	dir := t.TempDir()
	in := writeFile(t, "a.jsonl", identities("a@kratoskit.example"))
	out, other := filepath.Join(dir, "out"), writeFile(t, "other", "a line\n")
	for name, text := range map[string]string{out: "", out + ".journal": "s3cret", out + "2.journal": `{"traits":{"email":"s3cret"}}` + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	users := writeFile(t, "users.json", `{"users":[{"localId":"1","email":"a@kratoskit.example","passwordHash":"AAAA","salt":"AAAA"}]}`)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a journal in a folder that is missing": {[]string{"import", "--from", "jsonl", "--journal", filepath.Join(dir, "no", "journal"), in}, "kratos: " + filepath.Join(dir, "no", "journal") + ": open the journal: "},
		"a journal that is a folder":            {[]string{"import", "--from", "jsonl", "--journal", dir, in}, "kratos: " + dir + ": open the journal: "},
		"a journal that is another file":        {[]string{"import", "--from", "jsonl", "--journal", other, in}, "kratos: " + other + ": read the journal: the file is not a journal"},
		"an export with another journal":        {[]string{"export", "-o", out}, "kratos: " + out + ".journal: read the journal: "},
		"an export with JSON as its journal":    {[]string{"export", "-o", out + "2"}, "kratos: " + out + "2.journal: read the journal: "},
		"password hashes without --hash-config": {[]string{"import", "--from", "firebase", users}, "kratosctl import --hash-config"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, printed, errOut := run(t, "", append([]string{c.args[0], "--admin", k.url}, c.args[1:]...)...)
			if status != 2 || !strings.Contains(errOut, c.want) || strings.Contains(errOut, "s3cret") || strings.Contains(errOut, "FirebaseHash") {
				t.Errorf("exit status %d, printed %s%s\nwant %s", status, printed, errOut, c.want)
			}
		})
	}
	t.Cleanup(func() {
		if text, err := os.ReadFile(out + ".journal"); string(text) != "s3cret" {
			t.Errorf("the other file has %q (%v)", text, err)
		}
	})
}

func sortedLines(text []byte) string {
	return strings.Join(slices.Sorted(strings.Lines(string(text))), "")
}
