package importspec

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/diff"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// report prints the changes of the API and what is left to do.
func (t *importResult) report(out io.Writer) {
	if t.unchanged {
		fmt.Fprintf(out, "Kratos %s is imported already: no file is changed.\n", t.version)
	} else {
		fmt.Fprintf(out, "Kratos %s is imported.\n", t.version)
	}
	if t.known*2 < t.operations {
		fmt.Fprintf(out, "%d of its %d operations are new: is this Kratos?\n", t.operations-t.known, t.operations)
	}
	project.List(out, "Added", "", diff.Lines(t.changes.Added))
	project.List(out, "Changed", "", diff.Lines(t.changes.Changed))
	project.List(out, "Removed", "", diff.Lines(t.changes.Removed))
	var renamed []string
	for _, old := range slices.Sorted(maps.Keys(t.renamed)) {
		renamed = append(renamed, old+" is now "+t.renamed[old])
	}
	project.List(out, "Renamed", "with their descriptions", renamed)
	project.List(out, "Breaking", "programs for the old version can fail", t.breaking)
	project.List(out, "To write in api/openapi.yaml", "search for TODO", t.todo)
	project.List(out, "Restored descriptions", "from an earlier version of the contract: review them", t.restored)
	project.List(out, "Copied descriptions", "from something of the same name: review them", t.copied)
	project.List(out, "To review", "descriptions of what has changed, and those that mention it", t.review)
	project.List(out, "Changed published descriptions", "for information, do not copy them", t.reworded)
	project.List(out, "Removed descriptions", "see git show HEAD:api/openapi.yaml", t.removed)
	var stale, published []string
	for _, p := range t.disabled {
		line := p.File + ": " + p.Target + ": " + p.Reason
		if p.Published {
			published = append(published, line)
			continue
		}
		stale = append(stale, line)
	}
	published = append(published, t.obsolete...)
	project.List(out, "Disabled overlay actions", "correct the target and remove the marks, or delete them", stale)
	project.List(out, "Overlay actions that apply to fewer targets", "remove the name, or replace it by the new one", t.narrowed)
	project.List(out, "Overlay actions that are published now", "delete them", published)
	if len(t.extensions) > 0 {
		fmt.Fprintf(out, "\nOmitted extensions: %s.\n", strings.Join(slices.Sorted(maps.Keys(t.extensions)), ", "))
	}
	if t.omittedTexts > 0 {
		fmt.Fprintf(out, "\n%d published descriptions and examples are omitted: the contract has its own.\n", t.omittedTexts)
	}
	if !t.unchanged {
		fmt.Fprintln(out, "\nNext: make generate, then go test . for what wrappers/ lacks, then make check for the descriptions.")
	}
}
