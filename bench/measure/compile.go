package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// clientPackages are the packages of the clients that programs import.
var clientPackages = [numClients]string{
	sdk:       module + "/wrappers/kratos",
	incumbent: "github.com/ory/kratos-client-go",
	peerOapi:  module + "/bench/peers/oapi",
	peerOgen:  module + "/bench/peers/ogen",
}

// compileTimes returns the seconds of CPU time that the compiler takes for each client, by round.
// In each round all clients are compiled in turn.
//
// It runs the compiler as go build does, but only on the packages of the client's own module. Other
// imports are compiled before, with go list -export. So the times include neither the dependencies
// nor the linker, and the build cache does not affect them.
func compileTimes(ctx context.Context, g goCommand, dir string, rounds int) (times [numClients][]float64, err error) {
	c := compiler{dir: dir, config: filepath.Join(dir, "importcfg"), packages: map[string]goPackage{}}
	if c.tool, err = g.run(ctx, "tool", "-n", "compile"); err != nil {
		return times, err
	}
	if c.files, err = g.files(); err != nil {
		return times, err
	}
	var packages [numClients][]string
	for i, name := range clientPackages {
		if name == "" {
			continue
		}
		if packages[i], err = c.load(ctx, g, name); err != nil {
			return times, err
		}
	}
	if err := os.WriteFile(c.config, []byte(c.imports.String()), 0o600); err != nil {
		return times, err
	}
	for range rounds {
		for i := range packages {
			took, err := c.compile(ctx, packages[i])
			if err != nil {
				return times, err
			}
			times[i] = append(times[i], took.Seconds())
		}
	}
	return times, nil
}

type compiler struct {
	tool, dir, config string
	files             map[string]string
	packages          map[string]goPackage
	imports           strings.Builder // importcfg of the compiled packages
}

type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Path, GoVersion string }
}

// load compiles a package and its imports, and returns those of its own module, in the order of
// compilation.
func (c *compiler) load(ctx context.Context, g goCommand, name string) ([]string, error) {
	out, err := g.run(ctx, "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module", name)
	if err != nil {
		return nil, err
	}
	var loaded []goPackage
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		loaded = append(loaded, p)
		c.add(p)
	}
	var own []string
	client := c.packages[name]
	for _, p := range loaded {
		if p.Module != nil && client.Module != nil && p.Module.Path == client.Module.Path {
			own = append(own, p.ImportPath)
		}
	}
	return own, nil
}

func (c *compiler) add(p goPackage) {
	if _, known := c.packages[p.ImportPath]; known {
		return
	}
	c.packages[p.ImportPath] = p
	if p.Export != "" {
		fmt.Fprintf(&c.imports, "packagefile %s=%s\n", p.ImportPath, p.Export)
	}
	// The standard library imports vendored packages without this prefix.
	if name, found := strings.CutPrefix(p.ImportPath, "vendor/"); found {
		fmt.Fprintf(&c.imports, "importmap %s=%s\n", name, p.ImportPath)
	}
}

// compile returns the CPU time of the compiler for these packages.
func (c *compiler) compile(ctx context.Context, packages []string) (time.Duration, error) {
	var took time.Duration
	for _, name := range packages {
		p := c.packages[name]
		args := []string{"-p", name, "-lang=" + version.Lang("go"+p.Module.GoVersion), "-complete", "-pack", "-importcfg", c.config,
			"-o", filepath.Join(c.dir, "out.a")}
		for _, file := range p.GoFiles {
			path := filepath.Join(p.Dir, file)
			if content, found := c.files[path]; found {
				path = content
			}
			args = append(args, path)
		}
		cmd := exec.CommandContext(ctx, c.tool, args...)
		cmd.Dir, cmd.Stderr = c.dir, os.Stderr
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("compiling %s: %w", name, err)
		}
		took += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return took, nil
}
