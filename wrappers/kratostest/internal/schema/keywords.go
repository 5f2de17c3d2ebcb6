package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// checkValue returns the violations of keywords for values of any type.
func checkValue(s *jsonschema.Schema, v any, at string) []Violation {
	var all []Violation
	if s.Const != nil && !equal(v, *s.Const) {
		all = append(all, Violation{at, notConst(*s.Const), "const"})
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum.Values, func(value any) bool { return equal(v, value) }) {
		all = append(all, invalid(at, "This is not one of the allowed values.").by("enum"))
	}
	if s.Format != nil && s.Format.Validate(v) != nil {
		all = append(all, invalid(at, "This does not have the format "+s.Format.Name+".").by("format"))
	}
	return all
}

func notConst(want any) message.Message {
	switch want.(type) {
	case map[string]any, []any:
		return message.New(kratos.MessageNotConstGeneric)
	}
	return message.New(kratos.MessageNotConst, "expected", fmt.Sprintf("%#v", want))
}

// equal reports whether values of JSON are equal; numbers are if their values are.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && number(a).Cmp(number(b)) == 0
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	return reflect.DeepEqual(a, b)
}

// number returns a number without an exponent that takes memory.
func number(n json.Number) *big.Float {
	f, _ := new(big.Float).SetString(n.String())
	if f == nil {
		f = new(big.Float)
	}
	return f
}

func checkString(s *jsonschema.Schema, v, at string) []Violation {
	var all []Violation
	length := utf8.RuneCountInString(v)
	if s.MinLength != nil && length < *s.MinLength {
		all = append(all, Violation{at, message.New(kratos.MessageTooShort, "min_length", *s.MinLength, "actual_length", length), "minLength"})
	}
	if s.MaxLength != nil && length > *s.MaxLength {
		all = append(all, Violation{at, message.New(kratos.MessageTooLong, "max_length", *s.MaxLength, "actual_length", length), "maxLength"})
	}
	if s.Pattern != nil && !s.Pattern.MatchString(v) {
		all = append(all, Violation{at, message.New(kratos.MessageInvalidFormat, "pattern", s.Pattern.String()), "pattern"})
	}
	return all
}

func checkNumber(s *jsonschema.Schema, v json.Number, at string) []Violation {
	var all []Violation
	n := number(v)
	actual, _ := n.Float64()
	bounds := []struct {
		bound           *big.Rat
		valid           func(cmp int) bool
		id              int64
		member, keyword string
	}{
		{s.Minimum, func(cmp int) bool { return cmp >= 0 }, kratos.MessageTooSmall, "minimum", "minimum"},
		{s.ExclusiveMinimum, func(cmp int) bool { return cmp > 0 }, kratos.MessageNotAbove, "minimum", "exclusiveMinimum"},
		{s.Maximum, func(cmp int) bool { return cmp <= 0 }, kratos.MessageTooLarge, "maximum", "maximum"},
		{s.ExclusiveMaximum, func(cmp int) bool { return cmp < 0 }, kratos.MessageNotBelow, "maximum", "exclusiveMaximum"},
	}
	for _, b := range bounds {
		if b.bound == nil || b.valid(n.Cmp(new(big.Float).SetRat(b.bound))) {
			continue
		}
		bound, _ := b.bound.Float64()
		all = append(all, Violation{at, message.New(b.id, b.member, bound, "actual", actual), b.keyword})
	}
	if s.MultipleOf == nil {
		return all
	}
	if quotient := new(big.Float).Quo(n, new(big.Float).SetRat(s.MultipleOf)); !quotient.IsInt() {
		base, _ := s.MultipleOf.Float64()
		all = append(all, Violation{at, message.New(kratos.MessageNotMultiple, "base", base, "actual", actual), "multipleOf"})
	}
	return all
}
