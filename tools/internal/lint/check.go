// Package lint checks the contract, the overlays and the effective spec.
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

// Check validates the contract, the effective spec and the input of the generator, lints their
// texts, and lists what is left to do after an import.
func Check(p project.Project, out io.Writer) error {
	doc, err := node.ReadFile(p.Contract())
	if err != nil {
		return err
	}
	contract, err := spec.Load(doc, "api/openapi.yaml")
	if err != nil {
		return err
	}
	const contractName, effectiveName = "api/openapi.yaml", "gen/spec/openapi.json"
	data, err := os.ReadFile(p.Contract())
	if err != nil {
		return err
	}
	published, err := checkRules(contractName, data, doc)
	if err != nil {
		return err
	}
	publishedUnused, before := unusedComponents(doc), node.Clone(node.Root(doc))
	findings := lintTexts(contractName, contract)
	disabled, err := overlay.Disabled(p)
	if err != nil {
		return err
	}
	findings = append(findings, disabled...)
	unversioned, err := unversionedCorrections(p)
	if err != nil {
		return err
	}
	findings = append(findings, unversioned...)

	for _, path := range []string{p.Corrections(), p.Golang()} {
		obsolete, err := obsoleteActions(p, path)
		if err != nil {
			return err
		}
		findings = append(findings, obsolete...)
	}
	if err := overlay.Apply(doc, p.Corrections()); err != nil {
		return err
	}
	for _, value := range overlay.AlreadyPublished(doc, before) {
		findings = append(findings, "api/corrections.yaml adds what is published: "+value)
	}
	overlay.MarkReceived(doc)
	effective, err := spec.Load(doc, effectiveName)
	if err != nil {
		return err
	}
	if len(findings) == 0 { // otherwise, it has most of them too
		findings = lintTexts(effectiveName, effective)
	}
	if data, err = node.ToJSON(doc); err != nil {
		return err
	}
	wrong, err := checkRules(effectiveName, data, doc)
	if err != nil {
		return err
	}
	findings = append(findings, applyExceptions(wrong)...)
	findings = append(findings, undeclaredSecuritySchemes(doc)...)
	for _, ref := range unusedComponents(doc) {
		if node.Resolve(before, ref) == nil {
			findings = append(findings, "api/corrections.yaml: unused component "+ref)
		}
	}
	findings = append(findings, staleCounts(p, contract)...)
	if err := checkGenerated(p, doc); err != nil {
		return err
	}
	if err := overlay.Apply(doc, p.Golang()); err != nil {
		return err
	}
	if len(findings) > 0 {
		return errors.New(strings.Join(findings, "\n"))
	}
	fmt.Fprintf(out, "contract and effective spec are valid: %d operations, %d schemas, %d descriptions\n", len(spec.Operations(contract)), len(contract.Components.Schemas), countTexts(contract))
	fmt.Fprintf(out, "  as published: %d unused components, %d faults that are corrected or listed as exceptions\n", len(publishedUnused), len(published))
	return nil
}

// obsoleteActions lists the actions of an overlay that together change nothing.
func obsoleteActions(p project.Project, path string) ([]string, error) {
	doc, err := node.ReadFile(p.Contract())
	if err != nil {
		return nil, err
	}
	if path == p.Golang() { // it is applied after the corrections
		if err := overlay.Apply(doc, p.Corrections()); err != nil {
			return nil, err
		}
		overlay.RemoveDuplicateEnumValues(doc)
		overlay.MarkReceived(doc)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return overlay.Obsolete(doc, data, "api/"+filepath.Base(path))
}

// exceptions are faults of the effective spec that are accepted, by location, with the reason.
var exceptions = map[string]string{
	"#/paths/~1.well-known~1ory~1webauthn.js/get/responses": "a file that is embedded in Kratos: no failure is published or known",
}

// applyExceptions removes the faults that are exceptions. An exception without a fault is a fault.
func applyExceptions(findings []string) []string {
	used := map[string]bool{}
	remaining := slices.DeleteFunc(findings, func(finding string) bool {
		for place := range exceptions {
			if strings.Contains(finding, ": "+place+": ") {
				used[place] = true
				return true
			}
		}
		return false
	})
	for _, place := range slices.Sorted(maps.Keys(exceptions)) {
		if !used[place] {
			remaining = append(remaining, "tools/internal/lint/check.go: the exception "+place+" is not needed")
		}
	}
	return remaining
}

// undeclaredSecuritySchemes finds security requirements whose scheme is not defined.
func undeclaredSecuritySchemes(doc *yaml.Node) []string {
	var findings []string
	schemes := node.Resolve(node.Root(doc), "#/components/securitySchemes")
	spec.Walk(node.Root(doc), "document", "#", func(n *yaml.Node, kind, location string) {
		if kind != "operation" {
			return
		}
		for _, requirement := range node.Items(node.Member(n, "security")) {
			for _, name := range node.Keys(requirement) {
				if node.Member(schemes, name) == nil {
					findings = append(findings, fmt.Sprintf("gen/spec/openapi.json: %s: requires the security scheme %s, which does not exist", location, name))
				}
			}
		}
	})
	return findings
}

var countsPattern = regexp.MustCompile(`\d+ operations, \d+ schemas`)

// staleCounts finds numbers in the first section of the changelog that differ from the contract.
func staleCounts(p project.Project, contract *openapi3.T) []string {
	data, err := os.ReadFile(p.Path("CHANGELOG.md"))
	if err != nil {
		return nil // there is no changelog
	}
	sections := strings.SplitN(string(data), "\n## ", 3)
	want := fmt.Sprintf("%d operations, %d schemas", len(spec.Operations(contract)), len(contract.Components.Schemas))
	if found := countsPattern.FindString(sections[min(1, len(sections)-1)]); found != "" && found != want {
		return []string{"CHANGELOG.md: has " + found + "; the contract has " + want}
	}
	return nil
}

// checkGenerated returns an error unless the effective spec in gen/ is that of api/.
func checkGenerated(p project.Project, doc *yaml.Node) error {
	want, err := node.ToJSON(doc)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(p.Effective())
	if err != nil {
		return err
	}
	if string(got) != string(want) {
		return errors.New("gen/spec/openapi.json is out of date: run make generate")
	}
	return nil
}
