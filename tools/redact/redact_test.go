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
	for path, text := range files {
		if old, err := os.ReadFile(filepath.Join(root, path)); err != nil || !bytes.Equal(old, text) {
			t.Errorf("%s is not current: go generate ./... (%v)", path, err)
		}
	}
}

// Each type gets the methods that it needs, and no others.
func TestMethodsOfAType(t *testing.T) {
	t.Parallel()
	const session = "type Session struct { Token string `json:\"token\" log:\"-\"` }\n"
	for name, tc := range map[string]struct{ code, want string }{
		"a submission":                     {secretBody, "Format MarshalJSON"},
		"a response with a secret":         {session, "Format String LogValue"},
		"a struct that contains a secret":  {"type T struct { Sessions []*Session `json:\"sessions\"` }\n" + session, "Format String LogValue"},
		"a response without a secret":      {"type T struct { Version string `json:\"version\"` }", ""},
		"a response with unknown members":  {"type T struct { Version string `json:\"version\"`; AdditionalProperties map[string]string `json:\"-\"` }", "Format String LogValue"},
		"parameters with a secret":         {"type TParams struct { Token *string `log:\"-\"` }", "Format MarshalJSON"},
		"a struct without exported fields": {"type T struct { base string }", "Format"},
		"a struct that is not exported":    {"type t struct { base string }", ""},
		"an enum":                          {"type T string", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := tc.code
			if !strings.Contains(code, secretBody) {
				code += "\n" + secretBody
			}
			m, err := newModels(parse(t, "package gen\n"+code), []source.Union{{Members: []string{"login"}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(m.methodsOf(m.Order[0]), " "); got != tc.want {
				t.Errorf("%s: got %s, want %s", m.Order[0], got, tc.want)
			}
		})
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
			m, err := newModels(parse(t, "package gen\n"+tc.code), []source.Union{{Members: tc.submissions}})
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

func parse(t *testing.T, code string) *source.Package {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.go"), code)
	p, err := source.Parse(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
