package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// methods are the methods of one type that keep secrets out of logs.
type methods struct {
	receiver string          // "v T" or "v T[F]"
	byHand   map[string]bool // methods that are written by hand
	known    string          // the redact.Known of the package, or nil
	names    []string        // of the methods to write
}

// write writes the methods. A type that has a text by hand is printed as that.
func (m methods) write(b *strings.Builder) {
	printed, of := "the type and its ids", "(v, "+m.known+")"
	format := "redact.Format(f, v, " + m.known + ")"
	logValue, marshal := "redact.LogValue"+of, "redact.MarshalJSON"+of
	for _, text := range []string{"Error", "String"} {
		if m.byHand[text] {
			printed, of = "the text of "+text, "(v."+text+"())"
			format = "_, _ = fmt.Fprint(f, v." + text + "())"
			logValue, marshal = "slog.StringValue"+of, "json.Marshal"+of
		}
	}
	for _, method := range []struct{ name, comment, signature, body string }{
		{"Format", "prints " + printed + " only, whatever the verb is.", "(f fmt.State, _ rune)", format},
		{"String", "returns what Format prints.", "() string", "return redact.String" + of},
		{"LogValue", "returns what Format prints.", "() slog.Value", "return " + logValue},
		{"MarshalJSON", "writes what Format prints.", "() ([]byte, error)", "return " + marshal},
	} {
		if slices.Contains(m.names, method.name) && !m.byHand[method.name] {
			fmt.Fprintf(b, "\n// %s %s\nfunc (%s) %s%s { %s }\n", method.name, method.comment, m.receiver, method.name, method.signature, method.body)
		}
	}
}

// write writes the methods of the models, and the types that are sent in place of bodies.
func (m *models) write() (string, error) {
	var b strings.Builder
	for _, name := range m.Order {
		if !m.redacted[name] || !ast.IsExported(name) {
			continue
		}
		names := []string{"Format"}
		switch {
		case m.bodies[name]:
			names = append(names, "MarshalJSON")
		case !hidesJSON(m.Package, name):
			// The JSON is complete: loggers need another method in its place. log/slog calls LogValue,
			// others String.
			names = append(names, "String", "LogValue")
		}
		methods{receiver: "v " + name, byHand: m.Methods[name], known: "isKnown", names: names}.write(&b)
	}
	m.writeKnown(&b)
	if err := m.writeBodies(&b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// writeKnown writes a function that reports whether a value is one of the enums that are printed:
// other values can be anything.
func (m *models) writeKnown(b *strings.Builder) {
	var lines []string
	for _, enum := range m.printedEnums() {
		var names, texts []string
		for _, c := range m.Constants[enum] {
			if text, isString := c.Text(); isString && !slices.Contains(texts, text) {
				names, texts = append(names, c.Name), append(texts, text)
			}
		}
		if len(names) > 0 {
			lines = append(lines, strings.Join(names, ", "))
		}
	}
	b.WriteString("\n// isKnown reports whether v is a value of an enum that the API description names.\nfunc isKnown(v any) bool {\n")
	if len(lines) > 0 {
		b.WriteString("switch v {\ncase " + strings.Join(lines, ",\n") + ":\nreturn true\n}\n")
	}
	b.WriteString("return false\n}\n")
}

// printedEnums returns the types of fields that are printed and have constants.
func (m *models) printedEnums() (enums []string) {
	for _, name := range m.Order {
		fields, _ := m.Fields(name)
		for _, f := range fields {
			if typ, ok := m.Resolve(f.Type).(*ast.Ident); ok && m.redacted[name] && !unlogged(f) && len(m.Constants[typ.Name]) > 0 {
				enums = append(enums, typ.Name)
			}
		}
	}
	slices.Sort(enums)
	return slices.Compact(enums)
}

// hidesJSON reports whether the JSON of a struct has no value in it: its fields are not exported, or
// left out of JSON, or such structs themselves.
func hidesJSON(p *source.Package, name string) bool {
	fields, isStruct := p.Fields(name)
	for _, f := range fields {
		visible := ast.IsExported(f.Name) || f.Embedded
		if visible && f.Tag.Get("json") != "-" && !hidesJSON(p, source.BaseName(p.Resolve(f.Type))) {
			return false
		}
	}
	return isStruct
}
