package importspec

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// siblingText returns the text of a property or parameter with the same name and structure,
// that of the most similar owner, or "".
func (m *merger) siblingText(n *yaml.Node, kind, location, key string) string {
	group, name := splitLast(location)
	if m.contract == nil || !strings.HasSuffix(group, "/properties") && !strings.HasSuffix(group, "/parameters") {
		return ""
	}
	if m.texts == nil {
		m.texts = collectTexts(m.contract)
	}
	best, most := "", -1
	wanted := structureKey(n, kind, "", nil)
	for _, place := range slices.Sorted(maps.Keys(m.texts)) {
		at, last := splitLast(place)
		otherGroup, otherName := splitLast(at)
		text := m.texts[place]
		if last != key || otherName != name || otherGroup == group || otherGroup[strings.LastIndexByte(otherGroup, '/'):] != group[strings.LastIndexByte(group, '/'):] ||
			strings.HasPrefix(text, spec.Todo) {
			continue
		}
		other := node.Find(m.contract, at)
		if other == nil || structureKey(other, kind, "", nil) != wanted {
			continue
		}
		if similar := commonWords(group, otherGroup); similar > most {
			best, most = text, similar
		}
	}
	return best
}

func splitLast(place string) (before, last string) {
	i := strings.LastIndexByte(place, '/')
	if i < 0 {
		return "", place
	}
	return place[:i], place[i+1:]
}

// commonWords counts the words that two locations have in common.
func commonWords(a, b string) int {
	count, words := 0, node.Words(b)
	for _, word := range node.Words(a) {
		if slices.Contains(words, word) {
			count++
		}
	}
	return count
}
