package bulk

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Identifiers returns what an identity most likely logs in with: the traits "email" and "username",
// its external id, and its accounts at providers. It is the default of [IdentifiedBy].
func Identifiers(identity kratos.CreateIdentity) []string {
	traits := decodedTraits(identity)
	list := appendText(nil, traits["email"])
	list = appendText(list, traits["username"])
	return append(list, commonIdentifiers(identity)...)
}

// SchemaIdentifiers returns a function for [IdentifiedBy] that finds the traits that an identity
// schema marks as identifiers or as addresses to verify
// (https://www.ory.sh/docs/kratos/manage-identities/identity-schema). It follows neither $ref nor
// conditions.
func SchemaIdentifiers(schema []byte) (func(kratos.CreateIdentity) []string, error) {
	var root struct {
		Properties struct {
			Traits *traitSchema `json:"traits"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(schema, &root); err != nil || root.Properties.Traits == nil {
		return nil, errors.New("kratos: SchemaIdentifiers: the schema is not JSON, or has no traits")
	}
	return func(identity kratos.CreateIdentity) []string {
		list := root.Properties.Traits.identifiers(nil, map[string]any(decodedTraits(identity)))
		return append(list, commonIdentifiers(identity)...)
	}, nil
}

// traitSchema is the part of a JSON Schema that says which traits are identifiers.
type traitSchema struct {
	Properties map[string]*traitSchema `json:"properties"`
	Items      *traitSchema            `json:"items"`
	Kratos     struct {
		Credentials map[string]struct {
			Identifier bool `json:"identifier"`
		} `json:"credentials"`
		Verification struct {
			Via string `json:"via"`
		} `json:"verification"`
	} `json:"ory.sh/kratos"`
}

// identifiers appends those of a value.
func (s *traitSchema) identifiers(list []string, value any) []string {
	if s == nil {
		return list
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			list = s.Properties[name].identifiers(list, member)
		}
	case []any:
		for _, element := range value {
			list = s.Items.identifiers(list, element)
		}
	case string:
		if s.isIdentifier() {
			list = appendText(list, value)
		}
	}
	return list
}

func (s *traitSchema) isIdentifier() bool {
	for _, credential := range s.Kratos.Credentials {
		if credential.Identifier {
			return true
		}
	}
	return s.Kratos.Verification.Via != ""
}

// commonIdentifiers returns those that do not depend on the traits.
func commonIdentifiers(identity kratos.CreateIdentity) []string {
	var list []string
	if identity.ExternalID != "" {
		list = append(list, "external_id "+identity.ExternalID)
	}
	for _, link := range identity.Credentials.OIDC.Config.Providers {
		list = append(list, link.Provider+":"+link.Subject)
	}
	for _, link := range identity.Credentials.SAML.Config.Providers {
		list = append(list, "saml "+link.Provider+":"+link.Subject)
	}
	return list
}

func decodedTraits(identity kratos.CreateIdentity) map[string]any {
	text, _ := json.Marshal(identity.Traits)
	var traits map[string]any
	if json.Unmarshal(text, &traits) != nil {
		return nil // the traits are not an object
	}
	return traits
}

// appendText appends a string as Kratos compares identifiers, unless it is empty.
func appendText(list []string, value any) []string {
	text, _ := value.(string)
	if text = strings.ToLower(strings.TrimSpace(text)); text != "" {
		list = append(list, text)
	}
	return list
}
