package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
	"gopkg.in/yaml.v3"
)

// comments are the names and comments of api/wrapper.yaml. A comment begins with the name of its
// type.
type comments struct {
	Names                         map[string]string // of types and constants: that in gen, that here
	Methods, Models, Flows, Enums []string

	byName map[string]string
	used   map[string]bool
}

func parseComments(text []byte) (*comments, error) {
	c := &comments{byName: map[string]string{}, used: map[string]bool{}}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil {
		return nil, err
	}
	for _, comment := range slices.Concat(c.Methods, c.Models, c.Flows, c.Enums) {
		name := firstWord(comment)
		if c.byName[name] != "" {
			return nil, fmt.Errorf("two comments begin with %s", name)
		}
		c.byName[name] = comment
	}
	return c, nil
}

func firstWord(text string) string {
	name, _, _ := strings.Cut(text, " ")
	return name
}

// nameOf is what package kratos calls a type or constant of package gen.
func (c *comments) nameOf(name string) string {
	if other := c.Names[name]; other != "" {
		c.used[name] = true
		return other
	}
	return name
}

// modelOf is what package gen calls a type that package kratos calls name.
func (c *comments) modelOf(name string) string {
	for model, other := range c.Names {
		if other == name {
			return model
		}
	}
	return name
}

// of returns the comment of a type, or otherwise if it has none.
func (c *comments) of(name, otherwise string) string {
	if comment := c.byName[name]; comment != "" {
		c.used[name] = true
		return comment
	}
	return otherwise
}

// unused returns the names in api/wrapper.yaml that are those of no type.
func (c *comments) unused() (names []string) {
	for name := range c.byName {
		names = append(names, name)
	}
	for name := range c.Names {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool { return c.used[name] })
}

// description is what the API says of a model: the comment of the model without its name. A comment
// that says only that it is a model is none.
func description(models *source.Package, name string) string {
	text := strings.TrimSpace(strings.TrimPrefix(models.Docs[name], name))
	if strings.HasPrefix(text, "defines ") {
		return ""
	}
	return " " + text
}

// commentWidth and fieldCommentWidth are the columns of the comments of types and of fields.
const commentWidth, fieldCommentWidth = 100, 96

// comment writes a text as a comment of so many columns. Paragraphs are separated by empty lines;
// one that begins with a tab or spaces is code.
func comment(text string, width int) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		if strings.TrimLeft(paragraph, " \t") != paragraph {
			for line := range strings.SplitSeq(paragraph, "\n") {
				b.WriteString("//\t" + strings.TrimPrefix(strings.TrimPrefix(line, "\t"), "    ") + "\n")
			}
			continue
		}
		for _, line := range wrapWords(strings.Fields(paragraph), width-len("// ")) {
			b.WriteString("// " + line + "\n")
		}
	}
	return b.String()
}

// wrapWords puts words into lines of up to width columns.
func wrapWords(words []string, width int) (lines []string) {
	for _, word := range words {
		last := len(lines) - 1
		if last < 0 || len(lines[last])+1+len(word) > width {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
	}
	return lines
}
