// Command api maintains the API description in api/. Run it with go run -C tools ./api:
//
//	effective                 writes gen/spec: the contract with its corrections
//	spec FROM VERSION         imports the API that Kratos publishes for a version
//	check                     validates and lints contract, overlays and effective spec, and
//	                          validates testdata/recorded and testdata/requests against it
//	release                   reports the changes since the last release, and the next version
//	messages FROM             lists the messages of Kratos' text/id.go that api/messages.yaml lacks
//	version VERSION           makes the published modules require a version of each other
//	record PUBLIC ADMIN FILE  forwards ports 4533 and 4534 to a Kratos, and records the requests
//	recorded FILE…            validates recorded responses against the effective spec
//	select FILE… DIR          adds exchanges with something new to DIR, such as testdata/recorded
//
// Relative paths begin at the root of the repository.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/lint"
	"github.com/kratoskit/kratos-go/tools/internal/messages"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
	"github.com/kratoskit/kratos-go/tools/internal/release"
)

const commands = "effective, spec, check, release, messages, version, record, recorded or select"

func main() {
	signal.Ignore(syscall.SIGPIPE) // make spec | head: write the files although the report is cut
	if err := run(project.Project{Root: ".."}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(p project.Project, args []string) error {
	if len(args) == 0 {
		return errors.New("missing command: " + commands)
	}
	switch command, args := args[0], args[1:]; command {
	case "effective":
		return overlay.WriteEffective(p)
	case "check":
		return check(p, os.Stdout)
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
	case "messages":
		if len(args) != 1 || args[0] == "" {
			return errors.New("usage: make messages FROM=<file or URL of text/id.go of Kratos>")
		}
		source, err := importspec.Fetch(context.Background(), p, args[0])
		if err != nil {
			return err
		}
		return messages.Missing(p, source, os.Stdout)
	case "version":
		if len(args) != 1 || args[0] == "" {
			return errors.New("usage: make version VERSION=<the next version>")
		}
		return release.SetVersion(p, args[0], os.Stdout)
	case "record":
		if len(args) != 3 || args[0] == "" || args[1] == "" || args[2] == "" {
			return errors.New("usage: make record PUBLIC=<URL of the public port> ADMIN=<URL of the admin port> TO=<file>")
		}
		return record(p, args[0], args[1], args[2])
	case "recorded":
		if len(args) == 0 {
			return errors.New("usage: recorded FILE…")
		}
		return recordings.Validate(p, resolve(p, args), os.Stdout)
	case "select":
		if len(args) < 2 {
			return errors.New("usage: select FILE… DIR")
		}
		files := resolve(p, args)
		return recordings.Select(files[:len(files)-1], files[len(files)-1], os.Stdout)
	default:
		return fmt.Errorf("unknown command %q: %s", command, commands)
	}
}

// check validates the API description, and what is known about the API against it.
func check(p project.Project, out io.Writer) error {
	files, err := filepath.Glob(p.Path("testdata", "recorded", "*.jsonl"))
	return errors.Join(err, lint.Check(p, out), recordings.Validate(p, files, out), recordings.ValidateRequests(p, out))
}

func resolve(p project.Project, files []string) []string {
	resolved := make([]string, len(files))
	for i, file := range files {
		resolved[i] = p.Resolve(file)
	}
	return resolved
}
