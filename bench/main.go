// Command bench compares this SDK with kratos-client-go, the clients that oapi-codegen and ogen
// generate from the same spec, and plain net/http: the same calls to the same server in one run,
// with each version of Go that the SDK supports. It prints ratios, because absolute times are not
// comparable between machines.
//
// It first generates the two clients and starts a real Kratos, with which validation is measured.
// The working directory must be bench/ of this repository.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/kratoskit/kratos-go/e2e/server"
)

func main() {
	quick := flag.Bool("quick", false, "measure one short round, to check that everything works")
	flag.Parse()
	var flags []string
	if *quick {
		flags = append(flags, "-quick")
	}
	if err := run(context.Background(), os.Stdout, languages, flags...); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures with a toolchain of each available version of the language. The flags are passed to
// the measurement.
func run(ctx context.Context, w io.Writer, languages []string, flags ...string) error {
	dir, err := os.MkdirTemp("", "kratos-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := generatePeers(ctx, dir)
	if err != nil {
		return err
	}
	kratos, err := server.Start(ctx, server.Options{})
	if err != nil {
		return err
	}
	defer kratos.Stop()
	flags = append(flags, "-overlay="+overlay, "-public="+kratos.PublicURL, "-admin="+kratos.AdminURL)
	measured := false
	for _, language := range languages {
		toolchain, err := findToolchain(ctx, language)
		if err != nil {
			fmt.Fprintf(w, "Go %s is not measured: %v\n\n", language, err)
			continue
		}
		if err := measure(ctx, w, toolchain, filepath.Join(dir, "measure"), overlay, flags); err != nil {
			return fmt.Errorf("%s: %w", toolchain, err)
		}
		measured = true
	}
	if !measured {
		return errors.New("none of the toolchains is available")
	}
	return nil
}

// measure builds the measurement with a toolchain and runs it. The measurement compiles the clients
// with the same toolchain.
func measure(ctx context.Context, w io.Writer, toolchain, binary, overlay string, flags []string) error {
	if _, err := output(withToolchain(exec.CommandContext(ctx, "go", "build", "-overlay="+overlay, "-o", binary, "./measure"), toolchain)); err != nil {
		return err
	}
	cmd := withToolchain(exec.CommandContext(ctx, binary, flags...), toolchain)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	return cmd.Run()
}
