package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const module = "github.com/kratoskit/kratos-go"

// programs are the folders in programs/ of programs that do the same with each client.
var programs = [numClients]string{"sdk", "incumbent", "oapi", "ogen", "baseline"}

// builds are the measurements of the programs and of compiling the clients.
type builds struct {
	bytes, packages [numClients]float64   // size of the stripped executable; number of its packages
	compile         [numClients][]float64 // seconds of CPU time, by round; none for the baseline
}

// over returns how many bytes larger the client's program is than the baseline's.
func (b builds) over(client int) float64 { return b.bytes[client] - b.bytes[baseline] }

func (b builds) targets() []target {
	size, compile := b.over(sdk)/b.over(incumbent), medianRatio(b.compile[sdk], b.compile[incumbent], unchanged)
	sizeTarget := below
	if hasJSONv2() {
		sizeTarget = func(name string, measured, _ float64) target { return atMost(name, measured, 0.6) }
	}
	return []target{
		sizeTarget("size of the stripped binary over net/http's, kratos-client-go = 1", size, 1),
		atMost("CPU time to compile, kratos-client-go = 1", compile, 0.7),
	}
}

func measureBuilds(ctx context.Context, o options) (b builds, err error) {
	dir, err := os.MkdirTemp("", "kratos-bench")
	if err != nil {
		return b, err
	}
	defer os.RemoveAll(dir)
	g := goCommand{overlay: o.overlay}
	for i, name := range programs {
		program, file := module+"/bench/programs/"+name, filepath.Join(dir, name)
		if _, err := g.run(ctx, "build", "-trimpath", "-ldflags=-s -w", "-o", file, program); err != nil {
			return b, err
		}
		info, err := os.Stat(file)
		if err != nil {
			return b, err
		}
		packages, err := g.run(ctx, "list", "-deps", program)
		if err != nil {
			return b, err
		}
		b.bytes[i], b.packages[i] = float64(info.Size()), float64(len(strings.Fields(packages)))
	}
	b.compile, err = compileTimes(ctx, g, dir, o.slowRounds)
	return b, err
}

// goCommand runs the go command with the generated clients and without cgo, because sizes would
// depend on the machine's C compiler.
type goCommand struct{ overlay string }

func (g goCommand) run(ctx context.Context, verb string, args ...string) (string, error) {
	if verb != "tool" {
		args = append([]string{"-overlay=" + g.overlay}, args...)
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{verb}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// files returns the files of the overlay: the path of the content by the path that it replaces.
func (g goCommand) files() (map[string]string, error) {
	text, err := os.ReadFile(g.overlay)
	if err != nil {
		return nil, err
	}
	var overlay struct{ Replace map[string]string }
	err = json.Unmarshal(text, &overlay)
	return overlay.Replace, err
}
