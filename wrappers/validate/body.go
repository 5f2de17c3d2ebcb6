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

// validateRequestBody validates the body of a request, which may be empty.
func (v *validation) validateRequestBody(op *operation, h http.Header, body []byte) {
	content := op.content()
	switch {
	case content == nil && len(body) > 0:
		v.report(inBodyAt(""), "no-body", "must be empty")
	case content == nil:
	case len(body) > 0:
		v.validateBody(content, h, body)
	case op.spec.RequestBody.Value.Required:
		v.report(inBodyAt(""), "required", "is missing")
	}
}

// validateBody validates a body that is not empty.
func (v *validation) validateBody(content openapi3.Content, h http.Header, body []byte) {
	if slices.ContainsFunc(h["Content-Encoding"], isCompressed) {
		v.report(header("Content-Encoding"), "encoding", "must be identity: a compressed body cannot be validated")
		return
	}
	mediaType, ok := v.mediaType(content, h)
	if !ok {
		return
	}
	switch s := content[mediaType].Schema; mediaType {
	case mediaJSON:
		v.acceptsForm = !v.isResponse && content[mediaForm] != nil
		v.validateJSON(s, body)
	case mediaForm:
		v.validateForm(deref(s), body)
	}
}

// isCompressed reports whether a Content-Encoding changes the bytes of a body.
func isCompressed(encoding string) bool {
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// mediaType returns the media type of a body, if it is one of content.
func (v *validation) mediaType(content openapi3.Content, h http.Header) (string, bool) {
	at := header("Content-Type")
	values := h["Content-Type"]
	if len(values) == 1 && values[0] == mediaJSON && content[mediaJSON] != nil {
		return mediaJSON, true
	}
	allowed := join(slices.Sorted(maps.Keys(content)))
	if len(values) == 0 {
		v.report(at, "required", "is missing; allowed are "+allowed)
		return "", false
	}
	if len(values) > 1 {
		v.report(at, "duplicate", mustNotRepeat)
		return "", false
	}
	mediaType, params, err := mime.ParseMediaType(values[0])
	if err != nil || content[mediaType] == nil {
		v.report(at, "media-type", "must be one of "+allowed)
		return "", false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		v.report(at, "charset", "must be utf-8")
		return "", false
	}
	return mediaType, true
}
