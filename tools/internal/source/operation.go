package source

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Operation is an operation of the effective spec.
type Operation struct{ Method, Path, ID string }

// Operations returns the operations of the effective spec, by path and method.
func Operations(path string) ([]Operation, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var spec struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var operations []Operation
	for path, methods := range spec.Paths {
		for method, operation := range methods {
			if operation.OperationID != "" {
				operations = append(operations, Operation{strings.ToUpper(method), path, operation.OperationID})
			}
		}
	}
	if len(operations) == 0 {
		return nil, fmt.Errorf("%s has no operation", path)
	}
	slices.SortFunc(operations, func(a, b Operation) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	return operations, nil
}
