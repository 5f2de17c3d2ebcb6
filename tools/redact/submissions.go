package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// readSubmissions returns the names of the schemas that a request body can have besides the one
// that its operation names: the members of its union.
func readSubmissions(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	type reference struct {
		Ref string `json:"$ref"`
	}
	var spec struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Schema reference }
			}
		}
		Components struct {
			Schemas map[string]struct{ OneOf []reference }
		}
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	names := map[string]bool{}
	for _, operations := range spec.Paths {
		for _, operation := range operations {
			body := operation.RequestBody.Content["application/json"].Schema
			for _, member := range spec.Components.Schemas[schemaName(body.Ref)].OneOf {
				names[schemaName(member.Ref)] = true
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no submissions", path)
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func schemaName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
