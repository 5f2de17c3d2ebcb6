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

// recursive returns an identity schema whose traits have the member "a", which is again like them,
// in each of some alternatives; so that finding out about a level takes that many times as long as
// about the next.
func recursive(keyword string, alternatives int) string {
	all := make([]string, alternatives)
	for i := range all {
		all[i] = fmt.Sprintf(`{"properties":{"a":{"$ref":"#/definitions/n"}},"required":["no%d"]}`, i)
	}
	return `{"definitions":{"n":{"` + keyword + `":[` + strings.Join(all, ",") + `]}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`
}

// chain returns traits of so many levels.
func chain(depth int, innermost string) json.RawMessage {
	return json.RawMessage(strings.Repeat(`{"a":`, depth) + innermost + strings.Repeat("}", depth))
}

// Validating traits takes a bounded number of steps, and an error that is not large.
func TestCostOfTraits(t *testing.T) {
	t.Parallel()
	const (
		one      = `{"definitions":{"n":{"type":"object","properties":{"a":{"$ref":"#/definitions/n"}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`
		cost     = "traits: /traits must be simpler: to validate it by the identity schema takes too many steps (cost)"
		wrong    = "traits: /traits must be as the identity schema says (schema)"
		anything = `{}`
	)
	deepest := "traits: /traits" + strings.Repeat("/a", 123) + "…"
	for name, c := range map[string]struct {
		schema string
		traits json.RawMessage
		want   string // the beginning of the error, "" for none
	}{
		"alternatives, not deep":            {recursive("anyOf", 2), chain(3, "1"), "traits: /traits must fit one of the schema's alternatives (anyOf)"},
		"two alternatives":                  {recursive("anyOf", 2), chain(40, "1"), cost},
		"nine alternatives":                 {recursive("anyOf", 9), chain(9, "1"), cost},
		"two of which one must fit":         {recursive("oneOf", 2), chain(40, "1"), cost},
		"two of which all must fit":         {recursive("allOf", 2), chain(40, "1"), cost},
		"two alternatives, very deep":       {recursive("anyOf", 2), chain(4000, "1"), wrong},
		"a schema that is not to fit":       {`{"definitions":{"n":{"not":{"allOf":[{"properties":{"a":{"$ref":"#/definitions/n"}}},{"not":{"properties":{"a":{"$ref":"#/definitions/n"}}}}]}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, chain(60, "1"), cost},
		"a condition":                       {`{"definitions":{"n":{"if":{"properties":{"a":{"$ref":"#/definitions/n"}}},"then":{"properties":{"a":{"$ref":"#/definitions/n"}}},"else":false}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, chain(40, "1"), cost},
		"dependencies":                      {`{"definitions":{"n":{"properties":{"a":{"$ref":"#/definitions/n"}},"dependencies":{"a":{"properties":{"a":{"$ref":"#/definitions/n"}}}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, chain(40, "1"), cost},
		"patterns of names":                 {`{"definitions":{"n":{"patternProperties":{"a":{"$ref":"#/definitions/n"},"^a":{"$ref":"#/definitions/n"}}}},"properties":{"traits":{"$ref":"#/definitions/n"}}}`, chain(40, "1"), cost},
		"a draft with vocabularies":         {`{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"n":{"anyOf":[{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["b"]},{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["c"]}]}},"properties":{"traits":{"$ref":"#/$defs/n"}}}`, chain(40, "1"), cost},
		"a reference to where it came by":   {`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicAnchor":"n","anyOf":[{"properties":{"traits":{"$dynamicRef":"#n"},"a":{"$dynamicRef":"#n"}},"required":["b"]},{"properties":{"traits":{"$dynamicRef":"#n"},"a":{"$dynamicRef":"#n"}},"required":["c"]}]}`, chain(40, "1"), cost},
		"a pattern of a long text":          {`{"properties":{"traits":{"properties":{"a":{"pattern":"(` + strings.Repeat("a?", 4000) + `)+b"}}}}}`, chain(1, `"`+strings.Repeat("a", 100_000)+`"`), cost},
		"an enum of many elements":          {`{"properties":{"traits":{"properties":{"a":{"items":{"enum":[` + manyNumbers(20_000) + `]}}}}}}`, chain(1, `[`+strings.Repeat("-1,", 2000)+`-1]`), cost},
		"many elements":                     {`{"properties":{"traits":{"properties":{"a":{"items":{"type":"integer"},"uniqueItems":true}}}}}`, chain(1, `[`+manyNumbers(20_000)+`]`), ""},
		"many elements that are wrong":      {`{"properties":{"traits":{"properties":{"a":{"items":{"type":"string"}}}}}}`, chain(1, `[`+manyNumbers(20_000)+`]`), "traits: /traits/a/"},
		"a long text":                       {`{"properties":{"traits":{"properties":{"a":{"pattern":"^[a-z]+$","maxLength":2000000}}}}}`, chain(1, `"`+strings.Repeat("a", 200_000)+`"`), ""},
		"traits that are deep":              {one, chain(900, "{}"), ""},
		"traits that are very deep":         {one, chain(9000, "{}"), ""},
		"very deep ones, of no schema":      {anything, chain(9000, "{}"), ""},
		"a wrong member deep down":          {one, chain(900, "1"), deepest},
		"a wrong member, very deep down":    {one, chain(9000, "1"), wrong},
		"a list of the schema that is long": {`{"properties":{"traits":{"properties":{"a":{"enum":[` + manyNumbers(1000) + `]}}}}}`, chain(1, "-1"), "traits: /traits/a must be one of 0, 1, 2, 3, 4, 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := schemas(t, map[string]string{"x": c.schema})
			err := s.ValidateTraits(t.Context(), "x", c.traits)
			if got := text(err); !strings.HasPrefix(got, c.want) || c.want == "" && err != nil || len(got) > 8*(256+1024) {
				t.Errorf("got  %.300s (%d bytes)\nwant %.300s", got, len(got), c.want)
			}
			if err == nil {
				return
			}
			for _, p := range problems(t, err) {
				if len(p.Pointer) > 256 || len(p.Message) > 1024 {
					t.Errorf("a place of %d bytes, a message of %d", len(p.Pointer), len(p.Message))
				}
			}
		})
	}
}

// manyNumbers are the elements of a list.
func manyNumbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i)
	}
	return b.String()[1:]
}

