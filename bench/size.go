package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const module = "github.com/kratoskit/kratos-go"

// size is what a program with a client is made of: the bytes of its stripped executable, and its packages.
type size struct{ bytes, packages float64 }

func sizes(ctx context.Context) (ours, incumbent, floor size, err error) {
	dir, err := os.MkdirTemp("", "kratos-bench")
	if err != nil {
		return ours, incumbent, floor, err
	}
	defer os.RemoveAll(dir)
	for name, s := range map[string]*size{"ours": &ours, "incumbent": &incumbent, "floor": &floor} {
		program, file := module+"/bench/programs/"+name, filepath.Join(dir, name)
		if _, err := goCommand(ctx, "build", "-trimpath", "-ldflags=-s -w", "-o", file, program); err != nil {
			return ours, incumbent, floor, err
		}
		info, err := os.Stat(file)
		if err != nil {
			return ours, incumbent, floor, err
		}
		packages, err := goCommand(ctx, "list", "-deps", program)
		if err != nil {
			return ours, incumbent, floor, err
		}
		*s = size{float64(info.Size()), float64(len(strings.Fields(packages)))}
	}
	return ours, incumbent, floor, nil
}

// goCommand runs the go command without cgo, which would make the sizes depend on the machine's C compiler.
func goCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
