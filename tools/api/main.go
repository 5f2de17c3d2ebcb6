// Command api works on the API's description in api/:
//
//	go run -C tools ./api effective          writes gen/spec: the contract with its corrections, as JSON and as a package
//	go run -C tools ./api spec FROM VERSION  takes the API in that Kratos publishes for a version
//	go run -C tools ./api check              validates contract, overlays and effective spec, and lints their texts
//	go run -C tools ./api release            compares contract and Go API with the last released version
//	go run -C tools ./api recorded FILE…     validates recorded answers against the effective spec
//	go run -C tools ./api select FILE… DIR   keeps one recorded exchange of each kind, for testdata/recorded
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// project holds the paths of the repository.
type project struct{ root string }

func (p project) path(elem ...string) string {
	return filepath.Join(append([]string{p.root}, elem...)...)
}

func (p project) contract() string    { return p.path("api", "openapi.yaml") }
func (p project) corrections() string { return p.path("api", "corrections.yaml") }
func (p project) golang() string      { return p.path("api", "golang.yaml") }
func (p project) effective() string   { return p.path("gen", "spec", "openapi.json") }
func (p project) effectiveGo() string { return p.path("gen", "spec", "spec.gen.go") }
func (p project) redacted() string    { return p.path("gen", "zz_generated_redact.go") }

func main() {
	if err := run(project{root: ".."}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(p project, args []string) error {
	if len(args) == 0 {
		return errors.New("which command? effective, spec, check, release, recorded or select")
	}
	switch command, args := args[0], args[1:]; command {
	case "effective":
		return writeEffective(p)
	case "check":
		return check(p, os.Stdout)
	case "spec":
		if len(args) == 1 {
			args = append(args, "")
		}
		if len(args) != 2 || args[0] == "" {
			return errors.New("usage: make spec FROM=<file or URL of the JSON that Kratos publishes> VERSION=<its tag>")
		}
		return takeIn(context.Background(), p, args[0], args[1], os.Stdout)
	case "release":
		return release(p, os.Stdout)
	case "recorded":
		return validateRecorded(p, args, os.Stdout)
	case "select":
		if len(args) < 2 {
			return errors.New("usage: select FILE… DIR")
		}
		return selectRecorded(args[:len(args)-1], args[len(args)-1], os.Stdout)
	default:
		return fmt.Errorf("there is no command %q: effective, spec, check, release, recorded or select", command)
	}
}
