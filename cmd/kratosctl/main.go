// Command kratosctl administers Ory Kratos at a terminal: import and export move identities, doctor
// finds faults of a configuration, and validate validates traits before an import.
//
//	go install github.com/kratoskit/kratos-go/cmd/kratosctl@latest
//	kratosctl --help
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
