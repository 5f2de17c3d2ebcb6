// Command redact writes the methods that keep secrets of models out of logs: Format for package fmt;
// and for loggers that write JSON, MarshalJSON where a type is only sent, or LogValue and String
// where its JSON has to stay complete. It reads Go code and compiles none.
//
//	go run -C tools ./redact [ROOT]
//
// It writes zz_generated_redact.go in gen, and in wrappers/kratos a list of the types of both packages
// for a test.
//
// Secret members have the tag log:"-", which api/golang.yaml sets. A model without such a member, in
// itself or in a type that it contains, gets no methods.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

const (
	generatedFile = "zz_generated_redact.go"
	generatedTest = "zz_generated_redact_test.go"
)

func main() {
	root := ".."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := run(root); err != nil {
		fmt.Fprintln(os.Stderr, "redact:", err)
		os.Exit(1)
	}
}

// run writes the generated files of the module at root.
func run(root string) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	for path, text := range files {
		if err := os.WriteFile(filepath.Join(root, path), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the generated files by their path in the module at root.
func generate(root string) (map[string][]byte, error) {
	generated, err := source.Parse(filepath.Join(root, "gen"), generatedFile)
	if err != nil {
		return nil, err
	}
	wrapper, err := source.Parse(filepath.Join(root, "wrappers", "kratos"), generatedFile)
	if err != nil {
		return nil, err
	}
	unions, err := source.Unions(filepath.Join(root, "gen", "spec", "openapi.json"))
	if err != nil {
		return nil, err
	}
	m, err := newModels(generated, unions)
	if err != nil {
		return nil, err
	}
	models, err := m.write()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, file := range []struct{ dir, name, pkg, body string }{
		{"gen", generatedFile, "gen", models},
		{"wrappers/kratos", generatedTest, "kratos_test", writeTest(wrapper, m)},
	} {
		path := filepath.Join(file.dir, file.name)
		if files[path], err = source.File("tools/redact", file.pkg, file.body); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return files, nil
}
