package importspec_test

import (
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
)

// section returns the lines of a report below a title.
func section(report, title string) string {
	_, after, found := strings.Cut(report, "\n"+title)
	if !found {
		return ""
	}
	_, after, _ = strings.Cut(after, "\n")
	lines, _, _ := strings.Cut(after, "\n\n")
	return lines
}

// For each change, the report lists the descriptions that it may have made wrong.
func TestToReview(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		description string // in the contract, before the import
		at          string
		edit        func(t *testing.T, doc *yaml.Node)
	}{
		"a removed value": {"Always `input`, although all kinds are declared.", "/components/schemas/uiNodeInputAttributes/properties/node_type", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/uiNodeInputAttributes/properties/node_type/enum", "[input]")
		}},
		"a new value": {"Any of a few words.", "/components/schemas/identity/properties/state", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, asleep]")
		}},
		"a removed default": {"The declared default is refused.", "/paths/~1admin~1identities/get/parameters/query page_token", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/paths/~1admin~1identities/get/parameters/query page_token/schema/default", "")
		}},
		"a removed property": {"Its member is of no use.", "/components/schemas/sessionDevice", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionDevice/properties/location", "")
		}},
		"a new property": {"It has nothing else.", "/components/schemas/sessionDevice", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionDevice/properties/colour", "{type: string}")
		}},
		"a new parameter": {"It takes nothing.", "/paths/~1sessions/delete", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/paths/~1sessions/delete/parameters", "[{name: all, in: query, schema: {type: boolean}}]")
		}},
		"a new response": {"It never fails.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/paths/~1version/get/responses/429", "{description: d}")
		}},
		"a changed limit": {"At most as many as declared.", "/paths/~1admin~1identities/get/parameters/query page_size", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/paths/~1admin~1identities/get/parameters/query page_size/schema/maximum", "900")
		}},
		"a changed type": {"A piece of text.", "/components/schemas/sessionDevice/properties/id", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionDevice/properties/id/type", "integer")
		}},
		"a new alternative": {"One of two.", "/components/schemas/updateLoginFlowBody", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/updateLoginFlowBody/oneOf", "[{$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithCodeMethod'}, {$ref: '#/components/schemas/session'}]")
		}},
		"a new property that another description mentions": {"There is no `colour`.", "/components/schemas/genericError", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionDevice/properties/colour", "{type: string}")
		}},
		"a new value that another description mentions": {"Nobody is `asleep` yet.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, asleep]")
		}},
		"a removed property that another description mentions": {"See `location`.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionDevice/properties/location", "")
		}},
		"a removed operation that another description mentions": {"See `disableMyOtherSessions`.", "/components/schemas/genericError", func(t *testing.T, doc *yaml.Node) {
			apitest.Set(t, doc, "/paths/~1sessions", "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			doc, err := node.ReadFile(p.Contract())
			if err != nil {
				t.Fatal(err)
			}
			apitest.Set(t, node.Root(doc), tc.at+"/description", "'"+tc.description+"'")
			text, err := yaml.Marshal(doc)
			if err == nil {
				err = os.WriteFile(p.Contract(), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			report := apitest.Import(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { tc.edit(t, doc) }), "v1.3.6")
			if got := section(report, "To review"); !strings.Contains(got, tc.at+"/description: "+tc.description) {
				t.Errorf("not in\n%s", report)
			}
		})
	}
}

// The report has published descriptions; no file has them.
func TestPublishedDescriptions(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	publish := func(words string) []byte {
		return apitest.Publish(t, p, func(doc *yaml.Node) {
			apitest.Set(t, doc, "/components/schemas/sessionRisk", "{type: object, description: '"+words+"'}")
			apitest.Set(t, doc, "/components/schemas/session/description", "Old words.")
		})
	}
	report := apitest.Import(t, p, publish("How risky it is."), "v1.3.6")
	if want := "/components/schemas/sessionRisk/description\n    published: How risky it is.\n"; !strings.Contains(strings.ReplaceAll(report, "\n      ", "\n    "), want) {
		t.Errorf("missing: %s\nin\n%s", want, report)
	}
	if got := section(report, "Changed published descriptions"); got != "" {
		t.Errorf("the first version has changes: %s", got)
	}
	report = apitest.Import(t, p, publish("How risky it was."), "v1.3.6")
	if got, want := section(report, "Changed published descriptions"), "  /components/schemas/sessionRisk/description: How risky it was."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if report = apitest.Import(t, p, publish("How  risky\nit was."), "v1.3.6"); section(report, "Changed published descriptions") != "" {
		t.Errorf("a change of white space is reported: %s", report)
	}
	for _, file := range []string{p.Contract(), p.Published()} {
		if text := apitest.ReadFile(t, file); strings.Contains(text, "risky") || strings.Contains(text, "Old words") {
			t.Errorf("%s has published descriptions", file)
		}
	}
}

