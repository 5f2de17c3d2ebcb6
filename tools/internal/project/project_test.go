package project

import (
	"os"
	"path/filepath"
	"testing"
)

// If a file cannot be written, the others are restored.
func TestWriteAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := filepath.Join(dir, "a")
	if err := os.WriteFile(a, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	created := filepath.Join(dir, "0")
	if err := WriteAll(map[string][]byte{created: []byte("new"), a: []byte("new"), filepath.Join(dir, "a", "below a file"): []byte("new")}); err == nil {
		t.Error("no error")
	}
	if got, err := os.ReadFile(a); err != nil || string(got) != "old" {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := os.Stat(created); !os.IsNotExist(err) {
		t.Errorf("the new file was not removed: %v", err)
	}
}
