// Command wrap writes the types of package kratos that follow from the API: the methods of flows,
// the names of models and enums, and the constants of enums. It reads the generated models, the
// effective spec and the rest of package kratos, and compiles none of them.
//
//	go run -C tools ./wrap [-strict] [ROOT]
//
// In wrappers/kratos, it writes
//
//   - zz_generated_methods.go: a struct for each method of a flow, and the body that it is sent as,
//     with the value of the discriminator and the CSRF token;
//   - zz_generated_models.go: models, with their fields in the comment;
//   - zz_generated_enums.go: enums and their constants;
//   - zz_generated_operations.go: the operationIds by method and path;
//   - zz_generated_messages.go: the numbers of messages, of api/messages.yaml;
//   - zz_generated_methods_test.go: a list of the methods of each flow, for tests.
//
// api/wrapper.yaml has names and comments. A method or an enum that it does not mention is written
// all the same, with the description of the API as its comment.
//
// The function that makes the body of a method may be written by hand, and so may its type.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

const (
	enumsFile      = "zz_generated_enums.go"
	modelsFile     = "zz_generated_models.go"
	methodsFile    = "zz_generated_methods.go"
	listFile       = "zz_generated_methods_test.go"
	operationsFile = "zz_generated_operations.go"
	messagesFile   = "zz_generated_messages.go"
	redactFile     = "zz_generated_redact.go" // of gen, written by tools/redact
)

func main() {
	strict := flag.Bool("strict", false, "fail if api/wrapper.yaml has a name that the API lacks")
	flag.Parse()
	if err := run(cmp.Or(flag.Arg(0), ".."), *strict); err != nil {
		fmt.Fprintln(os.Stderr, "wrap:", err)
		os.Exit(1)
	}
}

// run writes the generated files of the module at root, and prints which comments are unused. If
// strict is set, these are an error.
func run(root string, strict bool) error {
	g, err := read(root)
	if err != nil {
		return err
	}
	files, err := g.generate()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, "wrappers", "kratos", name), text, 0o644); err != nil {
			return err
		}
	}
	unused := g.comments.unused()
	for _, name := range unused {
		fmt.Fprintf(os.Stderr, "wrap: api/wrapper.yaml: the API has no %s\n", name)
	}
	if strict && len(unused) > 0 {
		return errors.New("api/wrapper.yaml has names that the API lacks")
	}
	return nil
}

// generator is what code is generated from.
type generator struct {
	models, wrapper *source.Package
	unions          []source.Union
	operations      []source.Operation
	messages        []message
	comments        *comments
}

// read reads what the files of the module at root are generated from.
func read(root string) (*generator, error) {
	models, err := source.Parse(filepath.Join(root, "gen"), redactFile)
	if err != nil {
		return nil, err
	}
	wrapper, err := source.Parse(filepath.Join(root, "wrappers", "kratos"), enumsFile, modelsFile, methodsFile, operationsFile, messagesFile)
	if err != nil {
		return nil, err
	}
	spec := filepath.Join(root, "gen", "spec", "openapi.json")
	unions, err := source.Unions(spec)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "api", "wrapper.yaml"))
	if err != nil {
		return nil, err
	}
	c, err := parseComments(text)
	if err != nil {
		return nil, fmt.Errorf("api/wrapper.yaml: %w", err)
	}
	operations, err := source.Operations(spec)
	if err != nil {
		return nil, err
	}
	text, err = os.ReadFile(filepath.Join(root, "api", "messages.yaml"))
	if err != nil {
		return nil, err
	}
	messages, err := parseMessages(text)
	if err != nil {
		return nil, fmt.Errorf("api/messages.yaml: %w", err)
	}
	return &generator{models, wrapper, unions, operations, messages, c}, nil
}

// generate returns the generated files by name.
func (g *generator) generate() (map[string][]byte, error) {
	flows, err := g.findFlows()
	if err != nil {
		return nil, err
	}
	models, err := g.writeModels()
	if err != nil {
		return nil, err
	}
	enums, err := g.writeEnums()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, file := range map[string]struct{ pkg, body string }{
		methodsFile:    {"kratos", g.writeMethods(flows)},
		modelsFile:     {"kratos", models},
		enumsFile:      {"kratos", enums},
		operationsFile: {"kratos", writeOperations(g.operations)},
		messagesFile:   {"kratos", writeMessages(g.messages)},
		listFile:       {"kratos_test", writeList(flows)},
	} {
		if files[name], err = source.File("tools/wrap", file.pkg, file.body); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}

// declares returns an error if package kratos has name for something else than the type or constant
// of package gen.
func (g *generator) declares(name, of string) error {
	if !g.wrapper.Declared[name] {
		return nil
	}
	return fmt.Errorf("package kratos has another %s than gen.%s: give that another name in api/wrapper.yaml", name, of)
}
