// Command api works on the API's description in api/:
//
//	go run -C tools ./api effective          writes gen/spec: the contract with its corrections, as JSON and as a package
//	go run -C tools ./api spec FROM VERSION  takes the API in that Kratos publishes for a version
//	go run -C tools ./api check              validates contract, overlays and effective spec, and lints their texts
//	go run -C tools ./api release            says what changed since the last release of each module, and names the next one
//	go run -C tools ./api record PUBLIC ADMIN FILE
//	                                         forwards ports 4533 and 4534 to a Kratos, and records what goes by
//	go run -C tools ./api recorded FILE…     validates recorded answers against the effective spec
//	go run -C tools ./api select FILE… DIR   keeps one recorded exchange of each kind, for testdata/recorded
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/lint"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
	"github.com/kratoskit/kratos-go/tools/internal/release"
)

const commands = "effective, spec, check, release, record, recorded or select"

func main() {
	signal.Ignore(syscall.SIGPIPE) // make spec | head: who reads the report may stop, and the files are written all the same
	if err := run(project.Project{Root: ".."}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(p project.Project, args []string) error {
	if len(args) == 0 {
		return errors.New("which command? " + commands)
	}
	switch command, args := args[0], args[1:]; command {
	case "effective":
		return overlay.WriteEffective(p)
	case "check":
		return lint.Check(p, os.Stdout)
	case "spec":
		if len(args) == 1 {
			args = append(args, "")
		}
		if len(args) != 2 || args[0] == "" {
			return errors.New("usage: make spec FROM=<file or URL of the JSON that Kratos publishes> VERSION=<its tag>")
		}
		return importspec.Import(context.Background(), p, args[0], args[1], os.Stdout)
	case "release":
		return release.Report(p, os.Stdout)
	case "record":
		if len(args) != 3 || args[0] == "" || args[1] == "" || args[2] == "" {
			return errors.New("usage: make record PUBLIC=<URL of the public port> ADMIN=<URL of the admin port> TO=<file>")
		}
		return record(p, args[0], args[1], args[2])
	case "recorded":
		return recordings.Validate(p, args, os.Stdout)
	case "select":
		if len(args) < 2 {
			return errors.New("usage: select FILE… DIR")
		}
		return recordings.Select(args[:len(args)-1], args[len(args)-1], os.Stdout)
	default:
		return fmt.Errorf("there is no command %q: %s", command, commands)
	}
}