// endsAfter is a context that ends once it was asked so often whether it has.
type endsAfter struct {
	context.Context
	mu   sync.Mutex
	left int
}

func (e *endsAfter) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left--; e.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// Validating traits stops when the context ends, and the schema can be used afterwards.
func TestTraitsHeedTheContext(t *testing.T) {
	t.Parallel()
	s, _ := schemas(t, map[string]string{"x": recursive("anyOf", 2)})
	if err := s.ValidateTraits(t.Context(), "x", chain(2, "1")); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Fatal(err)
	}
	for range 2 * runtime.GOMAXPROCS(0) {
		ctx := &endsAfter{Context: t.Context(), left: 1000}
		if err := s.ValidateTraits(ctx, "x", chain(40, "1")); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, kratos.ErrInvalidArgument) {
			t.Error(err)
		}
		if ctx.left < -2 {
			t.Errorf("it was asked %d times after its end", -ctx.left-1)
		}
	}
	if err := s.ValidateTraits(t.Context(), "x", chain(2, "1")); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.ValidateBatch(ended, make([]kratos.IdentityPatch, 3)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A schema that would take long to compile is refused.
func TestCostOfIdentitySchemas(t *testing.T) {
	t.Parallel()
	nested := func(depth int, open, end string) string {
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
		"properties in each other":        {nested(100, `{"properties":{"a":`, "}}"), true},
		"too many of them":                {nested(200, `{"properties":{"a":`, "}}"), false},
		"far too many of them":            {nested(4000, `{"properties":{"a":`, "}}"), false},
		"alternatives in each other":      {nested(60, `{"anyOf":[`, "]}"), true},
		"too many alternatives":           {nested(800, `{"anyOf":[`, "]}"), false},
		"lists in each other":             {nested(800, `{"items":`, "}"), false},
		"schemas that are not to fit":     {nested(800, `{"not":`, "}"), false},
		"an example that is deep":         {nested(800, `{"x":`, "}"), false},
		"properties beside each other":    {wide(1000, `"p#":{"type":"string"}`), true},
		"too many properties":             {wide(10_000, `"p#":{"type":"string"}`), false},
		"too many with an id":             {wide(10_000, `"p#":{"$id":"https://a.example/#"}`), false},
		"too many with a reference":       {wide(10_000, `"p#":{"$ref":"#/properties/traits"}`), false},
		"a long text in it":               {`{"description":"` + strings.Repeat("x", 100_000) + `"}`, true},
		"a text in it that is too long":   {`{"description":"` + strings.Repeat("x", 1<<20) + `"}`, false},
		"far too many alternatives of it": {recursive("anyOf", 5000), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := schemas(t, map[string]string{"x": c.schema})
			err := s.ValidateTraits(t.Context(), "x", map[string]any{})
			if c.usable && err != nil || !c.usable && !errors.Is(err, validate.ErrSchema) {
				t.Error(err)
			}
		})
	}
}

// Who needs one schema does not wait for another, and who stops waiting does not spoil it for the
// rest.
func TestSchemasDoNotWaitForEachOther(t *testing.T) {
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
			return (&canned{status: 200, kind: "application/json", body: `{}`}).RoundTrip(r)
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
				t.Errorf("who asked first: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if err := s.ValidateTraits(t.Context(), "slow", nil); err != nil {
				t.Errorf("who waits: %v", err)
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
