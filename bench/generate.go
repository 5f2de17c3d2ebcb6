package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

const (
	spec     = "../gen/spec/openapi.json"
	peersDir = "testdata/peers"
)

// generatePeers generates the clients of oapi-codegen and ogen from the effective spec, and returns
// the path of a file for go build's -overlay. The overlay adds them as packages of peers/, and
// replaces files of this module by the code in testdata/peers that uses them. So the generated code
// is not committed, and this module compiles without it.
func generatePeers(ctx context.Context, dir string) (string, error) {
	bench, err := os.Getwd()
	if err != nil {
		return "", err
	}
	config := filepath.Join(bench, peersDir)
	for _, name := range []string{"oapi", "ogen"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return "", err
		}
	}
	oapi := exec.CommandContext(ctx, "go", "-C", "../tools", "tool", "oapi-codegen",
		"-config", filepath.Join(config, "oapi-codegen.yaml"), "-o", filepath.Join(dir, "oapi", "client.go"), filepath.Join(bench, spec))
	if _, err := output(oapi); err != nil {
		return "", err
	}
	ogenSpec := filepath.Join(dir, "ogen.yaml")
	if err := applyOverlay(spec, filepath.Join(config, "ogen-overlay.yaml"), ogenSpec); err != nil {
		return "", err
	}
	ogen := exec.CommandContext(ctx, "go", "tool", "ogen",
		"-config", filepath.Join(config, "ogen.yaml"), "-package", "ogen", "-target", filepath.Join(dir, "ogen"), ogenSpec)
	if _, err := output(ogen); err != nil {
		return "", err
	}

	replace := map[string]string{}
	if err := addFiles(replace, filepath.Join(bench, "peers"), dir); err != nil {
		return "", err
	}
	if err := addFiles(replace, bench, config); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

// addFiles maps the path below the folder to of each Go file below the folder from to that file.
func addFiles(replace map[string]string, to, from string) error {
	return filepath.WalkDir(from, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		name, err := filepath.Rel(from, path)
		replace[filepath.Join(to, name)] = path
		return err
	})
}

// applyOverlay applies an OpenAPI Overlay to a spec and writes the result. Every action must match.
func applyOverlay(spec, path, to string) error {
	text, err := os.ReadFile(spec)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%s: %w", spec, err)
	}
	actions, err := overlay.Parse(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	warnings, err := actions.ApplyToStrict(&doc)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(warnings) > 0 {
		return fmt.Errorf("%s: %s", path, strings.Join(warnings, "; "))
	}
	if text, err = yaml.Marshal(&doc); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
