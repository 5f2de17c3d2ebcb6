// Package cli has the commands of kratosctl, one file for each.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// exitError is an error with the exit status of its command. Without an error, nothing is printed.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// Run runs a command and returns the exit status. It is 2 for an unknown command.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(context.WithValue(ctx, argsKey{}, args))
	if err == nil {
		return 0
	}
	status := 2
	if exit, ok := errors.AsType[*exitError](err); ok {
		status, err = exit.status, exit.err
	}
	if err != nil {
		fmt.Fprintln(errOut, err)
	}
	return status
}

// newRoot returns the command without arguments. A new command is a file with a function that
// returns it, and a line in AddCommand.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "kratosctl",
		Short: "Administer Ory Kratos",
		Long: `kratosctl imports accounts of other systems into Ory Kratos, exports identities, and finds
faults in the configuration of a running Kratos.

Secrets are read from environment variables or files, never from flags.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newDoctor(), newExport(), newImport(), newValidate())
	return root
}

// version returns the version that go install was given, or that of the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}

// withStatus gives errors of a command, also those of its flags, an exit status.
func withStatus(cmd *cobra.Command, status int) *cobra.Command {
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &exitError{status, err} })
	if args := cmd.Args; args != nil {
		cmd.Args = func(cmd *cobra.Command, list []string) error { return statusOf(args(cmd, list), status) }
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return statusOf(run(cmd, args), status) }
	return cmd
}

// statusOf gives an error a status unless it has one.
func statusOf(err error, status int) error {
	if _, ok := errors.AsType[*exitError](err); err == nil || ok {
		return err
	}
	return &exitError{status, err}
}
