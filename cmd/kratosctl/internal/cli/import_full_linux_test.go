package cli

import (
	"strings"
	"testing"
)

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
