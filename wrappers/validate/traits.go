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

// traitsJudge makes problems of what the JSON Schema library finds, whose own texts quote values.
type traitsJudge struct {
	names    map[string]bool
	document map[string]any
	where    string // the traits
	problems []Violation
}

// maxCollected is how many problems are put in order, of which the first are told.
const maxCollected = 100 * maxProblems

// collect adds the problems below e. The library finds them in no order; sorted brings them into
// one.
func (t *traitsJudge) collect(e *jsonschema.ValidationError) {
	if len(t.problems) >= maxCollected {
		return
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			t.collect(cause)
		}
	case *kind.Required:
		for _, name := range k.Missing {
			t.problems = append(t.problems, Violation{t.place(e.InstanceLocation) + "/" + escaped.Replace(name), "required", "is missing"})
		}
	case *kind.PropertyNames: // whose place the library does not keep
		t.problems = append(t.problems, Violation{t.where, "propertyNames", "must have no names but such as the identity schema allows"})
	default:
		t.problems = append(t.problems, Violation{cmp.Or(t.place(e.InstanceLocation), "body"), keyword(k), allowed(k)})
	}
}

func (t *traitsJudge) sorted() []Violation {
	slices.SortFunc(t.problems, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Message, b.Message))
	})
	return t.problems
}

// escaped writes a name as a part of a JSON Pointer.
var escaped = strings.NewReplacer("~", "~0", "/", "~1")

// place makes a JSON Pointer of a path into the document, without the names that the schema does
// not have.
func (t *traitsJudge) place(path []string) string {
	var b strings.Builder
	var v any = t.document
	for i, name := range path {
		object, isObject := v.(map[string]any)
		switch {
		case i == 0 && name == "traits":
			b.WriteString(t.where)
		case isObject && !t.names[name]:
			b.WriteString("/" + redactedName)
		default:
			b.WriteString("/" + escaped.Replace(name))
		}
		if isObject {
			v = object[name]
			continue
		}
		elements, _ := v.([]any)
		if n, err := strconv.Atoi(name); err == nil && n < len(elements) {
			v = elements[n]
		}
	}
	return b.String()
}

// keyword returns the keyword that was broken.
func keyword(k jsonschema.ErrorKind) string {
	if path := k.KeywordPath(); len(path) > 0 {
		return path[0]
	}
	return "schema"
}

// allowed says what a keyword allows.
func allowed(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be " + aKind(strings.Join(k.Want, " or "))
	case *kind.Enum:
		return "must be one of " + list(written(k.Want...))
	case *kind.Const:
		return "must be " + written(k.Want)[0]
	case *kind.Format:
		return "must have the format " + k.Want
	case *kind.Pattern:
		return "must match " + k.Want
	case *kind.MinLength:
		return "must have at least " + strconv.Itoa(k.Want) + " characters"
	case *kind.MaxLength:
		return "must have at most " + strconv.Itoa(k.Want) + " characters"
	case *kind.MinItems:
		return "must have at least " + strconv.Itoa(k.Want) + " elements"
	case *kind.MaxItems:
		return "must have at most " + strconv.Itoa(k.Want) + " elements"
	case *kind.MinProperties:
		return "must have at least " + strconv.Itoa(k.Want) + " members"
	case *kind.MaxProperties:
		return "must have at most " + strconv.Itoa(k.Want) + " members"
	case *kind.Minimum:
		return "must be at least " + decimal(k.Want)
	case *kind.Maximum:
		return "must be at most " + decimal(k.Want)
	case *kind.ExclusiveMinimum:
		return "must be more than " + decimal(k.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + decimal(k.Want)
	case *kind.MultipleOf:
		return "must be a multiple of " + decimal(k.Want)
	case *kind.UniqueItems:
		return "must have no element twice"
	case *kind.AdditionalProperties:
		return "must have no members but those of the schema"
	case *kind.AnyOf, *kind.OneOf:
		return "must fit one of the schema's alternatives"
	}
	return "must be as the identity schema says"
}

// written writes values of a schema as JSON, and strings without quotes.
func written(values ...any) []string {
	all := make([]string, len(values))
	for i, v := range values {
		if text, ok := v.(string); ok {
			all[i] = text
			continue
		}
		text, _ := json.Marshal(v)
		all[i] = string(text)
	}
	return all
}

func decimal(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}
