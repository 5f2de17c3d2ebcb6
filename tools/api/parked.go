package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"

	"gopkg.in/yaml.v3"
)

// An action of an overlay that does not fit the API version taken in is parked: its lines become comments with the mark parkedLine,
// below one that says why. The next version taken in that it fits gets it back as it was. What stays parked fails the check.
const (
	parkedWhy  = "# Parked by make spec: "
	parkedLine = "#~"
)

var parkedText = regexp.MustCompile(`^( *)#~ ?(.*)$`)

// unpark puts all parked actions of an overlay back.
func unpark(text []byte) []byte {
	var out []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), parkedWhy) {
			continue
		}
		if m := parkedText.FindStringSubmatch(line); m != nil {
			if line = m[1] + m[2]; m[2] == "" {
				line = ""
			}
		}
		out = append(out, line)
	}
	return []byte(strings.Join(out, "\n"))
}

// parkedAction is an action that does not fit, and why.
type parkedAction struct {
	file, target, why string
	published         bool // what it does is part of the published API
	index, line, end  int
}

// fit applies the overlay text to doc action by action, and returns the text with the actions parked that do not fit.
func fit(doc *yaml.Node, text []byte, file string) ([]byte, []parkedAction, error) {
	text = unpark(text)
	all, err := overlay.ParseReader(bytes.NewReader(text))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	node := new(yaml.Node)
	if err := yaml.Unmarshal(text, node); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	items := member(rootOf(node), "actions")
	if items == nil || items.Style&yaml.FlowStyle != 0 || len(items.Content) != len(all.Actions) {
		return nil, nil, fmt.Errorf("%s: the actions are no list with one item after the other", file)
	}
	refused := map[int]string{}
	for {
		tried, before := copyOf(doc), len(refused)
		parked := applyFitting(tried, all, refused)
		refuseDangling(tried, all, parked, refused)
		if len(refused) > before {
			continue // without those
		}
		*doc = *tried
		lines := strings.Split(string(text), "\n")
		for i := range parked {
			at := parked[i].index
			parked[i].file, parked[i].line, parked[i].end = file, items.Content[at].Line, actionEnd(items, at, lines)
		}
		return park(lines, items.Column-1, parked), parked, nil
	}
}

// applyFitting applies the actions that fit, and returns the others. Those in refused do not, for the reason given; one that fails
// is added to these.
func applyFitting(doc *yaml.Node, all *overlay.Overlay, refused map[int]string) []parkedAction {
	var parked []parkedAction
	for i, action := range all.Actions {
		p := parkedAction{index: i, target: action.Target, why: refused[i]}
		if p.why == "" {
			one := *all
			one.Actions = []overlay.Action{action}
			warnings, err := one.ApplyToStrict(doc)
			switch {
			case err != nil && strings.Contains(err.Error(), "did not match any targets"):
				p.why = "its target is not there"
			case err != nil: // perhaps after it was applied in part
				refused[i] = err.Error()
				return nil
			case len(warnings) > 0:
				p.why, p.published = "it changes nothing, the API is published like that", true
			default:
				continue
			}
		}
		parked = append(parked, p)
	}
	return parked
}

// refuseDangling adds to refused the applied actions that refer to what is not there in the end.
func refuseDangling(doc *yaml.Node, all *overlay.Overlay, parked []parkedAction, refused map[int]string) {
	skipped := map[int]bool{}
	for _, p := range parked {
		skipped[p.index] = true
	}
	named := append(collect(rootOf(doc), definedType), keysOf(resolve(rootOf(doc), "#/components/schemas"))...)
	for i, action := range all.Actions {
		if skipped[i] {
			continue
		}
		for _, ref := range collect(&action.Update, reference) {
			if resolve(rootOf(doc), ref) == nil {
				refused[i] = "it refers to " + ref + ", which is not there"
			}
		}
		for _, name := range collect(&action.Update, usedType) {
			if bareGoType.MatchString(name) && !slices.ContainsFunc(named, func(n string) bool { return strings.EqualFold(n, name) }) {
				refused[i] = "it uses the Go type " + name + ", and nothing has that name"
			}
		}
	}
}

