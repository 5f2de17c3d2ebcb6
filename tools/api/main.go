package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/lint"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
	"github.com/kratoskit/kratos-go/tools/internal/release"
)

func main() {
	if err := run(project.Project{Root: ".."}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(p project.Project, args []string) error {
	if len(args) == 0 {
		return errors.New("which command? effective, spec, check, release, recorded or select")
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
	case "recorded":
		return recordings.Validate(p, args, os.Stdout)
	case "select":
		if len(args) < 2 {
			return errors.New("usage: select FILE… DIR")
		}
		return recordings.Select(args[:len(args)-1], args[len(args)-1], os.Stdout)
	default:
		return fmt.Errorf("there is no command %q: effective, spec, check, release, recorded or select", command)
	}
}
