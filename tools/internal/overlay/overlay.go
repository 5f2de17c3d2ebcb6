// Package overlay applies the OpenAPI Overlays (https://spec.openapis.org/overlay/v1.0.0.html) in
// api/, and writes the effective spec.
package overlay

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

// looseNegation matches a negation before && or ||. The library negates everything that follows.
var looseNegation = regexp.MustCompile(`![@$][^()&|]*(?:&&|\|\|)`)

// Apply applies an overlay to doc. An action that matches or changes nothing, or has no
// description, is an error.
func Apply(doc *yaml.Node, path string) error {
	o, err := overlay.Parse(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := o.Validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i, action := range o.Actions {
		if strings.TrimSpace(action.Description) == "" {
			return fmt.Errorf("%s: action %d (%s) has no description", path, i+1, action.Target)
		}
		if looseNegation.MatchString(action.Target) {
			return fmt.Errorf("%s: action %d (%s): put the negation in parentheses, as in (!@.a) && @.b", path, i+1, action.Target)
		}
	}
	warnings, err := o.ApplyToStrict(doc)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(warnings) > 0 {
		return fmt.Errorf("%s: %s", path, strings.Join(warnings, "\n"))
	}
	return nil
}
