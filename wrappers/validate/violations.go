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

// Options of kin-openapi: failFast only tells whether a value is valid, which is quick.
var (
	collectAll    = append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, formatOptions...)
	failFast      = append([]openapi3.SchemaValidationOption{openapi3.FailFast()}, formatOptions...)
	formatOptions = []openapi3.SchemaValidationOption{
		openapi3.EnableFormatValidation(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"uuid": openapi3.NewCallbackValidator(checkUUID), "uuid4": openapi3.NewCallbackValidator(checkUUID),
			"date-time": openapi3.NewCallbackValidator(checkTime),
		}),
	}
)

// reportSchemaErrors reports the errors of kin-openapi, but not their texts, which quote values.
func (v *validation) reportSchemaErrors(err error, root *openapi3.Schema) {
	var many openapi3.MultiError
	var e *openapi3.SchemaError
	switch {
	case errors.As(err, &many):
		for _, one := range many {
			v.reportSchemaErrors(one, root)
		}
	case !errors.As(err, &e):
	case e.Origin != nil && (e.SchemaField == "oneOf" || e.SchemaField == "allOf"):
		v.reportSchemaErrors(errors.Unwrap(e.Origin), root)
	case e.SchemaField == "discriminator": // decode has reported it
	case e.SchemaField == "enum" && v.isResponse && !v.strict:
	default:
		keyword, message := describe(e)
		v.report(inBodyAt(redactPointer(root, e.JSONPointer())), keyword, message)
	}
}

// describe returns the violated keyword, and what the schema allows.
func describe(e *openapi3.SchemaError) (keyword, message string) {
	s := e.Schema
	switch e.SchemaField {
	case "type":
		return "type", "must be " + withArticle(strings.Join(s.Type.Slice(), " or "))
	case "nullable":
		return "nullable", "must not be null"
	case "required":
		return "required", "is missing"
	case "enum":
		return "enum", "must be one of " + join(formatValues(s.Enum...))
	case "pattern":
		return "pattern", "must match " + s.Pattern
	case "format":
		return "format", "must be " + describeFormat(s.Format)
	case "minimum":
		return "minimum", "must be at least " + formatFloat(*s.Min)
	case "maximum":
		return "maximum", "must be at most " + formatFloat(*s.Max)
	case "minLength":
		return "minLength", "must have at least " + strconv.FormatUint(s.MinLength, 10) + " characters"
	case "maxLength":
		return "maxLength", "must have at most " + strconv.FormatUint(*s.MaxLength, 10) + " characters"
	case "minItems":
		return "minItems", "must have at least " + strconv.FormatUint(s.MinItems, 10) + " items"
	case "maxItems":
		return "maxItems", "must have at most " + strconv.FormatUint(*s.MaxItems, 10) + " items"
	case "properties":
		return "additionalProperties", "has an unknown property; known are " + join(propertyNames(s))
	}
	return e.SchemaField, "violates the API description"
}

func formatFloat(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }

func describeFormat(format string) string {
	switch format {
	case "uuid", "uuid4":
		return "a UUID"
	case "date-time":
		return "a time such as 2006-01-02T15:04:05Z"
	case "int64":
		return "a 64-bit integer"
	}
	return "in the format " + format
}

// withArticle puts an article before the name of a type.
func withArticle(typ string) string {
	if typ != "" && strings.ContainsRune("aeiou", rune(typ[0])) {
		return "an " + typ
	}
	return "a " + typ
}

// join returns a list of allowed values.
func join(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = cmp.Or(v, `""`)
	}
	return strings.Join(quoted, ", ")
}

// validateScalar validates the value of a parameter or form field.
func (v *validation) validateScalar(at location, s *openapi3.Schema, text string) {
	var value any = text
	switch {
	case s.Type.Is("boolean"):
		if text != "true" && text != "false" {
			v.report(at, "type", "must be true or false")
		}
		return
	case s.Type.Is("integer"):
		_, err := strconv.ParseInt(text, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			v.report(at, "format", "must be a 64-bit integer")
			return
		}
		if err != nil || text[0] == '+' {
			v.report(at, "type", "must be an integer")
			return
		}
		value = json.Number(text)
	}
	var e *openapi3.SchemaError
	if errors.As(s.VisitJSON(value, formatOptions...), &e) {
		keyword, message := describe(e)
		v.report(at, keyword, message)
	}
}

var errFormat = errors.New("format mismatch")

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func checkUUID(s string) error {
	if !uuidPattern.MatchString(s) {
		return errFormat
	}
	return nil
}

func checkTime(s string) error {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return errFormat
	}
	return nil
}
