package importspec

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// sibling returns our sentence about a property or parameter of the same name and structure, that
// of the owner whose name is most similar, or "".
func (m *merger) sibling(n *yaml.Node, kind, where, key string) string {
	group, name := split(where)
	if m.ours == nil || !strings.HasSuffix(group, "/properties") && !strings.HasSuffix(group, "/parameters") {
		return ""
	}
	if m.sentences == nil {
		m.sentences = sentencesOf(m.ours)
	}
	best, most := "", -1
	wanted := structureKey(n, kind, "", nil)
	for _, place := range slices.Sorted(maps.Keys(m.sentences)) {
		at, last := split(place)
		otherGroup, otherName := split(at)
		sentence := m.sentences[place]
		if last != key || otherName != name || otherGroup == group || otherGroup[strings.LastIndexByte(otherGroup, '/'):] != group[strings.LastIndexByte(group, '/'):] ||
			strings.HasPrefix(sentence, spec.Gap) {
			continue
		}
		other := node.Locate(m.ours, at)
		if other == nil || structureKey(other, kind, "", nil) != wanted {
			continue
		}
		if similar := shared(group, otherGroup); similar > most {
			best, most = sentence, similar
		}
	}
	return best
}

func split(place string) (before, last string) {
	i := strings.LastIndexByte(place, '/')
	if i < 0 {
		return "", place
	}
	return place[:i], place[i+1:]
}

// shared counts the words that two places have in common.
func shared(a, b string) int {
	count, words := 0, node.Words(b)
	for _, word := range node.Words(a) {
		if slices.Contains(words, word) {
			count++
		}
	}
	return count
}
