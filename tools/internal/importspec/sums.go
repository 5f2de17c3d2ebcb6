package importspec

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// sums keeps a hash of each published sentence by its place, so that the next version can tell
// which sentences changed without a word of the publisher in the repository.
func sums(published map[string]string) []byte {
	var out bytes.Buffer
	for _, place := range slices.Sorted(maps.Keys(published)) {
		fmt.Fprintf(&out, "%s  %s\n", hash(published[place]), place)
	}
	return out.Bytes()
}

func hash(sentence string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(sentence), " ")))
	return fmt.Sprintf("%x", sum[:4])
}

// changedSentences lists the published sentences that differ from those that the sums were made of,
// with what they say now.
func changedSentences(old []byte, published map[string]string) []string {
	var changed []string
	for line := range strings.SplitSeq(string(old), "\n") {
		before, place, _ := strings.Cut(line, "  ")
		if now, there := published[place]; there && hash(now) != before {
			changed = append(changed, place+": "+now)
		}
	}
	slices.Sort(changed)
	return changed
}
