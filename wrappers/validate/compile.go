package validate

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// schema is a schema of the spec, made for being asked. Only what the spec uses is understood; compile refuses the rest.
type schema struct {
	kind     string // as the spec has it; "" for anything
	nullable bool

	enum             []string
	format           string
	pattern          *regexp.Regexp
	minimum, maximum *float64

	items *schema

	names      []string // of the members, in order
	properties map[string]property
	required   uint64  // the members that must be there, by their position in names
	rest       *schema // of other members; nil if nothing is said of them
	open       bool    // other members are welcome even when asked strictly
	closed     bool    // there are no other members

	discriminator string
	anyVariant    *schema
	variants      map[string]*schema
	values        []string // of the discriminator, in order

	oneOf []*schema
}

// property is a member of an object, and its position among the names.
type property struct {
	schema *schema
	index  int
}

const maxProperties = 64

// compiler makes schemas, each of them once.
type compiler map[*openapi3.Schema]*schema

func (c compiler) compile(ref *openapi3.SchemaRef) (*schema, error) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	from := ref.Value
	if s := c[from]; s != nil {
		return s, nil
	}
	s := &schema{nullable: from.Nullable, format: from.Format, minimum: from.Min, maximum: from.Max}
	c[from] = s
	if err := unsupported(from); err != nil {
		return nil, err
	}
	if len(from.AllOf) == 1 {
		base, err := c.compile(from.AllOf[0])
		if err != nil {
			return nil, err
		}
		*s = *base
		s.nullable = base.nullable || from.Nullable
		return s, nil
	}
	if from.Type != nil {
		s.kind = (*from.Type)[0]
	}
	if from.Pattern != "" {
		var err error
		if s.pattern, err = regexp.Compile(from.Pattern); err != nil {
			return nil, err
		}
	}
	for _, value := range from.Enum {
		text, ok := value.(string)
		if !ok {
			return nil, errors.New("an enum has a value that is no string")
		}
		s.enum = append(s.enum, text)
	}
	var err error
	if s.items, err = c.compile(from.Items); err != nil {
		return nil, err
	}
	if err := c.members(s, from); err != nil {
		return nil, err
	}
	return s, c.alternatives(s, from)
}

func unsupported(s *openapi3.Schema) error {
	for name, used := range map[string]bool{
		"allOf": len(s.AllOf) > 1, "not": s.Not != nil, "type": !typed(s),
		"minLength": s.MinLength > 0, "maxLength": s.MaxLength != nil, "multipleOf": s.MultipleOf != nil,
		"minItems": s.MinItems > 0, "maxItems": s.MaxItems != nil, "uniqueItems": s.UniqueItems,
		"minProperties": s.MinProps > 0, "maxProperties": s.MaxProps != nil, "properties": len(s.Properties) > maxProperties,
		"exclusiveMinimum": s.ExclusiveMin.IsSet(), "exclusiveMaximum": s.ExclusiveMax.IsSet(),
		"readOnly": s.ReadOnly, "writeOnly": s.WriteOnly,
	} {
		if used {
			return fmt.Errorf("the keyword %s is not understood, or not as it is used", name)
		}
	}
	return nil
}

// typed reports whether a schema has a type that is judged, or nothing that needs one.
func typed(s *openapi3.Schema) bool {
	if s.Type == nil {
		return s.Enum == nil && s.Pattern == "" && s.Items == nil && s.Properties == nil && s.AdditionalProperties.Schema == nil
	}
	return len(*s.Type) == 1 && slices.Contains([]string{"object", "array", "string", "integer", "boolean"}, (*s.Type)[0])
}

func (c compiler) members(s *schema, from *openapi3.Schema) error {
	s.names = slices.Sorted(maps.Keys(from.Properties))
	s.properties = make(map[string]property, len(s.names))
	for i, name := range s.names {
		member, err := c.compile(from.Properties[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.properties[name] = property{member, i}
	}
	for _, name := range from.Required {
		p, ok := s.properties[name]
		if !ok {
			return fmt.Errorf("the required member %s is none of the members", name)
		}
		s.required |= 1 << p.index
	}
	more := from.AdditionalProperties
	var err error
	s.rest, err = c.compile(more.Schema)
	s.open = more.Schema != nil || more.Has != nil && *more.Has || len(s.names) == 0
	s.closed = more.Has != nil && !*more.Has
	return err
}

func (c compiler) alternatives(s *schema, from *openapi3.Schema) error {
	for _, ref := range slices.Concat(from.OneOf, from.AnyOf) {
		one, err := c.compile(ref)
		if err != nil {
			return err
		}
		s.oneOf = append(s.oneOf, one)
	}
	if from.Discriminator == nil {
		return nil
	}
	s.discriminator = from.Discriminator.PropertyName
	s.variants = map[string]*schema{}
	s.values = slices.Sorted(maps.Keys(from.Discriminator.Mapping))
	for value, target := range from.Discriminator.Mapping {
		i := slices.IndexFunc(from.OneOf, func(ref *openapi3.SchemaRef) bool { return ref.Ref == target.Ref })
		if i < 0 {
			return fmt.Errorf("the discriminator's value %s leads nowhere", value)
		}
		s.variants[value] = s.oneOf[i]
	}
	s.anyVariant = s.union()
	return nil
}
