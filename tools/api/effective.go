package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

// writeEffective writes the contract with its corrections, as JSON in the contract's order.
func writeEffective(p project) error {
	doc, err := readYAML(p.contract())
	if err != nil {
		return err
	}
	if err := apply(doc, p.corrections()); err != nil {
		return err
	}
	repeatedEnums(doc) // the check names them
	text, err := toJSON(doc)
	if err != nil {
		return err
	}
	return writeFile(p.effective(), text)
}

func readYAML(path string) (*yaml.Node, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return doc, nil
}

// apply applies the overlay in the file path to doc. An action that matches or changes nothing is an error, and so is one that
// does not say why it is there.
func apply(doc *yaml.Node, path string) error {
	o, err := overlay.Parse(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := o.Validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i, action := range o.Actions {
		if strings.TrimSpace(action.Description) == "" {
			return fmt.Errorf("%s: action %d (%s) does not say why", path, i+1, action.Target)
		}
	}
	warnings, err := o.ApplyToStrict(doc)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(warnings) > 0 {
		return fmt.Errorf("%s: %s", path, strings.Join(warnings, "\n"))
	}
	return nil
}

func toJSON(doc *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	if err := writeNode(&b, doc); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// writeNode writes a YAML node as JSON; unlike decoding into a map, it keeps the order of keys.
func writeNode(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return writeNode(b, n.Content[0])
	case yaml.AliasNode:
		return writeNode(b, n.Alias)
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, n.Content[i].Value); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := writeNode(b, n.Content[i+1]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeNode(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	return writeJSON(b, v)
}

func writeJSON(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// writeFile replaces the file path as a whole, or leaves it as it is.
func writeFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
