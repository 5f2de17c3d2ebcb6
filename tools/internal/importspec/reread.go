package importspec

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/diff"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// toReread lists our sentences that a change may have made untrue: that of whatever has the new,
// changed or removed thing, and each that has its name in backticks.
func toReread(ours *yaml.Node, c diff.Changes) []string {
	sentences := sentencesOf(ours)
	calls := diff.Operations(ours)
	found := map[string]bool{}
	note := func(place string) {
		if sentence := sentences[place]; sentence != "" && !strings.HasPrefix(sentence, spec.Gap) {
			found[place+": "+sentence] = true
		}
	}
	for _, change := range c.Changed {
		note(owner(sentences, placeOf(change.Path[:len(change.Path)-1], calls)))
	}
	for _, change := range append(slices.Clone(c.Added), c.Gone...) {
		note(owner(sentences, placeOf(change.Path[:len(change.Path)-1], calls)))
		last := change.Path[len(change.Path)-1]
		if strings.HasPrefix(last, "required ") {
			continue // the property itself is there as before
		}
		quoted := "`" + last[strings.LastIndexByte(last, ' ')+1:] + "`"
		for place, sentence := range sentences {
			if strings.Contains(sentence, quoted) {
				note(place)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// owner is the place of the sentence about a thing, or about what it is a part of.
func owner(sentences map[string]string, place string) string {
	for ; place != ""; place = place[:strings.LastIndexByte(place, '/')] {
		if at := place + "/description"; sentences[at] != "" {
			return at
		}
	}
	return ""
}

var plural = map[string]string{"property": "properties", "response": "responses", "header": "headers", "parameter": "parameters", "tag": "tags"}

// placeOf is the place in a contract that a path of a change leads to.
func placeOf(path []string, calls map[string]string) string {
	place := ""
	for i, part := range path {
		group, name, isNamed := strings.Cut(part, " ")
		switch {
		case i == 0 && group == "operation":
			method, path, _ := strings.Cut(calls[name], " ")
			place = "/paths/" + node.Escape(path) + "/" + strings.ToLower(method)
		case i == 0 && group != "tag":
			place = "/components/" + group + "s/" + name
		case isNamed && plural[group] != "":
			place += "/" + plural[group] + "/" + node.Escape(name)
		default:
			place += "/" + node.Escape(part)
		}
	}
	return place
}