// bareGoType is a type of package gen's own.
var bareGoType = regexp.MustCompile(`^[A-Z]\w*$`)

// usedType is the Go type that n is to have.
func usedType(n *yaml.Node) string { return valueOf(member(n, "x-go-type")) }

// definedType is the Go type that a schema gets its name by: a reference gets none, and plain text needs none.
func definedType(n *yaml.Node) string {
	if refOf(n) != "" || member(n, "enum") == nil && member(n, "properties") == nil {
		return ""
	}
	return valueOf(member(n, "x-go-type-name"))
}

// reference is where n leads, as a $ref or in a discriminator.
func reference(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, "#/components/") {
		return n.Value
	}
	return ""
}

// collect lists what pick finds in n and below.
func collect(n *yaml.Node, pick func(*yaml.Node) string) []string {
	var all []string
	if found := pick(n); found != "" {
		all = append(all, found)
	}
	for _, child := range n.Content {
		all = append(all, collect(child, pick)...)
	}
	return all
}

// actionEnd is the line after the last one of an action; comments and empty lines before the next are not part of it.
func actionEnd(items *yaml.Node, i int, lines []string) int {
	end := len(lines) + 1
	if i+1 < len(items.Content) {
		end = items.Content[i+1].Line
	}
	for end > items.Content[i].Line+1 {
		last := strings.TrimSpace(lines[end-2])
		if last != "" && last[0] != '#' {
			break
		}
		end--
	}
	return end
}

func park(lines []string, indent int, parked []parkedAction) []byte {
	var out []string
	next := 0
	margin := strings.Repeat(" ", indent)
	for i, line := range lines {
		for next < len(parked) && i+1 >= parked[next].end {
			next++
		}
		if next == len(parked) || i+1 < parked[next].line {
			out = append(out, line)
			continue
		}
		if i+1 == parked[next].line {
			out = append(out, margin+parkedWhy+strings.Join(strings.Fields(parked[next].why), " ")+".")
		}
		if strings.TrimSpace(line) == "" {
			out = append(out, margin+parkedLine)
			continue
		}
		out = append(out, margin+parkedLine+" "+strings.TrimPrefix(line, margin))
	}
	return []byte(strings.Join(out, "\n"))
}

var actionTarget = regexp.MustCompile(`(?m)^ *- target: (.*)$`)

// namesOfGone lists the actions of an overlay that apply and have among other names one that is gone; now are the new names of
// those that are renamed, or nothing.
func namesOfGone(text []byte, file string, now map[string]string) []string {
	var lines []string
	for _, match := range actionTarget.FindAllStringSubmatch(string(text), -1) {
		for _, old := range sortedKeys(now) {
			if !strings.Contains(match[1], "'"+old+"'") && !strings.Contains(match[1], "/"+old+"'") {
				continue
			}
			line := fmt.Sprintf("%s: %s, which has %s", file, match[1], old)
			if now[old] != "" {
				line += ", called " + now[old] + " now"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// repeatedEnums removes what enums have twice, and returns what that was: a correction adds what is published now.
func repeatedEnums(doc *yaml.Node) []string {
	var found []string
	var walk func(n *yaml.Node, where string)
	walk = func(n *yaml.Node, where string) {
		if list := member(n, "enum"); list != nil && list.Kind == yaml.SequenceNode {
			seen := map[string]bool{}
			var kept []*yaml.Node
			for _, item := range list.Content {
				if id := item.ShortTag() + item.Value; item.Kind != yaml.ScalarNode || !seen[id] {
					seen[id] = true
					kept = append(kept, item)
					continue
				}
				found = append(found, where+": the value "+item.Value)
			}
			list.Content = kept
		}
		for i, child := range n.Content {
			switch {
			case n.Kind != yaml.MappingNode:
				walk(child, fmt.Sprintf("%s/%d", where, i))
			case i%2 == 1:
				walk(child, where+"/"+escaped(n.Content[i-1].Value))
			}
		}
	}
	walk(rootOf(doc), "#")
	return found
}
