package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// message is a message of Kratos, as api/messages.yaml describes it.
type message struct {
	ID      int      `yaml:"id"`
	Name    string   `yaml:"name"`
	Type    string   `yaml:"type"`
	Since   string   `yaml:"since"`
	Context []string `yaml:"context"`
	Says    string   `yaml:"says"`
}

// oldest is the oldest version of Kratos that is supported, which comments do not mention.
const oldest = "v1.3.1"

var messageName = regexp.MustCompile(`^[A-Z][A-Za-z]+$`)

// parseMessages returns the messages of api/messages.yaml in the order of their numbers.
func parseMessages(text []byte) ([]message, error) {
	var file struct {
		Messages []message `yaml:"messages"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	ids, names := map[int]bool{}, map[string]bool{}
	for _, m := range file.Messages {
		switch {
		case ids[m.ID], names[m.Name]:
			return nil, fmt.Errorf("message %d %s is there twice", m.ID, m.Name)
		case m.ID == 0 || !messageName.MatchString(m.Name) || m.Says == "" || m.Since == "":
			return nil, fmt.Errorf("message %d %s lacks a name, a version or a sentence", m.ID, m.Name)
		}
		ids[m.ID], names[m.Name] = true, true
	}
	slices.SortFunc(file.Messages, func(a, b message) int { return a.ID - b.ID })
	return file.Messages, nil
}

// writeMessages writes a constant for the number of each message.
func writeMessages(messages []message) string {
	if len(messages) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n// Numbers of messages (Message.ID): 1xxxxxx inform, 4xxxxxx reject the input, and 5xxxxxx are failures\n" +
		"// of the server (https://www.ory.sh/docs/kratos/concepts/ui-messages).\nconst (\n")
	for _, m := range messages {
		text := m.Says
		if fields := contextFields(m.Context); len(fields) > 0 {
			text += " Context: " + strings.Join(fields, ", ") + "."
		}
		if m.Since != oldest {
			text += " From Kratos " + m.Since + " on."
		}
		fmt.Fprintf(&b, "%s\tMessage%s = %d\n", comment(text, fieldCommentWidth), m.Name, m.ID)
	}
	b.WriteString(")\n")
	return b.String()
}

// contextFields returns the members of a context without those that repeat another one: in camel
// case, from versions before v1.0, and times as seconds.
func contextFields(members []string) (fields []string) {
	for _, name := range members {
		if name == strings.ToLower(name) && !strings.HasSuffix(name, "_unix") {
			fields = append(fields, name)
		}
	}
	return fields
}
