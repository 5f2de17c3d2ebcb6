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

// Disabled lists the disabled actions of the overlays.
func Disabled(p project.Project) ([]string, error) {
	var findings []string
	for _, path := range []string{p.Corrections(), p.Golang()} {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(data), "\n") {
			if why, disabled := strings.CutPrefix(strings.TrimSpace(line), reasonPrefix); disabled {
				findings = append(findings, fmt.Sprintf("api/%s:%d: a disabled action: %s Correct or delete it", filepath.Base(path), i+1, why))
			}
		}
	}
	return findings, nil
}

// The lines of a disabled action are comments with lineMark, below a comment with the reason. An
// import of a version that it applies to enables it again.
const (
	reasonPrefix = "# Disabled by make spec: "
	lineMark     = "#~"
)

var markedLine = regexp.MustCompile(`^( *)#~ ?(.*)$`)

// EnableAll enables all disabled actions of an overlay.
func EnableAll(data []byte) []byte {
	var out []string
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), reasonPrefix) {
			continue
		}
		if m := markedLine.FindStringSubmatch(line); m != nil {
			if line = m[1] + m[2]; m[2] == "" {
				line = ""
			}
		}
		out = append(out, line)
	}
	return []byte(strings.Join(out, "\n"))
}

// DisabledAction is a disabled action of an overlay.
type DisabledAction struct {
	File, Target, Reason string
	Published            bool // its effect is part of the published API
	index, line, end     int
}

// DisableInapplicable applies the actions of an overlay to doc one at a time, and returns the
// overlay with those disabled that do not apply.
func DisableInapplicable(doc *yaml.Node, data []byte, file string) ([]byte, []DisabledAction, error) {
	data = EnableAll(data)
	all, err := overlay.ParseReader(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	tree := new(yaml.Node)
	if err := yaml.Unmarshal(data, tree); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	items := node.Member(node.Root(tree), "actions")
	if items == nil || items.Style&yaml.FlowStyle != 0 || len(items.Content) != len(all.Actions) {
		return nil, nil, fmt.Errorf("%s: the actions are not a block-style list", file)
	}
	rejected := map[int]string{}
	for {
		tried, before := node.Clone(doc), len(rejected)
		disabled := applyApplicable(tried, all, rejected)
		rejectDangling(tried, all, disabled, rejected)
		if len(rejected) > before {
			continue // again, without those
		}
		*doc = *tried
		lines := strings.Split(string(data), "\n")
		for i := range disabled {
			at := disabled[i].index
			disabled[i].File, disabled[i].line, disabled[i].end = file, items.Content[at].Line, actionEnd(items, at, lines)
		}
		return disable(lines, items.Column-1, disabled), disabled, nil
	}
}

// applyApplicable applies the actions that apply, and returns the others. It skips those in
// rejected, and adds one that fails to them.
func applyApplicable(doc *yaml.Node, all *overlay.Overlay, rejected map[int]string) []DisabledAction {
	var disabled []DisabledAction
	for i, action := range all.Actions {
		p := DisabledAction{index: i, Target: action.Target, Reason: rejected[i]}
		if p.Reason == "" {
			one := *all
			one.Actions = []overlay.Action{action}
			warnings, err := one.ApplyToStrict(doc)
			switch {
			case err != nil && strings.Contains(err.Error(), "did not match any targets"):
				p.Reason = "its target does not exist"
			case err != nil: // possibly after it was applied in part
				rejected[i] = err.Error()
				return nil
			case len(warnings) > 0:
				p.Reason, p.Published = "it changes nothing: this is published", true
			default:
				continue
			}
		}
		disabled = append(disabled, p)
	}
	return disabled
}

// rejectDangling rejects applied actions that refer to something that does not exist in the result.
func rejectDangling(doc *yaml.Node, all *overlay.Overlay, disabled []DisabledAction, rejected map[int]string) {
	skipped := map[int]bool{}
	for _, p := range disabled {
		skipped[p.index] = true
	}
	named := goTypes(node.Root(doc))
	for i, action := range all.Actions {
		if skipped[i] {
			continue
		}
		for _, ref := range collectStrings(&action.Update, refIn) {
			if node.Resolve(node.Root(doc), ref) == nil {
				rejected[i] = "it refers to " + ref + ", which does not exist"
			}
		}
		for _, name := range usedGoTypes(&action.Update) {
			if !slices.ContainsFunc(named, func(n string) bool { return strings.EqualFold(n, name) }) {
				rejected[i] = "it uses the Go type " + name + ", which does not exist"
			}
		}
	}
}

// refIn returns the target of n in a $ref or discriminator.
func refIn(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, "#/components/") {
		return n.Value
	}
	return ""
}

