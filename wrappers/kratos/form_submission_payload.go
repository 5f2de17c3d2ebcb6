package kratos

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// transientPayload returns transient_payload as JSON, from a field of this name and from fields
// below it; "" if there is none. It is false if the former is not an object, or in conflict with
// the latter.
func transientPayload(values url.Values) (payload string, ok bool) {
	payload = strings.TrimSpace(values.Get(payloadName))
	if payload != "" && !isObject(payload) {
		return "", false
	}
	var members map[string]any
	for _, name := range slices.Sorted(maps.Keys(values)) {
		below, isPart := strings.CutPrefix(name, payloadName+".")
		if !isPart || len(values[name]) == 0 {
			continue
		}
		if members == nil {
			members = decodeObject(payload)
		}
		if posted := values[name]; !setPath(members, strings.Split(below, "."), posted[len(posted)-1]) {
			return "", false
		}
	}
	if members == nil {
		return payload, true
	}
	text, err := json.Marshal(members)
	return string(text), err == nil
}

// isObject reports whether a text is one JSON object without duplicate names. Kratos embeds it in
// other JSON without a check.
func isObject(text string) bool {
	return strings.HasPrefix(strings.TrimSpace(text), "{") && jsonv2.Check([]byte(text)) == nil
}

// decodeObject decodes a JSON object, numbers as [json.Number]; an empty one for "".
func decodeObject(text string) map[string]any {
	members := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	_ = dec.Decode(&members)
	return members
}

// setPath sets the value at a path of names, and reports whether nothing was in conflict with it.
func setPath(body map[string]any, path []string, value any) bool {
	for _, name := range path[:len(path)-1] {
		if body[name] == nil {
			body[name] = map[string]any{}
		}
		inner, ok := body[name].(map[string]any)
		if !ok {
			return false
		}
		body = inner
	}
	last := path[len(path)-1]
	if _, taken := body[last]; taken {
		return false
	}
	body[last] = value
	return true
}
