package jsonv2_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want map[string]int // nil if the members are of another type
	}{
		"no members":                 {`{}`, map[string]int{}},
		"members":                    {`{"a":1,"b":-2}`, map[string]int{"a": 1, "b": -2}},
		"a member of another type":   {`{"a":1,"b":"2"}`, nil},
		"a member that is too large": {`{"a":1e99}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var members map[string]json.RawMessage
			if err := json.Unmarshal([]byte(tc.text), &members); err != nil {
				t.Fatal(err)
			}
			values := map[string]int{"before": 1}
			err := jsonv2.UnmarshalMembers(members, &values)
			if tc.want == nil {
				if err == nil {
					t.Errorf("got %v", values)
				}
				return
			}
			if err != nil || len(values) != len(tc.want) {
				t.Fatalf("got %v, %v", values, err)
			}
			for name, want := range tc.want {
				if values[name] != want {
					t.Errorf("%s is %d, want %d", name, values[name], want)
				}
			}
			again, err := jsonv2.MarshalMembers(values)
			if text, _ := json.Marshal(again); err != nil || string(text) != tc.text {
				t.Errorf("written as %s, %v", text, err)
			}
		})
	}
	if members, err := jsonv2.MarshalMembers(map[string]float64{"a": math.NaN()}); err == nil {
		t.Errorf("got %v", members)
	}
}
