package importspec

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// todoText returns what a text has to contain.
func todoText(kind, key, location string) string {
	name := node.Unescape(location[strings.LastIndexAny(location, "/ ")+1:])
	switch {
	case key == "summary":
		return "what the operation does, in one line."
	case kind == "operation":
		return "the port and kind of client, what it does, and what its errors mean."
	case kind == "response":
		return "what the response " + name + " means."
	case kind == "requestBody":
		return "what the body is."
	}
	return "what " + name + " is, and when it is there."
}

// recordRemoved records the texts of a removed part.
func (m *merger) recordRemoved(pair *yaml.Node, kind, location string) {
	eachText(pair, kind, location, func(at, text string) {
		m.removed = append(m.removed, at+": "+strings.TrimSpace(text))
	})
}

func (m *merger) recordRemovedItem(item *yaml.Node, kind, location string) {
	eachText(item, spec.KindOf(kind, ""), location+"/"+node.Escape(node.Identity(item, 0)), func(at, text string) {
		m.removed = append(m.removed, at+": "+strings.TrimSpace(text))
	})
}

// eachText calls do for each text in n, with its location.
func eachText(n *yaml.Node, kind, location string, do func(at, text string)) {
	switch {
	case kind == "data" || kind == "local" || n.Kind == yaml.ScalarNode:
		if kind == "prose" {
			do(location, n.Value)
		}
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			eachText(item, spec.KindOf(kind, ""), location+"/"+node.Escape(node.Identity(item, i)), do)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			at := location + "/" + node.Escape(key)
			if !spec.IsProse(kind, key) {
				eachText(value, spec.KindOf(kind, key), at, do)
			} else if value.Kind == yaml.ScalarNode {
				do(at, value.Value)
			}
		}
	}
}

// collectTexts returns all texts of a description by location.
func collectTexts(doc *yaml.Node) map[string]string {
	all := map[string]string{}
	eachText(node.Root(doc), "document", "", func(at, text string) {
		if strings.HasSuffix(at, "/description") || strings.HasSuffix(at, "/summary") {
			all[at] = strings.TrimSpace(text)
		}
	})
	return all
}
