package validate

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// requestBody validates the body of a request.
func (v *validation) requestBody(op *operation, header http.Header, text []byte) {
	content := op.content()
	switch {
	case content == nil && len(text) > 0:
		v.problem("body", "no-body", "must be empty")
	case content == nil:
	case len(text) > 0:
		v.body(content, header, text)
	case op.spec.RequestBody.Value.Required:
		v.problem("body", "required", "is missing")
	}
}

// body validates a body that is there.
func (v *validation) body(content openapi3.Content, header http.Header, text []byte) {
	if slices.ContainsFunc(header["Content-Encoding"], isEncoded) {
		v.problem("header.Content-Encoding", "encoding", "must be identity: a compressed body cannot be judged")
		return
	}
	mediaType, ok := v.mediaType(content, header)
	if !ok {
		return
	}
	switch s := content[mediaType].Schema; mediaType {
	case mediaJSON:
		v.fieldNames = !v.response && content[mediaForm] != nil
		v.json(s, text)
	case mediaForm:
		v.form(resolve(s), text)
	}
}

// isEncoded reports whether a Content-Encoding is one that changes the bytes of a body.
func isEncoded(encoding string) bool {
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// mediaType returns the type of a body, if it is one that is wanted.
func (v *validation) mediaType(content openapi3.Content, header http.Header) (string, bool) {
	const where = "header.Content-Type"
	values := header["Content-Type"]
	if len(values) == 1 && values[0] == mediaJSON && content[mediaJSON] != nil {
		return mediaJSON, true
	}
	allowed := list(slices.Sorted(maps.Keys(content)))
	if len(values) == 0 {
		v.problem(where, "required", "is missing; it is one of "+allowed)
		return "", false
	}
	if len(values) > 1 {
		v.problem(where, "repeated", "must be there once")
		return "", false
	}
	mediaType, params, err := mime.ParseMediaType(values[0])
	if err != nil || content[mediaType] == nil {
		v.problem(where, "media-type", "must be one of "+allowed)
		return "", false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		v.problem(where, "charset", "must be utf-8")
		return "", false
	}
	return mediaType, true
}
