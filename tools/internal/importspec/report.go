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

// report says what a new version brings for users, and what there is to do.
func (t *taken) report(out io.Writer) {
	if t.unchanged {
		fmt.Fprintf(out, "Kratos %s is what api/ has: nothing is changed.\n", t.version)
	} else {
		fmt.Fprintf(out, "Kratos %s is taken in.\n", t.version)
	}
	if t.known*2 < t.operations {
		fmt.Fprintf(out, "%d of its %d operations are new: is this Kratos?\n", t.operations-t.known, t.operations)
	}
	project.List(out, "New", "", diff.Lines(t.changes.Added))
	project.List(out, "Changed", "", diff.Lines(t.changes.Changed))
	project.List(out, "Gone", "", diff.Lines(t.changes.Gone))
	var renamed []string
	for _, old := range slices.Sorted(maps.Keys(t.renamed)) {
		renamed = append(renamed, old+" is "+t.renamed[old]+" now")
	}
	project.List(out, "Renamed", "the sentences went along", renamed)
	project.List(out, "Breaking", "programs written for the old version can fail", t.breaking)
	project.List(out, "To be written in api/openapi.yaml", "find them by TODO", t.gaps)
	project.List(out, "Sentences that are back", "an earlier version of the contract had them: read them again", t.back)
	project.List(out, "Sentences taken from siblings", "read them again: something of the same name had them", t.proposed)
	project.List(out, "To be read again", "our sentences about what has changed, and those that name it", t.reread)
	project.List(out, "Changed in the published text", "for reading, not for copying", t.reworded)
	project.List(out, "Sentences of ours about what is gone", "git has them: git show HEAD:api/openapi.yaml", t.lost)
	var stale, published []string
	for _, p := range t.parked {
		line := p.File + ": " + p.Target + ": " + p.Why
		if p.Published {
			published = append(published, line)
			continue
		}
		stale = append(stale, line)
	}
	published = append(published, t.published...)
	project.List(out, "Actions of overlays that do not apply", "they are parked: mend their target and remove the marks, or delete them", stale)
	project.List(out, "Actions of overlays that apply to less", "take the name out, or put the new one in", t.narrower)
	project.List(out, "Actions that are part of the published API", "delete them", published)
	if len(t.extensions) > 0 {
		fmt.Fprintf(out, "\nExtensions left out: %s.\n", strings.Join(slices.Sorted(maps.Keys(t.extensions)), ", "))
	}
	if t.sentences > 0 {
		fmt.Fprintf(out, "\n%d published sentences and examples are left out: the contract has its own.\n", t.sentences)
	}
	if !t.unchanged {
		fmt.Fprintln(out, "\nNext: make generate, then go test . for what the wrapper lacks, then make check for the sentences.")
	}
}
