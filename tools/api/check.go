package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// check validates the contract, the effective spec, and what the generator sees; lints the texts of the first two; and lists what
// a new version of the API has left to be done.
func check(p project, out io.Writer) error {
	doc, err := readYAML(p.contract())
	if err != nil {
		return err
	}
	contract, err := load(doc, "api/openapi.yaml")
	if err != nil {
		return err
	}
	const contractName, effectiveName = "api/openapi.yaml", "gen/spec/openapi.json"
	published, publishedUnused, before := rules(contractName, doc), unused(doc), copyOf(rootOf(doc))
	findings := lint(contractName, contract)
	parked, err := stillParked(p)
	if err != nil {
		return err
	}
	findings = append(findings, parked...)

	if err := apply(doc, p.corrections()); err != nil {
		return err
	}
	for _, value := range repeatedEnums(doc) {
		findings = append(findings, "api/corrections.yaml adds what is published: "+value)
	}
	effective, err := load(doc, effectiveName)
	if err != nil {
		return err
	}
	if len(findings) == 0 { // else it has most of them too
		findings = lint(effectiveName, effective)
	}
	wrong := excuse(rules(effectiveName, doc))
	findings = append(findings, wrong...)
	findings = append(findings, undeclaredSchemes(doc)...)
	for _, ref := range unused(doc) {
		if resolve(before, ref) == nil {
			findings = append(findings, "api/corrections.yaml: nothing refers to "+ref)
		}
	}
	if err := current(p, doc); err != nil {
		return err
	}
	if err := apply(doc, p.golang()); err != nil {
		return err
	}
	if len(findings) > 0 {
		return errors.New(strings.Join(findings, "\n"))
	}
	fmt.Fprintf(out, "contract and effective spec are valid: %d operations, %d schemas, %d texts\n", len(operations(contract)), len(contract.Components.Schemas), texts(contract))
	fmt.Fprintf(out, "  published like that: %d components that nothing refers to, %d faults that corrections mend or excuses name\n", len(publishedUnused), len(published))
	return nil
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
	for _, place := range sortedKeys(excuses) {
		if !used[place] {
			kept = append(kept, "tools/api/check.go: excuses "+place+", which has no fault")
		}
	}
	return kept
}

// undeclaredSchemes finds security requirements that the effective spec does not explain.
func undeclaredSchemes(doc *yaml.Node) []string {
	var findings []string
	schemes := resolve(rootOf(doc), "#/components/securitySchemes")
	visit(rootOf(doc), "document", "#", func(n *yaml.Node, kind, where string) {
		if kind != "operation" {
			return
		}
		for _, requirement := range itemsOf(member(n, "security")) {
			for _, name := range keysOf(requirement) {
				if member(schemes, name) == nil {
					findings = append(findings, fmt.Sprintf("gen/spec/openapi.json: %s: asks for the security scheme %s, which is not there", where, name))
				}
			}
		}
	})
	return findings
}

// stillParked lists the actions of overlays that make spec has parked.
func stillParked(p project) ([]string, error) {
	var findings []string
	for _, path := range []string{p.corrections(), p.golang()} {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if why, parked := strings.CutPrefix(strings.TrimSpace(line), parkedWhy); parked {
				findings = append(findings, fmt.Sprintf("api/%s:%d: an action is parked: %s mend or delete it", filepath.Base(path), i+1, why))
			}
		}
	}
	return findings, nil
}

// current reports whether the effective spec in gen/ is what contract and corrections make.
func current(p project, doc *yaml.Node) error {
	want, err := toJSON(doc)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(p.effective())
	if err != nil {
		return err
	}
	if string(got) != string(want) {
		return errors.New("gen/spec/openapi.json is not what api/ makes: run make generate")
	}
	return nil
}
