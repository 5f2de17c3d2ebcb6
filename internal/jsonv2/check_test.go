package jsonv2_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want *jsonv2.SyntaxError
	}{
		"an object":                         {` {"a":[1,{"b":null}]} `, nil},
		"a scalar":                          {`"x"`, nil},
		"nothing":                           {``, &jsonv2.SyntaxError{Truncated: true}},
		"white space":                       {" \n", &jsonv2.SyntaxError{Truncated: true}},
		"an end that comes too early":       {`{"a":`, &jsonv2.SyntaxError{Truncated: true, Pointer: "/a", Offset: 5}},
		"a name twice":                      {`{"a":{"b":1,"b":2}}`, &jsonv2.SyntaxError{Duplicate: true, Pointer: "/a/b", Offset: 12}},
		"a name twice, written in two ways": {`{"a":1,"\u0061":2}`, &jsonv2.SyntaxError{Duplicate: true, Pointer: "/a", Offset: 7}},
		"something after the value":         {`{} x`, &jsonv2.SyntaxError{Offset: 2}},
		"not JSON":                          {`{a}`, &jsonv2.SyntaxError{Offset: 1}},
		"bytes that are not UTF-8":          {"{\"a\":\"\xff\"}", &jsonv2.SyntaxError{Pointer: "/a", Offset: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := jsonv2.Check([]byte(c.text))
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
