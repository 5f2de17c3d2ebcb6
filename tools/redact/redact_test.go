package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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

// A copy of the project takes a submission, a response and types of the wrapper in that nobody
// thought of here. All that is written by hand for them is what the wrapper needs anyhow.
func TestNewSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"api", "internal", "tools", "wrappers/kratos", "go.mod", "go.sum", "generate.go"} {
		copyFiles(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	insertBefore(t, filepath.Join(dir, "api/openapi.yaml"), map[string]string{
		"        - $ref: '#/components/schemas/updateLoginFlowWithCodeMethod'": "        - $ref: '#/components/schemas/updateLoginFlowWithPigeonMethod'\n",
		"    updateLoginFlowWithCodeMethod:":                                   pigeonSchemas,
	})
	write(t, filepath.Join(dir, "wrappers/kratos/pigeon.go"), pigeonWrapper)
	write(t, filepath.Join(dir, "pigeon/main.go"), pigeonProgram)

	command(t, dir, "go", "generate", "./...")
	out := command(t, dir, "go", "run", "./pigeon")
	if strings.Contains(out, "s3cret") {
		t.Error(out)
	}
	for _, want := range []string{
		"fmt: LoginPigeon LoginPigeon\n", "fmt: Ring{id: 6c2f6ba3-6b6c-4b43-8d3d-0a8a3e9f5b11}", "fmt: Feather Feather\n", "fmt: Loft Loft\n", "fmt: Nests Nests\n", "fmt: Coop Coop\n",
		`json: {"V":"LoginPigeon"}`, `json: {"V":"Loft"}`, `json: {"V":"Nests"}`, `json: {"V":"Egg"}`, `json: {"V":"UpdateLoginFlowWithPigeonMethod"}`, `"msg":"m","v":"LoginPigeon"}`,
		`sent: {"method":"pigeon","note":"it says s-e-c-r-e-t"}`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

// pigeonSchemas are new members: one that is called a secret, one that has a secret's name, and one
// that is neither, but submitted.
const pigeonSchemas = `    updateLoginFlowWithPigeonMethod:
      description: A way to log in that does not exist.
      type: object
      required: [method]
      properties:
        method:
          description: Always pigeon.
          type: string
        note:
          description: What the pigeon carries.
          type: string
    ring:
      description: What a pigeon wears.
      type: object
      properties:
        id:
          description: UUID of the ring.
          type: string
          format: uuid
        session_token:
          description: What is on it.
          type: string
    feather:
      description: What a pigeon loses.
      type: object
      properties:
        colour:
          description: 'Secret: known to its owner only.'
          type: string
        rings:
          description: Those of the pigeon.
          type: array
          items: {$ref: '#/components/schemas/ring'}
`

const pigeonWrapper = `package kratos

import "github.com/kratoskit/kratos-go/gen"

// LoginPigeon is a submission of the flow.
type LoginPigeon gen.UpdateLoginFlowWithPigeonMethod

func (m LoginPigeon) loginBody(string) any {
	m.Method = "pigeon"
	return gen.UpdateLoginFlowWithPigeonMethod(m)
}

type (
	// Ring and Feather are models.
	Ring    = gen.Ring
	Feather = gen.Feather
	// Loft is put together of models, Nests is a map, and the contract knows nothing of Coop and
	// Egg.
	Loft struct {
		Best  Feather
		Notes []string
	}
	Nests map[string]any
	Coop  struct{ Key string }
	Egg   struct {
		Key string ` + "`log:\"-\"`" + `
	}
)
`

const pigeonProgram = `package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func main() {
	feather := kratos.Feather{Colour: "s3cret", Rings: []kratos.Ring{{SessionToken: "s3cret"}}}
	show(kratos.LoginPigeon{Note: "s3cret"}, true)
	show(gen.UpdateLoginFlowWithPigeonMethod{Note: "s3cret"}, true)
	show(kratos.Ring{ID: "6c2f6ba3-6b6c-4b43-8d3d-0a8a3e9f5b11", SessionToken: "s3cret"}, false)
	show(feather, false)
	show(kratos.Loft{Best: feather, Notes: []string{"s3cret"}}, true)
	show(kratos.Nests{"s3cret": "s3cret"}, true)
	show(kratos.Coop{Key: "s3cret"}, false)
	show(kratos.Egg{Key: "s3cret"}, true)
	body, err := gen.MarshalBody(gen.UpdateLoginFlowWithPigeonMethod{Method: "pigeon", Note: "it says s-e-c-r-e-t"})
	fmt.Printf("sent: %s %v\n", body, err)
}

func show[T any](v T, asJSON bool) {
	fmt.Printf("fmt: %v %+v\n%#v %s %q %d %x\n%+v %+v\n", v, &v, v, v, v, v, v, struct{ V T }{v}, []*T{&v})
	for _, handler := range []slog.Handler{slog.NewTextHandler(os.Stdout, nil), slog.NewJSONHandler(os.Stdout, nil)} {
		slog.New(handler).Info("m", "v", v)
		slog.New(handler).Info("m", "v", &v)
	}
	if asJSON {
		text, err := json.Marshal(struct{ V any }{v})
		fmt.Println("json:", string(text), err)
	}
}
`

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
			p, err := parsePackage(dir)
			if err != nil {
				t.Fatal(err)
			}
			m, err := newModels(p, tc.submissions)
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

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		write(t, filepath.Join(to, rel), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// insertBefore inserts texts before the first line that begins with each key.
func insertBefore(t *testing.T, path string, texts map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := string(text)
	for line, added := range texts {
		before, after, found := strings.Cut(all, "\n"+line)
		if !found {
			t.Fatalf("%s has no line %s", path, line)
		}
		all = before + "\n" + added + line + after
	}
	write(t, path, all)
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
