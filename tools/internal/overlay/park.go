package overlay

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// StillParked lists the actions of overlays that make spec has parked.
func StillParked(p project.Project) ([]string, error) {
	var findings []string
	for _, path := range []string{p.Corrections(), p.Golang()} {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if why, parked := strings.CutPrefix(strings.TrimSpace(line), parkedWhy); parked {
				findings = append(findings, fmt.Sprintf("api/%s:%d: an action is parked: %s mend or delete it", filepath.Base(path), i+1, why))
			}
		}
	}
	return findings, nil
}

// An action of an overlay that does not fit the API version taken in is parked: its lines become
// comments with the mark parkedLine, below one that says why. The next version taken in that it
// fits gets it back as it was. What stays parked fails the check.
const (
	parkedWhy  = "# Parked by make spec: "
	parkedLine = "#~"
)

var parkedText = regexp.MustCompile(`^( *)#~ ?(.*)$`)

// Unpark puts all parked actions of an overlay back.
func Unpark(text []byte) []byte {
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

// Parked is an action that does not fit, and why.
type Parked struct {
	File, Target, Why string
	Published         bool // what it does is part of the published API
	index, line, end  int
}

// Fit applies the overlay text to doc action by action, and returns the text with the actions
// parked that do not fit.
func Fit(doc *yaml.Node, text []byte, file string) ([]byte, []Parked, error) {
	text = Unpark(text)
	all, err := overlay.ParseReader(bytes.NewReader(text))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	tree := new(yaml.Node)
	if err := yaml.Unmarshal(text, tree); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	items := node.Member(node.Root(tree), "actions")
	if items == nil || items.Style&yaml.FlowStyle != 0 || len(items.Content) != len(all.Actions) {
		return nil, nil, fmt.Errorf("%s: the actions are no list with one item after the other", file)
	}
	refused := map[int]string{}
	for {
		tried, before := node.Copy(doc), len(refused)
		parked := applyFitting(tried, all, refused)
		refuseDangling(tried, all, parked, refused)
		if len(refused) > before {
			continue // without those
		}
		*doc = *tried
		lines := strings.Split(string(text), "\n")
		for i := range parked {
			at := parked[i].index
			parked[i].File, parked[i].line, parked[i].end = file, items.Content[at].Line, actionEnd(items, at, lines)
		}
		return park(lines, items.Column-1, parked), parked, nil
	}
}

// applyFitting applies the actions that fit, and returns the others. Those in refused do not, for
// the reason given; one that fails is added to these.
func applyFitting(doc *yaml.Node, all *overlay.Overlay, refused map[int]string) []Parked {
	var parked []Parked
	for i, action := range all.Actions {
		p := Parked{index: i, Target: action.Target, Why: refused[i]}
		if p.Why == "" {
			one := *all
			one.Actions = []overlay.Action{action}
			warnings, err := one.ApplyToStrict(doc)
			switch {
			case err != nil && strings.Contains(err.Error(), "did not match any targets"):
				p.Why = "its target is not there"
			case err != nil: // perhaps after it was applied in part
				refused[i] = err.Error()
				return nil
			case len(warnings) > 0:
				p.Why, p.Published = "it changes nothing, the API is published like that", true
			default:
				continue
			}
		}
		parked = append(parked, p)
	}
	return parked
}

// refuseDangling adds to refused the applied actions that refer to what is not there in the end.
func refuseDangling(doc *yaml.Node, all *overlay.Overlay, parked []Parked, refused map[int]string) {
	skipped := map[int]bool{}
	for _, p := range parked {
		skipped[p.index] = true
	}
	named := append(collect(node.Root(doc), definedType), node.Keys(node.Resolve(node.Root(doc), "#/components/schemas"))...)
	for i, action := range all.Actions {
		if skipped[i] {
			continue
		}
		for _, ref := range collect(&action.Update, reference) {
			if node.Resolve(node.Root(doc), ref) == nil {
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
func usedType(n *yaml.Node) string { return node.Value(node.Member(n, "x-go-type")) }

// definedType is the Go type that a schema gets its name by: a reference gets none, and plain text
// needs none.
func definedType(n *yaml.Node) string {
	if node.Ref(n) != "" || node.Member(n, "enum") == nil && node.Member(n, "properties") == nil {
		return ""
	}
	return node.Value(node.Member(n, "x-go-type-name"))
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

// actionEnd is the line after the last one of an action; comments and empty lines before the next
// are not part of it.
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

func park(lines []string, indent int, parked []Parked) []byte {
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
			out = append(out, margin+parkedWhy+strings.Join(strings.Fields(parked[next].Why), " ")+".")
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

// NamesOfGone lists the actions of an overlay that apply and have among other names one that is
// gone; now are the new names of those that are renamed, or nothing.
func NamesOfGone(text []byte, file string, now map[string]string) []string {
	var lines []string
	for _, match := range actionTarget.FindAllStringSubmatch(string(text), -1) {
		for _, old := range slices.Sorted(maps.Keys(now)) {
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

// RepeatedEnums removes what enums have twice, and returns what that was: a correction adds what is
// published now.
func RepeatedEnums(doc *yaml.Node) []string {
	var found []string
	var walk func(n *yaml.Node, where string)
	walk = func(n *yaml.Node, where string) {
		if list := node.Member(n, "enum"); list != nil && list.Kind == yaml.SequenceNode {
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
				walk(child, where+"/"+node.Escape(n.Content[i-1].Value))
			}
		}
	}
	walk(node.Root(doc), "#")
	return found
}
