package validate

import (
	"cmp"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemaOptions are how kin-openapi validates a value, and quickly how it finds out whether there
// is anything wrong with it.
var (
	schemaOptions = append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, formatOptions...)
	quickly       = append([]openapi3.SchemaValidationOption{openapi3.FailFast()}, formatOptions...)
	formatOptions = []openapi3.SchemaValidationOption{
		openapi3.EnableFormatValidation(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"uuid": openapi3.NewCallbackValidator(checkUUID), "uuid4": openapi3.NewCallbackValidator(checkUUID),
			"date-time": openapi3.NewCallbackValidator(checkTime),
		}),
	}
)

// collect makes problems of the errors of kin-openapi, of whose texts nothing is used, since they
// quote values.
func (v *validation) collect(err error, root *openapi3.Schema) {
	var many openapi3.MultiError
	var e *openapi3.SchemaError
	switch {
	case errors.As(err, &many):
		for _, one := range many {
			v.collect(one, root)
		}
	case !errors.As(err, &e):
	case e.Origin != nil && (e.SchemaField == "oneOf" || e.SchemaField == "allOf"):
		v.collect(errors.Unwrap(e.Origin), root)
	case e.SchemaField == "discriminator": // which decode has reported
	case e.SchemaField == "enum" && v.response && !v.strict:
	default:
		rule, message := rule(e)
		v.problem(cmp.Or(safePointer(root, e.JSONPointer()), "body"), rule, message)
	}
}

// rule returns the keyword that was broken, and what it allows.
func rule(e *openapi3.SchemaError) (rule, message string) {
	s := e.Schema
	switch e.SchemaField {
	case "type":
		return "type", "must be " + aKind(typeName(s))
	case "nullable":
		return "nullable", "must not be null"
	case "required":
		return "required", "is missing"
	case "enum":
		return "enum", "must be one of " + list(written(s.Enum...))
	case "pattern":
		return "pattern", "must match " + s.Pattern
	case "format":
		return "format", "must be " + formatName(s.Format)
	case "minimum":
		return "minimum", "must be at least " + number(*s.Min)
	case "maximum":
		return "maximum", "must be at most " + number(*s.Max)
	case "minLength":
		return "minLength", "must have at least " + strconv.FormatUint(s.MinLength, 10) + " characters"
	case "maxLength":
		return "maxLength", "must have at most " + strconv.FormatUint(*s.MaxLength, 10) + " characters"
	case "minItems":
		return "minItems", "must have at least " + strconv.FormatUint(s.MinItems, 10) + " elements"
	case "maxItems":
		return "maxItems", "must have at most " + strconv.FormatUint(*s.MaxItems, 10) + " elements"
	case "properties":
		return "additionalProperties", "has a member that is none of " + list(names(s))
	}
	return e.SchemaField, "must be as the description says"
}

func number(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }

func formatName(format string) string {
	switch format {
	case "uuid", "uuid4":
		return "a UUID"
	case "date-time":
		return "a time such as 2006-01-02T15:04:05Z"
	case "int64":
		return "an integer of 64 bits"
	}
	return "in the format " + format
}

func typeName(s *openapi3.Schema) string { return strings.Join(s.Type.Slice(), " or ") }

// aKind puts an article before the name of a type.
func aKind(kind string) string {
	if kind != "" && strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// list writes down what is allowed.
func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = cmp.Or(v, `""`)
	}
	return strings.Join(quoted, ", ")
}

// scalar validates the text of a parameter or field.
func (v *validation) scalar(where string, s *openapi3.Schema, text string) {
	var value any = text
	switch {
	case s.Type.Is("boolean"):
		if text != "true" && text != "false" {
			v.problem(where, "type", "must be true or false")
		}
		return
	case s.Type.Is("integer"):
		_, err := strconv.ParseInt(text, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			v.problem(where, "format", "must be an integer of 64 bits")
			return
		}
		if err != nil || text[0] == '+' {
			v.problem(where, "type", "must be an integer")
			return
		}
		value = json.Number(text)
	}
	var e *openapi3.SchemaError
	if errors.As(s.VisitJSON(value, formatOptions...), &e) {
		rule, message := rule(e)
		v.problem(where, rule, message)
	}
}

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func checkUUID(text string) error {
	if !uuidPattern.MatchString(text) {
		return errFormat
	}
	return nil
}

func checkTime(text string) error {
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return errFormat
	}
	return nil
}
