package importspec

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// wanted says what a sentence has to say.
func wanted(kind, key, where string) string {
	name := node.Unescape(where[strings.LastIndexAny(where, "/ ")+1:])
	switch {
	case key == "summary":
		return "what the call does, in a line."
	case kind == "operation":
		return "which port and kind of client, what it does, and which errors tell what."
	case kind == "response":
		return "what the answer " + name + " means."
	case kind == "requestBody":
		return "what is sent."
	}
	return "what " + name + " is, and when it is there."
}

// lose notes the sentences below what is gone.
func (m *merger) lose(pair *yaml.Node, kind, where string) {
	eachSentence(pair, kind, where, func(at, sentence string) {
		m.lost = append(m.lost, at+": "+strings.TrimSpace(sentence))
	})
}

func (m *merger) loseItem(item *yaml.Node, kind, where string) {
	eachSentence(item, spec.KindOf(kind, ""), where+"/"+node.Escape(node.Identity(item, 0)), func(at, sentence string) {
		m.lost = append(m.lost, at+": "+strings.TrimSpace(sentence))
	})
}

// eachSentence hands over the contract's own words in n, each with its place.
func eachSentence(n *yaml.Node, kind, where string, do func(at, sentence string)) {
	switch {
	case kind == "data" || kind == "ours" || n.Kind == yaml.ScalarNode:
		if kind == "prose" {
			do(where, n.Value)
		}
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			eachSentence(item, spec.KindOf(kind, ""), where+"/"+node.Escape(node.Identity(item, i)), do)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			at := where + "/" + node.Escape(key)
			if !spec.Prose(kind, key) {
				eachSentence(value, spec.KindOf(kind, key), at, do)
			} else if value.Kind == yaml.ScalarNode {
				do(at, value.Value)
			}
		}
	}
}

// sentencesOf are all sentences of a description by their places.
func sentencesOf(doc *yaml.Node) map[string]string {
	all := map[string]string{}
	eachSentence(node.Root(doc), "document", "", func(at, sentence string) {
		if strings.HasSuffix(at, "/description") || strings.HasSuffix(at, "/summary") {
			all[at] = strings.TrimSpace(sentence)
		}
	})
	return all
}
