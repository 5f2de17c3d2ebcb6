// Package messages compares the table of messages in api/messages.yaml with what Kratos sends.
package messages

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// Known returns the numbers in the table of a project, with those that have no constant, or nil if
// it has no table.
func Known(p project.Project) (map[int]bool, error) {
	data, err := os.ReadFile(p.Messages())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var table struct {
		Messages []struct {
			ID int `yaml:"id"`
		} `yaml:"messages"`
		Unnamed []int `yaml:"unnamed"`
	}
	if err := yaml.Unmarshal(data, &table); err != nil {
		return nil, fmt.Errorf("api/messages.yaml: %w", err)
	}
	known := map[int]bool{}
	for _, m := range table.Messages {
		known[m.ID] = true
	}
	for _, id := range table.Unnamed {
		known[id] = true
	}
	return known, nil
}

// Missing returns an error that lists the numbers in the source of Kratos' package text, a file
// with constants, that the table of a project lacks. It reports those that only the table has.
func Missing(p project.Project, source []byte, out io.Writer) error {
	known, err := Known(p)
	if err != nil {
		return err
	}
	sent, err := constants(source)
	if err != nil {
		return err
	}
	var missing []error
	for _, c := range sent {
		if !known[c.id] {
			missing = append(missing, fmt.Errorf("api/messages.yaml lacks %d, which Kratos calls %s", c.id, c.name))
		}
		delete(known, c.id)
	}
	fmt.Fprintf(out, "%d messages, %d of them not in api/messages.yaml\n", len(sent), len(missing))
	var gone []string
	for id := range known {
		gone = append(gone, strconv.Itoa(id))
	}
	slices.Sort(gone)
	project.List(out, "Messages that this version lacks", "they stay in the table", gone)
	return errors.Join(missing...)
}

type message struct {
	name string
	id   int
}

// groupSize is the distance of the numbers that begin a group of messages. They are not sent.
const groupSize = 10_000

// constants returns the numbers of messages in a Go file, without those of groups.
func constants(source []byte) ([]message, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "id.go", source, 0)
	if err != nil {
		return nil, err
	}
	config := types.Config{Importer: importer.Default()}
	pkg, err := config.Check("text", set, []*ast.File{file}, nil)
	if err != nil {
		return nil, err
	}
	var found []message
	for _, name := range pkg.Scope().Names() {
		object, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok || object.Val().Kind() != constant.Int {
			continue
		}
		if id, exact := constant.Int64Val(object.Val()); exact && id%groupSize != 0 {
			found = append(found, message{name, int(id)})
		}
	}
	if len(found) == 0 {
		return nil, errors.New("the file has no numbers of messages: use text/id.go of Kratos")
	}
	slices.SortFunc(found, func(a, b message) int { return a.id - b.id })
	return found, nil
}
