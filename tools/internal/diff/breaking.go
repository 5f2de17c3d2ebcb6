package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	oasload "github.com/oasdiff/oasdiff/load"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

const possibly = "possibly: "

// Breaking lists the changes that can break programs for the old description, each once with its
// operations.
func Breaking(old, now *yaml.Node) ([]string, error) {
	before, err := loadComparable("the old description", old)
	if err != nil {
		return nil, err
	}
	after, err := loadComparable("the new description", now)
	if err != nil {
		return nil, err
	}
	found, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), before, after)
	if err != nil {
		return nil, fmt.Errorf("comparing descriptions: %w", err)
	}
	changes := checker.CheckBackwardCompatibility(checker.NewConfig(checker.GetAllChecks()), found, sources)
	localize := checker.NewDefaultLocalizer()
	location := map[string][]string{}
	for _, change := range changes {
		text := change.GetUncolorizedText(localize)
		if !change.IsBreaking() || strings.Contains(change.GetId(), "response") && strings.Contains(change.GetId(), "enum-value-added") {
			text = possibly + text // enums of this SDK accept unknown values
		}
		id := change.GetOperationId()
		if id == "" {
			id = change.GetPath()
		}
		location[text] = append(location[text], id)
	}
	var lines []string
	for _, text := range slices.Sorted(maps.Keys(location)) {
		if ids := location[text]; len(ids) > 1 {
			lines = append(lines, fmt.Sprintf("%s (%s and %d more)", text, ids[0], len(ids)-1))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", text, location[text][0]))
	}
	return lines, nil
}

// loadComparable loads a description for oasdiff.
func loadComparable(name string, doc *yaml.Node) (*oasload.SpecInfo, error) {
	text, err := node.ToJSON(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	spec, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &oasload.SpecInfo{Url: name, Spec: spec}, nil
}
