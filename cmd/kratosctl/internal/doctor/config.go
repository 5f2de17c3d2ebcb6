package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxConfig is the maximal size of a configuration file, in bytes.
const maxConfig = 4 << 20

// Config is the configuration of Kratos in one or more files. As in Kratos, a later file wins:
// mappings are merged, and other values and lists are replaced. Environment variables, which win
// over files in Kratos, are not read.
type Config struct{ files []configFile }

type configFile struct {
	name string
	root *yaml.Node
}

// position is a line of a file. The zero value is that of a value that no file has.
type position struct {
	file string
	line int
}

// ReadConfig reads files in YAML or JSON. An error does not have the content of a file in it.
func ReadConfig(paths ...string) (*Config, error) {
	c := &Config{}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("kratos: --config: %w", err)
		}
		if info.Size() > maxConfig {
			return nil, fmt.Errorf("kratos: --config: %s is larger than %d MiB", path, maxConfig>>20)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("kratos: --config: %w", err)
		}
		if err := c.add(filepath.Base(path), data); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Config) add(name string, data []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return fmt.Errorf("kratos: --config: %s is not valid YAML or JSON%s", name, lineOf(err))
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("kratos: --config: %s is not a mapping", name)
	}
	c.files = append(c.files, configFile{name, document.Content[0]})
	return nil
}

// lineOf returns where the YAML is invalid. The text of the error can quote the file.
func lineOf(err error) string {
	for field := range strings.FieldsSeq(err.Error()) {
		field, _, _ = strings.Cut(field, ":")
		if line, convErr := strconv.Atoi(strings.Trim(field, ",.L")); convErr == nil {
			return " (line " + strconv.Itoa(line) + ")"
		}
	}
	return ""
}

// find returns the value at a path such as "serve.public.port", or nil.
func (c *Config) find(path string) (*yaml.Node, position) {
	for i := len(c.files) - 1; i >= 0; i-- {
		node := c.files[i].root
		for name := range strings.SplitSeq(path, ".") {
			node = member(node, name)
		}
		if node != nil && node.Tag != "!!null" {
			return node, position{c.files[i].name, node.Line}
		}
	}
	return nil, position{}
}

// member returns a value of a mapping, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	var merged *yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i].Value; {
		case key == name:
			return resolve(node.Content[i+1])
		case key == "<<":
			merged = node.Content[i+1]
		}
	}
	if merged != nil && resolve(merged) != node {
		return member(merged, name)
	}
	return nil
}

// resolve returns the node that an alias refers to.
func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// String returns the text of a scalar, or "".
func (c *Config) String(path string) (string, position) {
	node, at := c.find(path)
	if node == nil || node.Kind != yaml.ScalarNode {
		return "", at
	}
	return node.Value, at
}

// Bool returns whether a value is true, and byDefault for one that is missing.
func (c *Config) Bool(path string, byDefault bool) (bool, position) {
	s, at := c.String(path)
	if s == "" {
		return byDefault, at
	}
	b, err := strconv.ParseBool(strings.ToLower(s))
	return b && err == nil, at
}

// item is a scalar of a list.
type item struct {
	value string
	position
}

// List returns the scalars of a list.
func (c *Config) List(path string) []item {
	node, at := c.find(path)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	var list []item
	for _, n := range node.Content {
		if n = resolve(n); n.Kind == yaml.ScalarNode {
			list = append(list, item{n.Value, position{at.file, n.Line}})
		}
	}
	return list
}

// Hooks returns the names of the hooks in a list.
func (c *Config) Hooks(path string) (names []string, at position) {
	node, at := c.find(path)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil, at
	}
	for _, n := range node.Content {
		if hook := member(n, "hook"); hook != nil {
			names = append(names, hook.Value)
		}
	}
	return names, at
}

// describe returns a line for [Finding.Evidence]. The value must not be a secret.
func (p position) describe(path, value string) string {
	if p == (position{}) {
		return path + " is not set"
	}
	return p.String() + ": " + path + ": " + strconv.Quote(value)
}

func (p position) String() string {
	if p == (position{}) {
		return "not set"
	}
	return p.file + ":" + strconv.Itoa(p.line)
}
