// Package overlay applies the overlays in api/, and makes the effective spec.
package overlay

import (
	"fmt"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

// Apply applies the overlay in the file path to doc. An action that matches or changes nothing is
// an error, and so is one that does not say why it is there.
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
			return fmt.Errorf("%s: action %d (%s) does not say why", path, i+1, action.Target)
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
