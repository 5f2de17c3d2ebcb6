package validate

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// traitsErrors converts the errors of the JSON Schema library, but not their texts, which quote
// values.
type traitsErrors struct {
	names    map[string]bool // the properties that the schema declares
	document map[string]any  // an object with the traits
	pointer  string          // to the traits
	all      []traitsViolation
}

type traitsViolation struct {
	at               location
	keyword, message string
}

// maxCollected limits how many violations are sorted, of which only the first are reported.
const maxCollected = 100 * maxViolations

const violatesSchema = "violates the identity schema"

// collect adds the violations of e and its causes, in any order.
func (t *traitsErrors) collect(e *jsonschema.ValidationError) {
	if len(t.all) >= maxCollected {
		return
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			t.collect(cause)
		}
	case *kind.Required:
		for _, name := range k.Missing {
			t.add(t.redact(e.InstanceLocation)+"/"+escapeToken(name), "required", "is missing")
		}
	case *kind.PropertyNames: // the library does not keep the location
		t.add(t.pointer, "propertyNames", "has a property name that the schema does not allow")
	default:
		t.add(t.redact(e.InstanceLocation), keyword(k), describeKind(k))
	}
}

func (t *traitsErrors) add(pointer, keyword, message string) {
	t.all = append(t.all, traitsViolation{inBodyAt(pointer), keyword, message})
}

func (t *traitsErrors) sorted() []traitsViolation {
	slices.SortFunc(t.all, func(a, b traitsViolation) int {
		return cmp.Or(
			cmp.Compare(a.at.pointer, b.at.pointer), cmp.Compare(a.keyword, b.keyword), cmp.Compare(a.message, b.message),
		)
	})
	return t.all
}

// redact returns the JSON Pointer of a path in the document, in which names that the schema does
// not declare are replaced.
func (t *traitsErrors) redact(path []string) string {
	var b strings.Builder
	var v any = t.document
	for i, token := range path {
		object, isObject := v.(map[string]any)
		switch {
		case i == 0 && token == "traits":
			b.WriteString(t.pointer)
		case isObject && !t.names[token]:
			b.WriteString("/" + redactedName)
		default:
			b.WriteString("/" + escapeToken(token))
		}
		if isObject {
			v = object[token]
			continue
		}
		items, _ := v.([]any)
		if n, err := strconv.Atoi(token); err == nil && n < len(items) {
			v = items[n]
		}
	}
	return b.String()
}

// keyword returns the violated keyword; "schema" for the schema false.
func keyword(k jsonschema.ErrorKind) string {
	if path := k.KeywordPath(); len(path) > 0 {
		return path[0]
	}
	return "schema"
}

// describeKind returns what the violated keyword allows.
func describeKind(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be " + withArticle(strings.Join(k.Want, " or "))
	case *kind.Enum:
		return "must be one of " + join(formatValues(k.Want...))
	case *kind.Const:
		return "must be " + formatValues(k.Want)[0]
	case *kind.Format:
		return "must have the format " + k.Want
	case *kind.Pattern:
		return "must match " + k.Want
	case *kind.MinLength:
		return "must have at least " + strconv.Itoa(k.Want) + " characters"
	case *kind.MaxLength:
		return "must have at most " + strconv.Itoa(k.Want) + " characters"
	case *kind.MinItems:
		return "must have at least " + strconv.Itoa(k.Want) + " items"
	case *kind.MaxItems:
		return "must have at most " + strconv.Itoa(k.Want) + " items"
	case *kind.MinProperties:
		return "must have at least " + strconv.Itoa(k.Want) + " properties"
	case *kind.MaxProperties:
		return "must have at most " + strconv.Itoa(k.Want) + " properties"
	case *kind.Minimum:
		return "must be at least " + formatNumber(k.Want)
	case *kind.Maximum:
		return "must be at most " + formatNumber(k.Want)
	case *kind.ExclusiveMinimum:
		return "must be greater than " + formatNumber(k.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + formatNumber(k.Want)
	case *kind.MultipleOf:
		return "must be a multiple of " + formatNumber(k.Want)
	case *kind.UniqueItems:
		return "must not have an item twice"
	case *kind.AdditionalProperties:
		return "has a property that the schema does not define"
	case *kind.AnyOf:
		return "must match at least one of the alternatives"
	case *kind.OneOf:
		return "must match exactly one of the alternatives"
	}
	return violatesSchema
}

// formatValues formats values of a schema as JSON, but strings without quotes.
func formatValues(values ...any) []string {
	all := make([]string, len(values))
	for i, v := range values {
		if s, ok := v.(string); ok {
			all[i] = s
			continue
		}
		data, _ := json.Marshal(v)
		all[i] = string(data)
	}
	return all
}

func formatNumber(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}
