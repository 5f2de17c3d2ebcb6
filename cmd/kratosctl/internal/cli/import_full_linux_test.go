package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The test of a full disk starts this executable as the command.
func TestMain(m *testing.M) {
	if os.Getenv("KRATOSCTL_TEST_COMMAND") == "1" {
		os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// A journal that cannot grow in mid-import ends the import with the line, and the same command
// continues it: each identity is created once. It is not parallel: a child shares the locks of
// journals of other tests until it has executed the command.
func TestImportWithAJournalOnAFullDisk(t *testing.T) {
	k := newFake(t)
	var emails []string
	for i := range 4000 {
		emails = append(emails, fmt.Sprintf("p%d@kratoskit.example", i))
	}
	args := []string{"import", "--admin", k.url, "--from", "jsonl", "--journal", filepath.Join(t.TempDir(), "journal"), writeFile(t, "a.jsonl", identities(emails...))}
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `ulimit -f 256 && exec "$0" "$@"`, os.Args[0]}, args...)...) // blocks of 512 bytes
	cmd.Env = append(os.Environ(), "KRATOSCTL_TEST_COMMAND=1")
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	_ = cmd.Run()
	const want = ": write the journal (a run with the same journal continues the import): file too large\n"
	if status := cmd.ProcessState.ExitCode(); status != 1 || !strings.HasSuffix(printed.String(), want) || !strings.Contains(printed.String(), "kratos: Import: line ") || !strings.Contains(printed.String(), "to continue: kratosctl import") {
		t.Fatalf("exit status %d, printed %s", status, printed.String())
	}
	status, out, errOut := run(t, "", args...)
	if status != 0 || out != "created: 4000, updated: 0, skipped: 0, rejected: 0, left: 0\n" || len(k.identities) != 4000 {
		t.Errorf("exit status %d, %d identities, printed %s%s", status, len(k.identities), out, errOut)
	}
}

// A full disk ends the import. The record that --rejects does not have is in the journal.
func TestImportRejectsToAFullDisk(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	status, out, errOut := run(t, "x\n"+identities("a@kratoskit.example"), "import", "--admin", k.url, "--from", "jsonl", "--rejects", "/dev/full", "-")
	const want = "kratos: --rejects: write /dev/full: no space left on device\n"
	if status != 2 || !strings.HasSuffix(errOut, want) || len(k.identities) != 0 {
		t.Errorf("exit status %d, printed %s%s", status, out, errOut)
	}
}
