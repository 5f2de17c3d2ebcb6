package throttle

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"
)

// All spellings of a phone number have one counter, and other identifiers remain apart.
func TestCanonicalIdentifiers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" Ada@Example.org ":             "ada@example.org",
		"+49 (176) 6711-1638":           "+4917667111638",
		"+4917667111638;ext=7":          "+4917667111638",
		"+4917667111638 ext. 7":         "+4917667111638",
		"+4917667111638x7":              "+4917667111638",
		"+4917667111638#7":              "+4917667111638",
		"tel:+49-176-67111638":          "+4917667111638",
		"\uff0b\uff14\uff1917667111638": "+4917667111638",
		"+\u0664\u066917667111638":      "+4917667111638",
		"(+49) 17667111638":             "+4917667111638",
		"+ada@example.org":              "+ada@example.org",
		"4917":                          "4917",
		"ada 7":                         "ada 7",
	} {
		if got := canonicalIdentifier(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A cookie whose unused bits were changed is the same for Kratos.
func TestCanonicalCookies(t *testing.T) {
	t.Parallel()
	value := base64.URLEncoding.EncodeToString([]byte("MTY-session-1"))
	last := len(value) - 3 // before the padding
	for bits := range byte(4) {
		changed := []byte(value)
		changed[last] += bits
		if got := canonicalCookie(string(changed)); got != canonicalCookie(value) {
			t.Errorf("%s: %s, want %s", changed, got, canonicalCookie(value))
		}
	}
	if got := canonicalCookie("not base64!"); got != "not base64!" {
		t.Errorf("got %q", got)
	}
	if canonicalCookie(base64.URLEncoding.EncodeToString([]byte("another"))) == canonicalCookie(value) {
		t.Error("two cookies are the same")
	}
}

// Attempts that are taken back do not push out the counters of others.
func TestMemoryForgetsWhatIsTakenBack(t *testing.T) {
	t.Parallel()
	m := newMemory(100)
	m.add("failures", 6, time.Hour)
	for i := range 1000 {
		m.add(fmt.Sprint(i), 1, time.Hour)
		m.add(fmt.Sprint(i), -1, time.Hour)
	}
	if got := m.add("failures", 0, time.Hour); got != 6 {
		t.Errorf("got %d, want 6", got)
	}
}
