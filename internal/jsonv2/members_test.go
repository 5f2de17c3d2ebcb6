package jsonv2_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	members, err := jsonv2.MarshalMembers(map[string]int{"a": 1, "b": -2})
	if text, _ := json.Marshal(members); err != nil || string(text) != `{"a":1,"b":-2}` {
		t.Errorf("got %s, %v", text, err)
	}
	if members, err := jsonv2.MarshalMembers(map[string]float64{"a": math.NaN()}); err == nil {
		t.Errorf("got %v", members)
	}
}
