package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strings"
)

// form is the body of a submission: JSON, or a form. A name with dots is both a member and the path
// to a member of nested objects. The former has all values of a form, for [form.traits].
type form map[string]any

// text returns a member as text: that of a string or number, else "".
func (f form) text(name string) string {
	switch value := f[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// flag returns a member that is true, or "true" in a form.
func (f form) flag(name string) bool { return f[name] == true || f[name] == "true" }

// decodeForm decodes the body of a submission.
func (c *call) decodeForm() (form, error) {
	if c.large {
		return nil, errors.New("the request body is too large")
	}
	if len(c.body) == 0 {
		return nil, errors.New("the request body is empty")
	}
	contentType, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		contentType = c.r.Header.Get("Content-Type")
	}
	switch contentType {
	case "application/json":
		decoder := json.NewDecoder(bytes.NewReader(c.body))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) != nil {
			return nil, errors.New("the request body is not JSON")
		}
		object, ok := value.(map[string]any)
		if !ok {
			return nil, errors.New("the request body is not a JSON object")
		}
		return expand(object), nil
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, errors.New("the request body is not a form")
		}
		object := map[string]any{}
		for name, list := range values {
			object[name] = list[len(list)-1]
		}
		nested := expand(object)
		for name, list := range values {
			if strings.Contains(name, ".") {
				nested[name] = list
			}
		}
		return nested, nil
	}
	return nil, errors.New("the Content-Type of the request is not supported")
}

// maxPath is the most objects that a name with dots is in; other names are not of a field.
const maxPath = 100

// expand makes nested objects of names with dots, as "traits.email".
func expand(flat map[string]any) form {
	nested := form{}
	for name, value := range flat {
		if !strings.Contains(name, ".") {
			nested[name] = value
		}
	}
	for name, value := range flat {
		if path := strings.Split(name, "."); len(path) > 1 && len(path) <= maxPath {
			nested[name] = value
			put(nested, path, value)
		}
	}
	return nested
}

// put sets a member of nested objects.
func put(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		next, ok := object[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[name] = next
		}
		object = next
	}
	object[path[len(path)-1]] = value
}
