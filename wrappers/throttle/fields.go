package throttle

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
)

const maxParts = 200 // of a multipart form

// fields are the values of a submission, by folded names: Kratos matches the names of JSON members
// without case, as encoding/json does, and reads some fields from the query.
type fields map[string][]string

func (f fields) add(name, value string) {
	name = strings.ToLower(strings.ToUpper(name)) // ſ is an s
	f[name] = append(f[name], value)
}

func (f fields) addAll(values url.Values) {
	for name, list := range values {
		for _, value := range list {
			f.add(name, value)
		}
	}
}

// has reports whether a field has a value.
func (f fields) has(names ...string) bool { return len(f.values(names...)) > 0 }

// values returns the distinct values of fields that are not empty.
func (f fields) values(names ...string) []string {
	var found []string
	for _, name := range names {
		for _, value := range f[name] {
			if value != "" && !slices.Contains(found, value) {
				found = append(found, value)
			}
		}
	}
	return found
}

// canonical returns the distinct identifiers in fields.
func (f fields) canonical(names ...string) []string {
	found := f.values(names...)
	for i, value := range found {
		found[i] = canonicalIdentifier(value)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// readFields returns the fields of a body and a query. Kratos refuses a body that is malformed, so
// it does not matter which of its fields are found.
func readFields(contentType string, body []byte, query url.Values) fields {
	f := fields{}
	f.addAll(query)
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil || strings.Contains(contentType, ",") { // some versions of Kratos take each part for a type
		mediaType = ""
	}
	isForm := mediaType == "application/x-www-form-urlencoded"
	if mediaType == "multipart/form-data" {
		f.addMultipart(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
		return f
	}
	if !isForm {
		f.addJSON(body)
	}
	if !isJSON(mediaType) { // a type that is neither could be read as both
		values, _ := url.ParseQuery(string(body))
		f.addAll(values)
	}
	return f
}

func (f fields) addMultipart(r *multipart.Reader) {
	for range maxParts {
		part, err := r.NextPart()
		if err != nil {
			return
		}
		value, _ := io.ReadAll(part)
		f.add(part.FormName(), string(value))
	}
}

// addJSON adds the members of an object that are strings or numbers, all of those with one name.
func (f fields) addJSON(body []byte) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return
		}
		var value any
		if d.Decode(&value) != nil {
			return
		}
		switch value := value.(type) {
		case string:
			f.add(name.(string), value)
		case json.Number:
			f.add(name.(string), value.String())
		}
	}
}
