package validate

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// requestBody judges the body of a request.
func (j *judge) requestBody(want *body, header http.Header, text []byte) {
	switch {
	case want == nil && len(text) > 0:
		j.problem("body", "no-body", "must be empty")
	case want == nil:
	case len(text) > 0:
		j.body(want, header, text)
	case want.required:
		j.problem("body", "required", "is missing")
	}
}

// body judges a body that is there.
func (j *judge) body(want *body, header http.Header, text []byte) {
	if slices.ContainsFunc(header["Content-Encoding"], isEncoded) {
		j.problem("header.Content-Encoding", "encoding", "must be identity: a compressed body cannot be judged")
		return
	}
	kind, ok := j.mediaType(want, header)
	if !ok {
		return
	}
	switch s := want.media[kind]; kind {
	case mediaJSON:
		j.fieldNames = !j.answer && want.media[mediaForm] != nil
		j.json(s, text)
	case mediaForm:
		j.form(s, text)
	}
}

// isEncoded reports whether a Content-Encoding is one that changes the bytes of a body.
func isEncoded(encoding string) bool {
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// mediaType returns the type of a body, if it is one that is wanted.
func (j *judge) mediaType(want *body, header http.Header) (string, bool) {
	const where = "header.Content-Type"
	values := header["Content-Type"]
	if len(values) == 0 {
		j.problem(where, "required", "is missing; it is one of "+list(want.kinds))
		return "", false
	}
	if len(values) > 1 {
		j.problem(where, "repeated", "must be there once")
		return "", false
	}
	if values[0] == mediaJSON && want.media[mediaJSON] != nil {
		return mediaJSON, true
	}
	kind, params, err := mime.ParseMediaType(values[0])
	if _, known := want.media[kind]; err != nil || !known {
		j.problem(where, "media-type", "must be one of "+list(want.kinds))
		return "", false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		j.problem(where, "charset", "must be utf-8")
		return "", false
	}
	return kind, true
}

// json judges a text that should be JSON.
func (j *judge) json(s *schema, text []byte) {
	fault := jsonv2.Check(text)
	if fault == nil {
		j.cursor = cursor{text: text}
		j.value(s)
		return
	}
	at := " (byte " + strconv.FormatInt(fault.Offset, 10) + ")"
	switch {
	case fault.Duplicate:
		j.problem(s.safe(fault.Pointer), "duplicate", "must be there once"+at)
	case fault.Truncated:
		j.problem("body", "syntax", "must be JSON, and ends too early"+at)
	default:
		j.problem("body", "syntax", "must be one JSON value in UTF-8"+at)
	}
}
