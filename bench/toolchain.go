package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"strings"
)

// languages are the versions of Go that the SDK supports.
var languages = []string{"1.26", "1.27"}

// findToolchain returns the name of a toolchain of a version of Go: the current one, or else the
// first release, which the go command downloads if it is not in the module cache.
func findToolchain(ctx context.Context, want string) (string, error) {
	current, err := output(exec.CommandContext(ctx, "go", "env", "GOVERSION"))
	if err != nil {
		return "", err
	}
	if language(current) == want {
		return current, nil
	}
	toolchain := "go" + want + ".0"
	_, err = output(withToolchain(exec.CommandContext(ctx, "go", "version"), toolchain))
	return toolchain, err
}

// language returns the language version of a toolchain, such as 1.26 for go1.26.8.
func language(toolchain string) string {
	return strings.TrimPrefix(version.Lang(toolchain), "go")
}

func withToolchain(cmd *exec.Cmd, toolchain string) *exec.Cmd {
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain)
	return cmd
}

// output runs a command and returns its standard output, trimmed. The error has its standard error.
func output(cmd *exec.Cmd) (string, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), err
}
