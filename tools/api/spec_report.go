package main

import (
	"fmt"
	"io"
	"strings"
)

// report says what a new version brings for users, and what there is to do.
func (t *taken) report(out io.Writer) {
	if t.unchanged {
		fmt.Fprintf(out, "Kratos %s is what api/ has: nothing is changed.\n", t.version)
	} else {
		fmt.Fprintf(out, "Kratos %s is taken in.\n", t.version)
	}
	list(out, "New", "", t.changes.added)
	list(out, "Changed", "", t.changes.changed)
	list(out, "Gone", "", t.changes.gone)
	var renamed []string
	for _, old := range sortedKeys(t.renamed) {
		renamed = append(renamed, old+" is "+t.renamed[old]+" now")
	}
	list(out, "Renamed", "the sentences went along", renamed)
	list(out, "Breaking", "programs written for the old version can fail", t.breaking)
	list(out, "To be written in api/openapi.yaml", "find them by TODO", t.gaps)
	list(out, "To be read again", "our sentences may miss what is new here", t.reread)
	list(out, "Sentences of ours about what is gone", "git has them: git show HEAD:api/openapi.yaml", t.lost)
	var stale, published []string
	for _, p := range t.parked {
		line := p.file + ": " + p.target + ": " + p.why
		if p.published {
			published = append(published, line)
			continue
		}
		stale = append(stale, line)
	}
	for _, value := range t.published {
		published = append(published, "api/corrections.yaml adds what is published: "+value)
	}
	list(out, "Actions of overlays that do not apply", "they are parked: mend their target and remove the marks, or delete them", stale)
	list(out, "Actions of overlays that apply to less", "take the name out, or put the new one in", t.narrower)
	list(out, "Actions that are part of the published API", "delete them", published)
	var extensions []string
	for _, name := range sortedKeys(t.extensions) {
		extensions = append(extensions, fmt.Sprintf("%s (%d times)", name, t.extensions[name]))
	}
	list(out, "Extensions left out", "", extensions)
	if t.sentences > 0 {
		fmt.Fprintf(out, "\n%d published sentences and examples are left out: the contract has its own.\n", t.sentences)
	}
	if !t.unchanged {
		fmt.Fprintln(out, "\nNext: make generate, then go test . for what the wrapper lacks, then make check for the sentences.")
	}
}

func list(out io.Writer, title, note string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if note != "" {
		title += " (" + note + ")"
	}
	fmt.Fprintf(out, "\n%s:\n", title)
	for _, line := range lines {
		fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
}

// toReread lists what has new values, alternatives or limits, and a sentence that was written before.
func toReread(c factChanges) []string {
	seen := map[string]bool{}
	for _, line := range append(append([]string(nil), c.added...), c.changed...) {
		name, _, _ := strings.Cut(line, ": ")
		if i := strings.LastIndex(name, " › "); i >= 0 && !strings.HasPrefix(name[i+len(" › "):], "property ") && !strings.HasPrefix(name[i+len(" › "):], "parameter ") {
			seen[name[:i]] = true
		}
	}
	return sortedKeys(seen)
}
