package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

const root = "../.."

func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if old, err := os.ReadFile(filepath.Join(root, f.path)); err != nil || !bytes.Equal(old, f.text) {
			t.Errorf("%s is not current: go generate ./... (%v)", f.path, err)
		}
	}
}

func TestWhatCannotBeGeneratedIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code        string
		submissions []string
		want        string
	}{
		"a submission that has no type":       {"type Other struct{}", []string{"login"}, "no Go type for the submission login"},
		"a body that marshals itself":         {secretBody + "func (Login) MarshalJSON() ([]byte, error) { return nil, nil }", []string{"login"}, "has a MarshalJSON already"},
		"a body with a pointer to secrets":    {secretBody + "type Outer struct { In *Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
		"a body with a map of secrets":        {secretBody + "type Outer struct { In map[string]Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
		"a body with a list of such pointers": {secretBody + "type Outer struct { In []*Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "gen.go"), "package gen\n\n"+tc.code)
			p, err := source.Parse(dir)
			if err != nil {
				t.Fatal(err)
			}
			m, err := newModels(p, []source.Union{{Members: tc.submissions}})
			if err == nil {
				_, err = m.write()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

const secretBody = "type Login struct { Password string `json:\"password\" log:\"-\"` }\n"