// A new property or parameter gets the description of one with the same name and type.
func TestCopiedDescriptions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at, value string
		want      string // the location of the copied description, or ""
	}{
		"the same name and type":  {"/components/schemas/updateLoginFlowWithCodeMethod/properties/password", "{type: string}", "/components/schemas/updateLoginFlowWithPasswordMethod/properties/password/description"},
		"another type":            {"/components/schemas/updateLoginFlowWithCodeMethod/properties/password", "{type: integer}", ""},
		"another name":            {"/components/schemas/updateLoginFlowWithCodeMethod/properties/pass", "{type: string}", ""},
		"the most similar schema": {"/components/schemas/updateLoginFlowWithSmokeMethod", "{type: object, properties: {csrf_token: {type: string}}}", "/components/schemas/updateLoginFlowWithCodeMethod/properties/csrf_token/description"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			report := apitest.Import(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Set(t, doc, tc.at, tc.value) }), "v1.3.6")
			got := section(report, "Copied descriptions")
			if tc.want == "" {
				if got != "" {
					t.Errorf("got %s", got)
				}
				return
			}
			doc, err := node.ReadFile(p.Contract())
			if err != nil {
				t.Fatal(err)
			}
			text := strings.TrimSpace(node.Value(node.Find(node.Root(doc), tc.want)))
			if text == "" || !strings.Contains(got, text) {
				t.Errorf("got %s, want %s", got, text)
			}
		})
	}
}

// Corrections that are published now are reported, also if there are several for one change.
func TestPublishedCorrections(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	report := apitest.Import(t, p, apitest.Publish(t, p, func(doc *yaml.Node) {
		for kind, value := range map[string]string{"Input": "[input]", "Text": "[text]"} {
			apitest.Set(t, doc, "/components/schemas/uiNode"+kind+"Attributes/properties/node_type/enum", value)
		}
		apitest.Set(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, active]")
	}), "v1.3.6")
	got := section(report, "Overlay actions that are published now")
	if !strings.Contains(got, "3 actions together change nothing: ") || !strings.Contains(got, "uiNodeTextAttributes.properties.node_type") {
		t.Errorf("got %s", report)
	}
	if strings.Contains(got, "value active") {
		t.Errorf("a duplicate published value is reported: %s", got)
	}
	if err := overlay.WriteEffective(p); err != nil {
		t.Error(err)
	}
}

// The version is that of the file, or the requested one if the file has none; it begins with a v.
func TestVersions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ declared, requested, want, problem string }{
		"both":                          {"v1.4.0", "v1.4.0", "v1.4.0", ""},
		"only the file":                 {"v1.4.0", "", "v1.4.0", ""},
		"only the requested one":        {"", "v1.4.0", "v1.4.0", ""},
		"the requested one has no v":    {"", "1.4.0", "v1.4.0", ""},
		"the file has no v":             {"1.4.0", "", "v1.4.0", ""},
		"one of both has no v":          {"1.4.0", "v1.4.0", "v1.4.0", ""},
		"a pre-release":                 {"v1.4.0-rc.1", "", "v1.4.0-rc.1", ""},
		"a word instead of a version":   {"latest", "", "", "set VERSION"},
		"a word, and the requested one": {"latest", "v1.4.0", "v1.4.0", ""},
		"neither":                       {"", "", "", "set VERSION"},
		"a word is requested":           {"v1.4.0", "latest", "", "is not a version"},
		"another one":                   {"v1.4.0", "v1.5.0", "", "is version v1.4.0, not v1.5.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			plan, err := importFile(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Set(t, doc, "/info/version", "'"+tc.declared+"'") }), tc.requested)
			if tc.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tc.problem) {
					t.Errorf("got %v, want %s", err, tc.problem)
				}
				return
			}
			if err != nil || !strings.Contains(plan, "Kratos "+tc.want+" is") {
				t.Errorf("got %s, %v", plan, err)
			}
		})
	}
}

// The report asks whether the API is that of Kratos if most of it is new.
func TestIsThisKratos(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	report := apitest.Import(t, p, apitest.Publish(t, p, func(doc *yaml.Node) {
		for _, name := range strings.Fields("a b c d e f g h i j k l") {
			apitest.Set(t, doc, "/paths/~1"+name, "{get: {operationId: "+name+", responses: {'200': {description: d}}}}")
		}
	}), "v1.3.6")
	if want := "12 of its 23 operations are new: is this Kratos?"; !strings.Contains(report, want) {
		t.Errorf("missing: %s\nin\n%s", want, report)
	}
}