// collectStrings lists what pick returns for n and the nodes below it.
func collectStrings(n *yaml.Node, pick func(*yaml.Node) string) []string {
	var all []string
	if found := pick(n); found != "" {
		all = append(all, found)
	}
	for _, child := range n.Content {
		all = append(all, collectStrings(child, pick)...)
	}
	return all
}

// actionEnd returns the line after the last one of an action. Comments and empty lines before the
// next action are not part of it.
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

func disable(lines []string, indent int, disabled []DisabledAction) []byte {
	var out []string
	next := 0
	margin := strings.Repeat(" ", indent)
	for i, line := range lines {
		for next < len(disabled) && i+1 >= disabled[next].end {
			next++
		}
		if next == len(disabled) || i+1 < disabled[next].line {
			out = append(out, line)
			continue
		}
		if i+1 == disabled[next].line {
			out = append(out, margin+reasonPrefix+strings.Join(strings.Fields(disabled[next].Reason), " ")+".")
		}
		if strings.TrimSpace(line) == "" {
			out = append(out, margin+lineMark)
			continue
		}
		out = append(out, margin+lineMark+" "+strings.TrimPrefix(line, margin))
	}
	return []byte(strings.Join(out, "\n"))
}

var actionTarget = regexp.MustCompile(`(?m)^ *- target: (.*)$`)

// TargetsWithRemovedNames lists the actions whose target has a removed name besides others; names
// has the new names of renamed ones, or "".
func TargetsWithRemovedNames(data []byte, file string, names map[string]string) []string {
	var lines []string
	for _, match := range actionTarget.FindAllStringSubmatch(string(data), -1) {
		for _, old := range slices.Sorted(maps.Keys(names)) {
			if !strings.Contains(match[1], "'"+old+"'") && !strings.Contains(match[1], "/"+old+"'") {
				continue
			}
			line := fmt.Sprintf("%s: %s, which has %s", file, match[1], old)
			if names[old] != "" {
				line += ", now called " + names[old]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// RemoveDuplicateEnumValues removes duplicate values of enums, and returns them: a correction adds
// what is published now.
func RemoveDuplicateEnumValues(doc *yaml.Node) []string {
	var found []string
	var walk func(n *yaml.Node, location string)
	walk = func(n *yaml.Node, location string) {
		if list := node.Member(n, "enum"); list != nil && list.Kind == yaml.SequenceNode {
			seen := map[string]bool{}
			var kept []*yaml.Node
			for _, item := range list.Content {
				if id := item.ShortTag() + item.Value; item.Kind != yaml.ScalarNode || !seen[id] {
					seen[id] = true
					kept = append(kept, item)
					continue
				}
				found = append(found, location+": the value "+item.Value)
			}
			list.Content = kept
		}
		for i, child := range n.Content {
			switch {
			case n.Kind != yaml.MappingNode:
				walk(child, fmt.Sprintf("%s/%d", location, i))
			case i%2 == 1:
				walk(child, location+"/"+node.Escape(n.Content[i-1].Value))
			}
		}
	}
	walk(node.Root(doc), "#")
	return found
}
