package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// recursive returns an identity schema that applies each of some alternatives to the property "a"
// of traits, and to that of "a" again: each level multiplies the number of steps.
func recursive(keyword string, alternatives int) string {
	all := make([]string, alternatives)
	for i := range all {
		all[i] = fmt.Sprintf(`{"properties":{"a":{"$ref":"#/definitions/n"}},"required":["no%d"]}`, i)
	}
	return `{"definitions":{"n":{"` + keyword + `":[` + strings.Join(all, ",") + `]}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`
}

// nested returns traits with a number of levels.
func nested(depth int, innermost string) json.RawMessage {
	return json.RawMessage(strings.Repeat(`{"a":`, depth) + innermost + strings.Repeat("}", depth))
}

// Validating traits takes a bounded number of steps, and its error has a bounded size.
func TestCostOfTraits(t *testing.T) {
	t.Parallel()
	const (
		one      = `{"definitions":{"n":{"type":"object","properties":{"a":{"$ref":"#/definitions/n"}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`
		cost     = "traits: /traits takes too many steps to validate against the identity schema (cost)"
		wrong    = "traits: /traits violates the identity schema (schema)"
		anyValue = `{}`
	)
	deepest := "traits: /traits" + strings.Repeat("/a", 122) + "/…"
	for name, c := range map[string]struct {
		schema string
		traits json.RawMessage
		want   string // the beginning of the error, "" for none
	}{
		"two alternatives, few levels":                  {recursive("anyOf", 2), nested(3, "1"), "traits: /traits must match at least one of the alternatives (anyOf)"},
		"two alternatives, many levels":                 {recursive("anyOf", 2), nested(40, "1"), cost},
		"nine alternatives, nine levels":                {recursive("anyOf", 9), nested(9, "1"), cost},
		"oneOf two":                                     {recursive("oneOf", 2), nested(40, "1"), cost},
		"allOf two":                                     {recursive("allOf", 2), nested(40, "1"), cost},
		"two alternatives, too many levels for details": {recursive("anyOf", 2), nested(4000, "1"), wrong},
		"not":                              {`{"definitions":{"n":{"not":{"allOf":[{"properties":{"a":{"$ref":"#/definitions/n"}}},{"not":{"properties":{"a":{"$ref":"#/definitions/n"}}}}]}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, nested(60, "1"), cost},
		"if and then":                      {`{"definitions":{"n":{"if":{"properties":{"a":{"$ref":"#/definitions/n"}}},"then":{"properties":{"a":{"$ref":"#/definitions/n"}}},"else":false}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, nested(40, "1"), cost},
		"dependencies":                     {`{"definitions":{"n":{"properties":{"a":{"$ref":"#/definitions/n"}},"dependencies":{"a":{"properties":{"a":{"$ref":"#/definitions/n"}}}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, nested(40, "1"), cost},
		"patternProperties":                {`{"definitions":{"n":{"patternProperties":{"a":{"$ref":"#/definitions/n"},"^a":{"$ref":"#/definitions/n"}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, nested(40, "1"), cost},
		"draft 2020-12":                    {`{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"n":{"anyOf":[{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["b"]},{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["c"]}]}},"properties":{"traits":{"$ref":"#/$defs/n"}}}`, nested(40, "1"), cost},
		"a dynamic reference":              {`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicAnchor":"n","anyOf":[{"properties":{"traits":{"$dynamicRef":"#n"},"a":{"$dynamicRef":"#n"}},"required":["b"]},{"properties":{"traits":{"$dynamicRef":"#n"},"a":{"$dynamicRef":"#n"}},"required":["c"]}]}`, nested(40, "1"), cost},
		"a long pattern and a long string": {`{"properties":{"traits":{"properties":{"a":{"pattern":"(` + strings.Repeat("a?", 4000) + `)+b"}}}}}`, nested(1, `"`+strings.Repeat("a", 100_000)+`"`), cost},
		"a long enum and many items":       {`{"properties":{"traits":{"properties":{"a":{"items":{"enum":[` + manyNumbers(20_000) + `]}}}}}}`, nested(1, `[`+strings.Repeat("-1,", 2000)+`-1]`), cost},
		"many items":                       {`{"properties":{"traits":{"properties":{"a":{"items":{"type":"integer"},"uniqueItems":true}}}}}`, nested(1, `[`+manyNumbers(20_000)+`]`), ""},
		"many invalid items":               {`{"properties":{"traits":{"properties":{"a":{"items":{"type":"string"}}}}}}`, nested(1, `[`+manyNumbers(20_000)+`]`), "traits: /traits/a/"},
		"a long string":                    {`{"properties":{"traits":{"properties":{"a":{"pattern":"^[a-z]+$","maxLength":2000000}}}}}`, nested(1, `"`+strings.Repeat("a", 200_000)+`"`), ""},
		"deeply nested traits":             {one, nested(900, "{}"), ""},
		"very deeply nested traits":        {one, nested(9000, "{}"), ""},
		"very deeply nested traits, any value allowed": {anyValue, nested(9000, "{}"), ""},
		"an invalid value, many levels down":           {one, nested(900, "1"), deepest},
		"an invalid value, too many levels down":       {one, nested(9000, "1"), wrong},
		"an enum too long for the message":             {`{"properties":{"traits":{"properties":{"a":{"enum":[` + manyNumbers(1000) + `]}}}}}`, nested(1, "-1"), "traits: /traits/a must be one of 0, 1, 2, 3, 4, 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newValidator(t, map[string]string{"x": c.schema})
			err := s.ValidateTraits(t.Context(), "x", c.traits)
			if got := errorText(err); !strings.HasPrefix(got, c.want) || c.want == "" && err != nil || len(got) > 8*(256+1024) {
				t.Errorf("got  %.300s (%d bytes)\nwant %.300s", got, len(got), c.want)
			}
			if err == nil {
				return
			}
			for _, v := range violations(t, err) {
				if len(v.Pointer) > 256 || len(v.Message) > 1024 {
					t.Errorf("a pointer of %d bytes, a message of %d", len(v.Pointer), len(v.Message))
				}
			}
		})
	}
}

// manyNumbers returns the items of a JSON array.
func manyNumbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i)
	}
	return b.String()[1:]
}

// limitedContext is a context that is done after a number of calls of Err.
type limitedContext struct {
	context.Context
	mu   sync.Mutex
	left int
}

func (e *limitedContext) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left--; e.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// Validating traits stops when the context is done, and the schema can be used afterwards.
func TestContextOfTraits(t *testing.T) {
	t.Parallel()
	s, _ := newValidator(t, map[string]string{"x": recursive("anyOf", 2)})
	if err := s.ValidateTraits(t.Context(), "x", nested(2, "1")); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Fatal(err)
	}
	for range 2 * runtime.GOMAXPROCS(0) {
		ctx := &limitedContext{Context: t.Context(), left: 1000}
		if err := s.ValidateTraits(ctx, "x", nested(40, "1")); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, kratos.ErrInvalidArgument) {
			t.Error(err)
		}
		if ctx.left < -2 {
			t.Errorf("%d steps after the end of the context", -ctx.left-1)
		}
	}
	if err := s.ValidateTraits(t.Context(), "x", nested(2, "1")); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.ValidateBatch(ended, make([]kratos.IdentityPatch, 3)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A schema that takes long to compile is invalid.
func TestCostOfIdentitySchemas(t *testing.T) {
	t.Parallel()
	repeat := func(depth int, open, end string) string {
		return `{"properties":{"traits":` + strings.Repeat(open, depth) + "true" + strings.Repeat(end, depth) + `}}`
	}
	wide := func(n int, member string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("," + strings.ReplaceAll(member, "#", fmt.Sprint(i)))
		}
		return `{"properties":{"traits":{"properties":{` + b.String()[1:] + `}}}}`
	}
	for name, c := range map[string]struct {
		schema string
		usable bool
	}{
		"nested properties":                    {repeat(100, `{"properties":{"a":`, "}}"), true},
		"too many nested properties":           {repeat(200, `{"properties":{"a":`, "}}"), false},
		"far too many nested properties":       {repeat(4000, `{"properties":{"a":`, "}}"), false},
		"nested alternatives":                  {repeat(60, `{"anyOf":[`, "]}"), true},
		"too many nested alternatives":         {repeat(800, `{"anyOf":[`, "]}"), false},
		"nested items":                         {repeat(800, `{"items":`, "}"), false},
		"nested not":                           {repeat(800, `{"not":`, "}"), false},
		"a deeply nested annotation":           {repeat(800, `{"x":`, "}"), false},
		"many properties":                      {wide(1000, `"p#":{"type":"string"}`), true},
		"too many properties":                  {wide(10_000, `"p#":{"type":"string"}`), false},
		"too many properties with an id":       {wide(10_000, `"p#":{"$id":"https://a.example/#"}`), false},
		"too many properties with a reference": {wide(10_000, `"p#":{"$ref":"#/properties/traits"}`), false},
		"a long description":                   {`{"description":"` + strings.Repeat("x", 100_000) + `"}`, true},
		"a description that is too long":       {`{"description":"` + strings.Repeat("x", 1<<20) + `"}`, false},
		"far too many alternatives":            {recursive("anyOf", 5000), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newValidator(t, map[string]string{"x": c.schema})
			err := s.ValidateTraits(t.Context(), "x", map[string]any{})
			if c.usable && err != nil || !c.usable && !errors.Is(err, validate.ErrInvalidSchema) {
				t.Error(err)
			}
		})
	}
}

// Fetching a schema does not block others, and a caller that gives up does not affect the rest.
func TestSchemasAreFetchedIndependently(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "slow") {
				select {
				case <-release:
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
			return (&cannedTransport{status: 200, mediaType: "application/json", body: `{}`}).RoundTrip(r)
		})}))
		if err != nil {
			t.Fatal(err)
		}
		s := validate.NewTraitsValidator(client)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.ValidateTraits(impatient, "slow", nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the impatient caller: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if err := s.ValidateTraits(t.Context(), "slow", nil); err != nil {
				t.Errorf("the waiting caller: %v", err)
			}
		})
		for range 3 {
			if err := s.ValidateTraits(t.Context(), "quick", nil); err != nil {
				t.Errorf("another schema: %v", err)
			}
		}
		time.Sleep(2 * time.Second)
		close(release)
		wg.Wait()
	})
}
