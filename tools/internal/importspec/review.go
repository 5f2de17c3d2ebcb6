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

// textsToReview lists the texts that a change may have made wrong: that of the part that
// changed, and those that mention its name in backticks.
func textsToReview(current *yaml.Node, c diff.Changes) []string {
	texts := collectTexts(current)
	calls := diff.Operations(current)
	found := map[string]bool{}
	note := func(place string) {
		if text := texts[place]; text != "" && !strings.HasPrefix(text, spec.Todo) {
			found[place+": "+text] = true
		}
	}
	for _, change := range c.Changed {
		note(describedBy(texts, locationOf(change.Path[:len(change.Path)-1], calls)))
	}
	for _, change := range append(slices.Clone(c.Added), c.Removed...) {
		note(describedBy(texts, locationOf(change.Path[:len(change.Path)-1], calls)))
		last := change.Path[len(change.Path)-1]
		if strings.HasPrefix(last, "required ") {
			continue // the property itself did not change
		}
		quoted := "`" + last[strings.LastIndexByte(last, ' ')+1:] + "`"
		for place, text := range texts {
			if strings.Contains(text, quoted) {
				note(place)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// describedBy returns the location of the text about a part, or about what contains it.
func describedBy(texts map[string]string, place string) string {
	for ; place != ""; place = place[:strings.LastIndexByte(place, '/')] {
		if at := place + "/description"; texts[at] != "" {
			return at
		}
	}
	return ""
}

var plural = map[string]string{"property": "properties", "response": "responses", "header": "headers", "parameter": "parameters", "tag": "tags"}

// locationOf returns the location in the contract that the path of a change refers to.
func locationOf(path []string, calls map[string]string) string {
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
