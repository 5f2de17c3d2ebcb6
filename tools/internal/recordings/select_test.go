package recordings

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A selection with a further recording keeps what was selected before, and only adds to it.
func TestSelectionKeepsTheCommittedRecordings(t *testing.T) {
	t.Parallel()
	committed, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "recorded", "*.jsonl"))
	if err != nil || len(committed) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	dir := t.TempDir()
	further := filepath.Join(t.TempDir(), "further.jsonl")
	line := `{"op":"getVersion","request":{"method":"GET","url":"http://127.0.0.1:4434/version","headers":{}},"response":{"status":200,"headers":{"Content-Type":["application/json"]},"body":"{\"version\":\"v99.0.0\",\"later\":1}"}}` + "\n"
	if err := os.WriteFile(further, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]string{committed, {further}, {further}} { // again, it adds nothing
		if err := Select(files, dir, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range committed {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.Base(file)))
		if err != nil {
			t.Errorf("not selected again: %v", err)
			continue
		}
		if filepath.Base(file) == "other.jsonl" {
			want = append(want, line...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from its selection", filepath.Base(file))
		}
	}
}
