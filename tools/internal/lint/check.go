// Package lint finds faults of the contract, of the overlays and of the effective spec.
package lint

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// Check validates the contract, the effective spec, and what the generator sees; lints the texts of
// the first two; and lists what a new version of the API has left to be done.
func Check(p project.Project, out io.Writer) error {
	doc, err := node.Read(p.Contract())
	if err != nil {
		return err
	}
	contract, err := spec.Load(doc, "api/openapi.yaml")
	if err != nil {
		return err
	}
	const contractName, effectiveName = "api/openapi.yaml", "gen/spec/openapi.json"
	text, err := os.ReadFile(p.Contract())
	if err != nil {
		return err
	}
	published, err := rules(contractName, text, doc)
	if err != nil {
		return err
	}
	publishedUnused, before := unused(doc), node.Copy(node.Root(doc))
	findings := lint(contractName, contract)
	parked, err := overlay.StillParked(p)
	if err != nil {
		return err
	}
	findings = append(findings, parked...)

	for _, path := range []string{p.Corrections(), p.Golang()} {
		obsolete, err := obsoleteIn(p, path)
		if err != nil {
			return err
		}
		findings = append(findings, obsolete...)
	}
	if err := overlay.Apply(doc, p.Corrections()); err != nil {
		return err
	}
	for _, value := range overlay.AddedTwice(doc, before) {
		findings = append(findings, "api/corrections.yaml adds what is published: "+value)
	}
	effective, err := spec.Load(doc, effectiveName)
	if err != nil {
		return err
	}
	if len(findings) == 0 { // else it has most of them too
		findings = lint(effectiveName, effective)
	}
	if text, err = node.JSON(doc); err != nil {
		return err
	}
	wrong, err := rules(effectiveName, text, doc)
	if err != nil {
		return err
	}
	findings = append(findings, excuse(wrong)...)
	findings = append(findings, undeclaredSchemes(doc)...)
	for _, ref := range unused(doc) {
		if node.Resolve(before, ref) == nil {
			findings = append(findings, "api/corrections.yaml: nothing refers to "+ref)
		}
	}
	findings = append(findings, staleCounts(p, contract)...)
	if err := current(p, doc); err != nil {
		return err
	}
	if err := overlay.Apply(doc, p.Golang()); err != nil {
		return err
	}
	if len(findings) > 0 {
		return errors.New(strings.Join(findings, "\n"))
	}
	fmt.Fprintf(out, "contract and effective spec are valid: %d operations, %d schemas, %d texts\n", len(spec.Operations(contract)), len(contract.Components.Schemas), texts(contract))
	fmt.Fprintf(out, "  published like that: %d components that nothing refers to, %d faults that corrections mend or excuses name\n", len(publishedUnused), len(published))
	return nil
}

// obsoleteIn lists the actions of an overlay that change nothing together.
func obsoleteIn(p project.Project, path string) ([]string, error) {
	doc, err := node.Read(p.Contract())
	if err != nil {
		return nil, err
	}
	if path == p.Golang() { // it goes on top of the other
		if err := overlay.Apply(doc, p.Corrections()); err != nil {
			return nil, err
		}
		overlay.RepeatedEnums(doc)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return overlay.Obsolete(doc, text, "api/"+filepath.Base(path))
}

// excuses are faults of the effective spec that stay, by their place, with the reason.
var excuses = map[string]string{
	"#/paths/~1.well-known~1ory~1webauthn.js/get/responses": "a file that Kratos has in itself: no failure is published, and none was seen",
}

// excuse takes the faults out that have an excuse; one that excuses nothing is a fault itself.
func excuse(findings []string) []string {
	used := map[string]bool{}
	kept := slices.DeleteFunc(findings, func(finding string) bool {
		for place := range excuses {
			if strings.Contains(finding, ": "+place+": ") {
				used[place] = true
				return true
			}
		}
		return false
	})
	for _, place := range slices.Sorted(maps.Keys(excuses)) {
		if !used[place] {
			kept = append(kept, "tools/internal/lint/check.go: excuses "+place+", which has no fault")
		}
	}
	return kept
}

// undeclaredSchemes finds security requirements that the effective spec does not explain.
func undeclaredSchemes(doc *yaml.Node) []string {
	var findings []string
	schemes := node.Resolve(node.Root(doc), "#/components/securitySchemes")
	spec.Visit(node.Root(doc), "document", "#", func(n *yaml.Node, kind, where string) {
		if kind != "operation" {
			return
		}
		for _, requirement := range node.Items(node.Member(n, "security")) {
			for _, name := range node.Keys(requirement) {
				if node.Member(schemes, name) == nil {
					findings = append(findings, fmt.Sprintf("gen/spec/openapi.json: %s: asks for the security scheme %s, which is not there", where, name))
				}
			}
		}
	})
	return findings
}

var counts = regexp.MustCompile(`\d+ operations, \d+ schemas`)

// staleCounts finds numbers in the changelog's first section that are not those of the contract.
func staleCounts(p project.Project, contract *openapi3.T) []string {
	text, err := os.ReadFile(p.Path("CHANGELOG.md"))
	if err != nil {
		return nil // there is none
	}
	sections := strings.SplitN(string(text), "\n## ", 3)
	want := fmt.Sprintf("%d operations, %d schemas", len(spec.Operations(contract)), len(contract.Components.Schemas))
	if said := counts.FindString(sections[min(1, len(sections)-1)]); said != "" && said != want {
		return []string{"CHANGELOG.md: says " + said + "; the contract has " + want}
	}
	return nil
}

// current reports whether the effective spec in gen/ is what contract and corrections make.
func current(p project.Project, doc *yaml.Node) error {
	want, err := node.JSON(doc)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(p.Effective())
	if err != nil {
		return err
	}
	if string(got) != string(want) {
		return errors.New("gen/spec/openapi.json is not what api/ makes: run make generate")
	}
	return nil
}
