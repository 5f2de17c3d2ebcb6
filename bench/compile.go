package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

var (
	oursPackages      = []string{module + "/internal/jsonv2", module + "/gen", module + "/wrappers/kratos"}
	incumbentPackages = []string{"github.com/ory/kratos-client-go"}
)

// compileTimes returns how long the compiler works on each of the clients, medians of rounds in which they take turns.
//
// It runs the compiler itself, as go build does, on the client's packages only. Everything they import is compiled
// before, and found through go list -export. So neither the dependencies are in the time, nor the linker, nor the go
// command with its cache, which would have to be deceived to compile anything twice.
func compileTimes(ctx context.Context, rounds int) (ours, incumbent float64, err error) {
	dir, err := os.MkdirTemp("", "kratos-bench")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	c := compiler{dir: dir, config: filepath.Join(dir, "importcfg")}
	if c.tool, err = goCommand(ctx, "tool", "-n", "compile"); err != nil {
		return 0, 0, err
	}
	if err := c.load(ctx, append(oursPackages, incumbentPackages...)); err != nil {
		return 0, 0, err
	}
	var oursTimes, incumbentTimes []time.Duration
	for range rounds {
		a, err := c.compile(ctx, oursPackages)
		if err != nil {
			return 0, 0, err
		}
		b, err := c.compile(ctx, incumbentPackages)
		if err != nil {
			return 0, 0, err
		}
		oursTimes, incumbentTimes = append(oursTimes, a), append(incumbentTimes, b)
	}
	seconds := time.Duration.Seconds
	return median(oursTimes, seconds), median(incumbentTimes, seconds), nil
}

type compiler struct {
	tool, dir, config string
	packages          map[string]goPackage
}

type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ GoVersion string }
}

// load compiles packages and what they import, and writes down for the compiler where the results are.
func (c *compiler) load(ctx context.Context, packages []string) error {
	out, err := goCommand(ctx, append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module"}, packages...)...)
	if err != nil {
		return err
	}
	c.packages = map[string]goPackage{}
	var config strings.Builder
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return os.WriteFile(c.config, []byte(config.String()), 0o600)
		} else if err != nil {
			return err
		}
		c.packages[p.ImportPath] = p
		if p.Export != "" {
			fmt.Fprintf(&config, "packagefile %s=%s\n", p.ImportPath, p.Export)
		}
		// The standard library names some packages without the folder that they are in.
		if name, found := strings.CutPrefix(p.ImportPath, "vendor/"); found {
			fmt.Fprintf(&config, "importmap %s=%s\n", name, p.ImportPath)
		}
	}
}

func (c *compiler) compile(ctx context.Context, packages []string) (time.Duration, error) {
	var took time.Duration
	for _, name := range packages {
		p := c.packages[name]
		if p.Module == nil || len(p.GoFiles) == 0 {
			return 0, fmt.Errorf("the package %s has no files", name)
		}
		args := []string{"-p", name, "-lang=go" + language(p.Module.GoVersion), "-complete", "-pack", "-importcfg", c.config,
			"-o", filepath.Join(c.dir, "out.a")}
		cmd := exec.CommandContext(ctx, c.tool, append(args, p.GoFiles...)...)
		cmd.Dir, cmd.Stderr = p.Dir, os.Stderr
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("compiling %s: %w", name, err)
		}
		took += time.Since(start)
	}
	return took, nil
}

// language makes 1.26 of 1.26.0: a language has no patch releases.
func language(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(len(parts), 2)], ".")
}
