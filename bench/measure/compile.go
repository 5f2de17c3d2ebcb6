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

// clientPackages are what programs import of each client.
var clientPackages = [numClients]string{
	ours:      module + "/wrappers/kratos",
	incumbent: "github.com/ory/kratos-client-go",
	peerOapi:  module + "/bench/peers/oapi",
	peerOgen:  module + "/bench/peers/ogen",
}

// compileTimes returns how many seconds of CPU time the compiler takes for each of the clients, in
// rounds in which they take turns.
//
// It runs the compiler itself, as go build does, on the client's packages only: those that are of
// the same module. All else they import is compiled before, and found through go list -export. So
// neither the dependencies are in the time, nor the linker, nor the go command with its cache,
// which would have to be deceived to compile anything twice.
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
	imports           strings.Builder // where the compiler finds what has been compiled
}

type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Path, GoVersion string }
}

// load compiles a package and what it imports, and returns which of these are of its module, in the
// order of compilation.
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
	// The standard library names some packages without the folder that they are in.
	if name, found := strings.CutPrefix(p.ImportPath, "vendor/"); found {
		fmt.Fprintf(&c.imports, "importmap %s=%s\n", name, p.ImportPath)
	}
}

// compile returns the CPU time that the compiler takes for packages.
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
