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

const perhaps = "perhaps: "

// Breaking tells which changes from one description to another can make a program fail that was
// written for the first, each once with the operations that have it.
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
		return nil, fmt.Errorf("the descriptions cannot be compared: %w", err)
	}
	changes := checker.CheckBackwardCompatibility(checker.NewConfig(checker.GetAllChecks()), found, sources)
	localize := checker.NewDefaultLocalizer()
	where := map[string][]string{}
	for _, change := range changes {
		text := change.GetUncolorizedText(localize)
		if !change.IsBreaking() || strings.Contains(change.GetId(), "response") && strings.Contains(change.GetId(), "enum-value-added") {
			text = perhaps + text // this SDK's enums take values they do not know
		}
		id := change.GetOperationId()
		if id == "" {
			id = change.GetPath()
		}
		where[text] = append(where[text], id)
	}
	var lines []string
	for _, text := range slices.Sorted(maps.Keys(where)) {
		if ids := where[text]; len(ids) > 1 {
			lines = append(lines, fmt.Sprintf("%s (%s and %d more)", text, ids[0], len(ids)-1))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", text, where[text][0]))
	}
	return lines, nil
}

// loadComparable loads a description the way the comparison wants it.
func loadComparable(name string, doc *yaml.Node) (*oasload.SpecInfo, error) {
	text, err := node.JSON(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	spec, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &oasload.SpecInfo{Url: name, Spec: spec}, nil
}
