package importspec

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checksums returns a checksum of each published text with its location, to detect changed texts in
// the next version without storing them.
func checksums(published map[string]string) []byte {
	var out bytes.Buffer
	for _, place := range slices.Sorted(maps.Keys(published)) {
		fmt.Fprintf(&out, "%s  %s\n", checksum(published[place]), place)
	}
	return out.Bytes()
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(text), " ")))
	return fmt.Sprintf("%x", sum[:4])
}

// changedTexts lists the published texts that differ from those of the old checksums.
func changedTexts(old []byte, published map[string]string) []string {
	var changed []string
	for line := range strings.SplitSeq(string(old), "\n") {
		before, place, _ := strings.Cut(line, "  ")
		if now, there := published[place]; there && checksum(now) != before {
			changed = append(changed, place+": "+now)
		}
	}
	slices.Sort(changed)
	return changed
}
