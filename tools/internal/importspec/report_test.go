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

// section is what a report says under a title, without the title.
func section(report, title string) string {
	_, after, found := strings.Cut(report, "\n"+title)
	if !found {
		return ""
	}
	_, after, _ = strings.Cut(after, "\n")
	lines, _, _ := strings.Cut(after, "\n\n")
	return lines
}

// Each change leads to the sentences of ours that it may have made untrue.
func TestToBeReadAgain(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ours string // a sentence of ours, put at a place before
		at   string
		edit func(t *testing.T, doc *yaml.Node)
	}{
		"a value is gone": {"Always `input`, although all kinds are declared.", "/components/schemas/uiNodeInputAttributes/properties/node_type", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/uiNodeInputAttributes/properties/node_type/enum", "[input]")
		}},
		"a value is new": {"Any of a few words.", "/components/schemas/identity/properties/state", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, asleep]")
		}},
		"a default is gone": {"The declared default is refused.", "/paths/~1admin~1identities/get/parameters/query page_token", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/paths/~1admin~1identities/get/parameters/query page_token/schema/default", "")
		}},
		"a property is gone": {"Its member is of no use.", "/components/schemas/sessionDevice", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionDevice/properties/location", "")
		}},
		"a property is new": {"It has nothing else.", "/components/schemas/sessionDevice", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionDevice/properties/colour", "{type: string}")
		}},
		"a parameter is new": {"It takes nothing.", "/paths/~1sessions/delete", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/paths/~1sessions/delete/parameters", "[{name: all, in: query, schema: {type: boolean}}]")
		}},
		"a response is new": {"It never fails.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/paths/~1version/get/responses/429", "{description: d}")
		}},
		"a limit is another": {"At most as many as declared.", "/paths/~1admin~1identities/get/parameters/query page_size", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/paths/~1admin~1identities/get/parameters/query page_size/schema/maximum", "900")
		}},
		"a type is another": {"A piece of text.", "/components/schemas/sessionDevice/properties/id", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionDevice/properties/id/type", "integer")
		}},
		"an alternative is new": {"One of two.", "/components/schemas/updateLoginFlowBody", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/updateLoginFlowBody/oneOf", "[{$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithCodeMethod'}, {$ref: '#/components/schemas/session'}]")
		}},
		"a new property is named in another place": {"There is no `colour`.", "/components/schemas/genericError", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionDevice/properties/colour", "{type: string}")
		}},
		"a new value is named in another place": {"Nobody is `asleep` yet.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, asleep]")
		}},
		"a property that is gone is named in another place": {"See `location`.", "/paths/~1version/get", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionDevice/properties/location", "")
		}},
		"an operation that is gone is named in another place": {"See `disableMyOtherSessions`.", "/components/schemas/genericError", func(t *testing.T, doc *yaml.Node) {
			apitest.Put(t, doc, "/paths/~1sessions", "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			doc, err := node.Read(p.Contract())
			if err != nil {
				t.Fatal(err)
			}
			apitest.Put(t, node.Root(doc), tc.at+"/description", "'"+tc.ours+"'")
			text, err := yaml.Marshal(doc)
			if err == nil {
				err = os.WriteFile(p.Contract(), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			said := apitest.Take(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { tc.edit(t, doc) }), "v1.3.6")
			if got := section(said, "To be read again"); !strings.Contains(got, tc.at+"/description: "+tc.ours) {
				t.Errorf("not to be read again; it says\n%s", said)
			}
		})
	}
}

// What was published is shown beside what is to be written, and nothing of it is written.
func TestPublishedTextIsShown(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	publish := func(words string) []byte {
		return apitest.Publish(t, p, func(doc *yaml.Node) {
			apitest.Put(t, doc, "/components/schemas/sessionRisk", "{type: object, description: '"+words+"'}")
			apitest.Put(t, doc, "/components/schemas/session/description", "Old words.")
		})
	}
	said := apitest.Take(t, p, publish("How risky it is."), "v1.3.6")
	if want := "/components/schemas/sessionRisk/description\n    published: How risky it is.\n"; !strings.Contains(strings.ReplaceAll(said, "\n      ", "\n    "), want) {
		t.Errorf("not said: %s\nbut\n%s", want, said)
	}
	if got := section(said, "Changed in the published text"); got != "" {
		t.Errorf("the first version has changes: %s", got)
	}
	said = apitest.Take(t, p, publish("How risky it was."), "v1.3.6")
	if got, want := section(said, "Changed in the published text"), "  /components/schemas/sessionRisk/description: How risky it was."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if said = apitest.Take(t, p, publish("How  risky\nit was."), "v1.3.6"); section(said, "Changed in the published text") != "" {
		t.Errorf("other white space is a change: %s", said)
	}
	for _, file := range []string{p.Contract(), p.Published()} {
		if text := apitest.Read(t, file); strings.Contains(text, "risky") || strings.Contains(text, "Old words") {
			t.Errorf("%s has words of theirs", file)
		}
	}
}

