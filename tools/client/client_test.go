// Package client tests the client that is generated with the templates in api/templates.
package client

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// The client of a description with features that Kratos' does not use compiles, and serializes
// parameters as described. Configuration and templates are those of the project.
func TestParameters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"api/templates", "api/oapi-codegen.yaml", "internal", "go.mod", "go.sum", "tools/go.mod", "tools/go.sum"} {
		copyAll(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	copyAll(t, "testdata/golang.yaml", filepath.Join(dir, "api/golang.yaml"))
	copyAll(t, "testdata/program", filepath.Join(dir, "program"))
	if err := os.Mkdir(filepath.Join(dir, "gen"), 0o755); err != nil {
		t.Fatal(err)
	}
	description, err := filepath.Abs("testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	command(t, filepath.Join(dir, "tools"), "go", "tool", "oapi-codegen", "-config", "../api/oapi-codegen.yaml", description)
	command(t, dir, "go", "vet", "./gen", "./program")

	out := command(t, dir, "go", "run", "./program")
	if strings.Contains(out, "s3cret") {
		t.Errorf("a secret is in:\n%s", out)
	}
	got := map[string]string{}
	for line := range strings.Lines(out) {
		name, request, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		got[name] = request
	}
	for name, want := range requests {
		t.Run(name, func(t *testing.T) {
			if got[name] != want {
				t.Errorf("got  %s\nwant %s", got[name], want)
			}
		})
	}
	if len(got) != len(requests) {
		t.Errorf("the program sent %d requests, want %d", len(got), len(requests))
	}
}

// requests has the requests that the program in testdata sends, or its errors.
var requests = map[string]string{
	"path":                                 "GET | /v1/birds/a%2Fb,c%2Cd,..,e%3Ff/at/2026-11-26T16:30:00.0000005Z/colour=blue%20&%20green,size=7/.1,2/;matrix=a&b;matrix=c%20d;matrix=e%7Cf;matrix=g%2Ch",
	"empty path":                           "error: parameter ids is empty",
	"nothing":                              "GET | /v1/birds",
	"only what is required":                "GET | /v1/birds?must=m",
	"since":                                "GET | /v1/birds?must=m&since=2026-11-26T16%3A30%3A00.0000005Z",
	"day":                                  "GET | /v1/birds?day=2026-11-26&must=m",
	"exploded":                             "GET | /v1/birds?exploded=a%26b&exploded=c+d&exploded=e%7Cf&exploded=g%2Ch&must=m",
	"exploded and empty":                   "GET | /v1/birds?must=m",
	"commas":                               "GET | /v1/birds?commas=a%26b,c+d,e%7Cf,g%2Ch&must=m",
	"times":                                "GET | /v1/birds?must=m&times=2026-11-26T16%3A30%3A00.0000005Z,2026-11-26T17%3A30%3A00.0000005Z",
	"spaces":                               "GET | /v1/birds?must=m&spaces=a%26b%20c+d%20e%7Cf%20g%2Ch",
	"pipes":                                "GET | /v1/birds?must=m&pipes=1%7C2",
	"each pipe":                            "GET | /v1/birds?each_pipe=1&each_pipe=2&must=m",
	"deep":                                 "GET | /v1/birds?deep[colour]=blue+%26+green&deep[size]=7&must=m",
	"deep list":                            "GET | /v1/birds?deep_list[0]=a%26b&deep_list[1]=c+d&deep_list[2]=e%7Cf&deep_list[3]=g%2Ch&must=m",
	"deep and empty":                       "GET | /v1/birds?must=m",
	"shape":                                "GET | /v1/birds?colour=blue+%26+green&must=m&size=7",
	"flat shape":                           "GET | /v1/birds?flat_shape=colour,blue+%26+green,size,7&must=m",
	"free":                                 "GET | /v1/birds?must=m&x=a%26b%3Dc+d%7Ce%2Cf",
	"free with an odd name":                "error: parameter free has a member whose name must be escaped",
	"data":                                 "GET | /v1/birds?data=%2B%2F8%3D&must=m",
	"json":                                 "GET | /v1/birds?json=%7B%22colour%22%3A%22blue+%5Cu0026+green%22%2C%22size%22%3A7%7D&must=m",
	"odd name":                             "GET | /v1/birds?must=m&odd+name%5B%5D=a%26b%3Dc+d%7Ce%2Cf",
	"number":                               "GET | /v1/birds?must=m&number=0.5",
	"yes":                                  "GET | /v1/birds?must=m&yes=false",
	"any":                                  "GET | /v1/birds?any=a%26b%3Dc+d%7Ce%2Cf&must=m",
	"any that is nil":                      "GET | /v1/birds?must=m",
	"any that cannot be encoded":           "error: parameter any cannot be encoded in the style form",
	"header":                               "GET | /v1/birds?must=m | X-List: a&b,c d,e|f,g,h | X-Shape: colour=blue & green,size=7 | X-Since: 2026-11-26T16:30:00.0000005Z",
	"cookie":                               `GET | /v1/birds?must=m | Cookie: flavour=sweet; crumbs="1,2"`,
	"cookie that is two":                   "error: parameter flavour has a character that is not allowed in a cookie",
	"several":                              "GET | /v1/birds?commas=x&exploded=z&exploded=y&must=m&yes=true",
	"body":                                 `POST | /v1/birds | Content-Type: application/json | {"feathers":3,"kind":"owl","nest":{"height":9,"kind":"tree"}}`,
	"form":                                 "PATCH | /v1/birds/-7 | Content-Type: application/x-www-form-urlencoded | colour=blue+%26+green&size=7",
	"additional members":                   `{"kind":"owl","x":"y"}`,
	"additional members of a union":        `{"height":9,"kind":"tree","x":[1]}`,
	"a union":                              `{"kind":"cliff","wind":"w"}`,
	"an additional member of another type": "error",
}

func copyAll(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
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
