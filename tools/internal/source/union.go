package source

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Union is a request body that is one of several schemas (oneOf or anyOf).
type Union struct {
	Operation     string            // the operationId
	Discriminator string            // the discriminating property; "" if there is none
	Members       []string          // the names of the schemas
	Values        map[string]string // the names of schemas by the value of the discriminator
}

// Unions returns the request bodies in the effective spec that are unions, by operation.
func Unions(path string) ([]Union, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	type schema struct {
		Ref          string `json:"$ref"`
		OneOf, AnyOf []struct {
			Ref string `json:"$ref"`
		}
		Discriminator struct {
			PropertyName string
			Mapping      map[string]string
		}
	}
	var spec struct {
		Paths map[string]map[string]struct {
			OperationID string
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var unions []Union
	for _, operations := range spec.Paths {
		for _, operation := range operations {
			body := operation.RequestBody.Content["application/json"].Schema
			if body.Ref != "" {
				body = spec.Components.Schemas[schemaName(body.Ref)]
			}
			u := Union{Operation: operation.OperationID, Discriminator: body.Discriminator.PropertyName, Values: map[string]string{}}
			for _, member := range slices.Concat(body.OneOf, body.AnyOf) {
				u.Members = append(u.Members, schemaName(member.Ref))
			}
			for value, ref := range body.Discriminator.Mapping {
				u.Values[value] = schemaName(ref)
			}
			if len(u.Members) > 0 {
				unions = append(unions, u)
			}
		}
	}
	if len(unions) == 0 {
		return nil, fmt.Errorf("%s has no request body that is a union", path)
	}
	slices.SortFunc(unions, func(a, b Union) int { return cmp.Compare(a.Operation, b.Operation) })
	return unions, nil
}

// ValuesOf returns the sorted discriminator values for a schema.
func (u Union) ValuesOf(schema string) (values []string) {
	for _, value := range slices.Sorted(maps.Keys(u.Values)) {
		if u.Values[value] == schema {
			values = append(values, value)
		}
	}
	return values
}

// schemaName returns the name in a reference. A mapping may have a reference or a name.
func schemaName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