// What is new and has a sibling of the same name and type gets our sentence about that, to be read
// again.
func TestSentencesOfSiblings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at, value string
		want      string // the place of the sentence that is taken, or nothing
	}{
		"the same name and type":  {"/components/schemas/updateLoginFlowWithCodeMethod/properties/password", "{type: string}", "/components/schemas/updateLoginFlowWithPasswordMethod/properties/password/description"},
		"another type":            {"/components/schemas/updateLoginFlowWithCodeMethod/properties/password", "{type: integer}", ""},
		"another name":            {"/components/schemas/updateLoginFlowWithCodeMethod/properties/pass", "{type: string}", ""},
		"the most similar schema": {"/components/schemas/updateLoginFlowWithSmokeMethod", "{type: object, properties: {csrf_token: {type: string}}}", "/components/schemas/updateLoginFlowWithCodeMethod/properties/csrf_token/description"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			said := apitest.Take(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Put(t, doc, tc.at, tc.value) }), "v1.3.6")
			got := section(said, "Sentences taken from siblings")
			if tc.want == "" {
				if got != "" {
					t.Errorf("got %s", got)
				}
				return
			}
			doc, err := node.Read(p.Contract())
			if err != nil {
				t.Fatal(err)
			}
			sentence := strings.TrimSpace(node.Value(node.Locate(node.Root(doc), tc.want)))
			if sentence == "" || !strings.Contains(got, sentence) {
				t.Errorf("got %s, want %s", got, sentence)
			}
		})
	}
}

// What is published now is found, also where it takes several corrections; what was published twice
// is not a correction.
func TestPublishedCorrections(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	said := apitest.Take(t, p, apitest.Publish(t, p, func(doc *yaml.Node) {
		for kind, value := range map[string]string{"Input": "[input]", "Text": "[text]"} {
			apitest.Put(t, doc, "/components/schemas/uiNode"+kind+"Attributes/properties/node_type/enum", value)
		}
		apitest.Put(t, doc, "/components/schemas/identity/properties/state/enum", "[active, inactive, active]")
	}), "v1.3.6")
	got := section(said, "Actions that are part of the published API")
	if !strings.Contains(got, "3 actions change nothing together: ") || !strings.Contains(got, "uiNodeTextAttributes.properties.node_type") {
		t.Errorf("got %s", said)
	}
	if strings.Contains(got, "value active") {
		t.Errorf("a value that is published twice is taken for a correction: %s", got)
	}
	if err := overlay.WriteEffective(p); err != nil {
		t.Error(err)
	}
}

// A version is what the file says, or what is asked for where it says none; it is written with a v.
func TestVersions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ said, asked, want, problem string }{
		"both":                          {"v1.4.0", "v1.4.0", "v1.4.0", ""},
		"only the file":                 {"v1.4.0", "", "v1.4.0", ""},
		"only what is asked for":        {"", "v1.4.0", "v1.4.0", ""},
		"what is asked for has no v":    {"", "1.4.0", "v1.4.0", ""},
		"the file has no v":             {"1.4.0", "", "v1.4.0", ""},
		"one of both has no v":          {"1.4.0", "v1.4.0", "v1.4.0", ""},
		"a pre-release":                 {"v1.4.0-rc.1", "", "v1.4.0-rc.1", ""},
		"a word instead of a version":   {"latest", "", "", "give VERSION"},
		"a word, and what is asked for": {"latest", "v1.4.0", "v1.4.0", ""},
		"neither":                       {"", "", "", "give VERSION"},
		"a word is asked for":           {"v1.4.0", "latest", "", "is not the name of a version"},
		"another one":                   {"v1.4.0", "v1.5.0", "", "says that it is version v1.4.0, not v1.5.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			plan, err := importPlan(t, p, apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Put(t, doc, "/info/version", "'"+tc.said+"'") }), tc.asked)
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

// An API of which more is new than known is asked about.
func TestIsThisKratos(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	said := apitest.Take(t, p, apitest.Publish(t, p, func(doc *yaml.Node) {
		for _, name := range strings.Fields("a b c d e f g h i j k l") {
			apitest.Put(t, doc, "/paths/~1"+name, "{get: {operationId: "+name+", responses: {'200': {description: d}}}}")
		}
	}), "v1.3.6")
	if want := "12 of its 23 operations are new: is this Kratos?"; !strings.Contains(said, want) {
		t.Errorf("not said: %s\nbut\n%s", want, said)
	}
}
