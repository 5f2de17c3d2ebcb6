package lint

import (
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

func TestVersionsOfCorrections(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ versions, want string }{
		"a range":                           {"x-versions: v1.3.1 to v26.2.0", ""},
		"an open range":                     {"x-versions: from v1.3.1", ""},
		"a range without beginning":         {"x-versions: up to v1.3.6", ""},
		"a single version":                  {"x-versions: v1.3.6", ""},
		"observed on some":                  {"x-versions: v1.3.1 to v26.2.0\n    x-observed: v1.3.1, v25.4.0", ""},
		"not observed":                      {"x-versions: v1.3.1 to v26.2.0\n    x-observed: none", ""},
		"seen in published descriptions":    {"x-versions: up to v1.3.6\n    x-observed: published", ""},
		"no versions":                       {"x-note: v1.3.1 to v26.2.0", "corrections.yaml:7: $.info: has no x-versions"},
		"empty versions":                    {"x-versions: ''", "has no x-versions"},
		"another form":                      {"x-versions: v1.3.1 - v26.2.0", "is not a range: v1.3.1 - v26.2.0"},
		"a word":                            {"x-versions: from v25", "has v25, which is not a version"},
		"the wrong order":                   {"x-versions: v26.2.0 to v1.3.1", "ends before it begins"},
		"observed without versions":         {"x-versions: from v1.3.1\n    x-observed: ''", "x-observed has \"\""},
		"observed on a version outside":     {"x-versions: v1.3.1 to v1.3.6\n    x-observed: v1.3.1, v25.4.0", "x-observed has v25.4.0, which is not in"},
		"observed on a version before":      {"x-versions: from v25.4.0\n    x-observed: v1.3.1", "x-observed has v1.3.1, which is not in"},
		"observed on what is not a version": {"x-versions: from v25.4.0\n    x-observed: v25.4.0 and more", "x-observed has \"v25.4.0 and more\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := project.Project{Root: t.TempDir()}
			text := "overlay: 1.0.0\n# Two\n# lines.\n\nactions:\n  # One.\n  - target: $.info\n    " + tc.versions + "\n    description: Why.\n"
			if err := project.WriteFile(p.Corrections(), []byte(text)); err != nil {
				t.Fatal(err)
			}
			got, err := unversionedCorrections(p)
			if err != nil || (len(got) > 0) != (tc.want != "") || !strings.Contains(strings.Join(got, "\n"), tc.want) {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

// The check reports an action without versions.
func TestCheckRequiresVersions(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	text := strings.Replace(apitest.ReadFile(t, p.Corrections()), "    x-versions: v1.3.1 to v1.3.6\n", "", 1)
	if err := project.WriteFile(p.Corrections(), []byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := Check(p, new(strings.Builder)); err == nil || !strings.Contains(err.Error(), "has no x-versions") {
		t.Errorf("got %v", err)
	}
}
