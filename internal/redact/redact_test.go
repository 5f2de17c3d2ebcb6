package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/redact"
)

const uuid = "7C3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01"

func TestAValueIsPrintedByItsNameAndIDs(t *testing.T) {
	t.Parallel()
	inner, empty := redact.New("Inner", redact.ID("id", uuid)), redact.New("Empty")
	var none *redact.Value
	for name, tc := range map[string]struct {
		v          redact.Value
		text, json string
	}{
		"a name":                    {redact.New("A"), "A", `"A"`},
		"an id":                     {redact.New("A", redact.ID("id", uuid)), "A{id: " + uuid + "}", `{"id":"` + uuid + `"}`},
		"an id of another form":     {redact.New("A", redact.ID("id", "s3cret")), "A", `"A"`},
		"as long as a UUID":         {redact.New("A", redact.ID("id", strings.Repeat("a", 36))), "A", `"A"`},
		"hyphens, and no digits":    {redact.New("A", redact.ID("id", "ory_st_a-bbbb-cccc-dddd-eeeeeeeeeeee")), "A", `"A"`},
		"texts":                     {redact.New("A", redact.Text("state", "active"), redact.Text("via", "")), "A{state: active}", `{"state":"active"}`},
		"another value":             {redact.New("A", redact.Group("b", &inner), redact.Text("c", "d")), "A{b: {id: " + uuid + "}, c: d}", `{"b":{"id":"` + uuid + `"},"c":"d"}`},
		"another value without ids": {redact.New("A", redact.Group("b", &empty)), "A", `"A"`},
		"no other value":            {redact.New("A", redact.Group("b", none)), "A", `"A"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				t.Run(verb, func(t *testing.T) {
					if got := fmt.Sprintf(verb, tc.v); got != tc.text {
						t.Errorf("got %s, want %s", got, tc.text)
					}
				})
			}
			if got, err := json.Marshal(tc.v); err != nil || string(got) != `"`+tc.text+`"` {
				t.Errorf("got %s, %v", got, err)
			}
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, nil)).Info("", "v", tc.v)
			if !strings.Contains(log.String(), `"v":`+tc.json+`}`) {
				t.Errorf("got %s, want %s", log.String(), tc.json)
			}
		})
	}
}
