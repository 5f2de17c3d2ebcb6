package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// methodTexts are the methods that keep secrets out of logs, for a type of the name %[1]s.
var methodTexts = map[string]string{
	"Format": `
// Format prints the type and its ids only, whatever the verb is.
func (v %[1]s) Format(f fmt.State, _ rune) { redact.Format(f, v, isKnown) }
`,
	"String": `
// String returns what Format prints.
func (v %[1]s) String() string { return redact.String(v, isKnown) }
`,
	"LogValue": `
// LogValue returns what Format prints.
func (v %[1]s) LogValue() slog.Value { return redact.LogValue(v, isKnown) }
`,
	"MarshalJSON": `
// MarshalJSON writes what Format prints.
func (v %[1]s) MarshalJSON() ([]byte, error) { return redact.MarshalJSON(v, isKnown) }
`,
}

// write writes the methods of the models, and the types that are sent in place of bodies.
func (m *models) write() (string, error) {
	var b strings.Builder
	for _, name := range m.Order {
		for _, method := range m.methodsOf(name) {
			fmt.Fprintf(&b, methodTexts[method], name)
		}
	}
	m.writeKnown(&b)
	if err := m.writeBodies(&b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// methodsOf returns the names of the methods that a type needs. If its JSON has to stay complete,
// loggers need another method in its place: log/slog calls LogValue, others String.
func (m *models) methodsOf(name string) []string {
	switch {
	case !m.redacted[name] || !ast.IsExported(name):
		return nil
	case m.bodies[name]:
		return []string{"Format", "MarshalJSON"}
	case m.hidesJSON(name):
		return []string{"Format"}
	}
	return []string{"Format", "String", "LogValue"}
}

// hidesJSON reports whether the JSON of a struct is empty, since no field is exported.
func (m *models) hidesJSON(name string) bool {
	fields, _ := m.Fields(name)
	return !slices.ContainsFunc(fields, func(f source.Field) bool { return ast.IsExported(f.Name) })
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
