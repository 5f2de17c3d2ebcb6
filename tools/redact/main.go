// Command redact writes the methods that keep secrets out of logs: String, Format, LogValue and,
// where a type is not the data of a response, MarshalJSON. It reads Go code, the generated models
// and the wrapper by hand, and compiles neither.
//
//	go run -C tools ./redact [ROOT]
//
// It writes zz_generated_redact.go in gen and in wrappers/kratos, and the list of types that a test
// of the wrapper goes by.
//
// Which members are secret is said in api/golang.yaml, whose mark is the tag log:"-" of a field.
// Models without such a field, in themselves or in a type they contain, are left alone, and so are
// methods that were written by hand. In the wrapper, every exported struct, map and slice is taken
// for one that holds a secret, unless it holds nothing but pointers and functions.
package main

import (
	"fmt"
	"go/format"
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
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(root, f.path), f.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// file is a generated file, by its path in the module.
type file struct {
	path string
	text []byte
}

// generate makes the generated files of the module at root.
func generate(root string) ([]file, error) {
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
	text, err := m.write()
	if err != nil {
		return nil, err
	}
	files := []file{
		{filepath.Join("gen", generatedFile), text},
		{filepath.Join("wrappers", "kratos", generatedFile), writeWrapper(wrapper, m)},
		{filepath.Join("wrappers", "kratos", generatedTest), writeTest(wrapper, m)},
	}
	for i, f := range files {
		if files[i].text, err = format.Source(f.text); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", f.path, err, f.text)
		}
	}
	return files, nil
}
