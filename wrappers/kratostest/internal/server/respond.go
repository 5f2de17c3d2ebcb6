package server

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"time"
)

// apiError is an error of Kratos: the member "error" of a response, and members beside it.
type apiError struct {
	ID      string         `json:"id,omitempty"`
	Code    int            `json:"code"`
	Status  string         `json:"status,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Details map[string]any `json:"details,omitempty"`
	Message string         `json:"message"`

	status int            // HTTP status, if it differs from Code
	beside map[string]any // members beside "error"
}

// newError returns an error with a status. The message is that of Kratos for the status.
func newError(status int, reason string) *apiError {
	return &apiError{Code: status, Status: http.StatusText(status), Reason: reason, Message: statusMessages[status]}
}

// withID sets the id.
func (e *apiError) withID(id string) *apiError { e.ID = id; return e }

// withMessage replaces the message.
func (e *apiError) withMessage(text string) *apiError { e.Message = text; return e }

// withDetail adds a detail.
func (e *apiError) withDetail(name string, value any) *apiError {
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	e.Details[name] = value
	return e
}

// with adds a member beside "error".
func (e *apiError) with(name string, value any) *apiError {
	if e.beside == nil {
		e.beside = map[string]any{}
	}
	e.beside[name] = value
	return e
}

// httpStatus returns the status of the response.
func (e *apiError) httpStatus() int {
	if e.status != 0 {
		return e.status
	}
	return e.Code
}

// statusMessages are the messages of errors without one of their own. That of 401 is Kratos': clients
// tell by it that a 401 is from Kratos, and not from a gateway.
var statusMessages = map[int]string{
	http.StatusBadRequest:          "the request is not valid",
	http.StatusUnauthorized:        "The request could not be authorized",
	http.StatusForbidden:           "the request is not allowed",
	http.StatusNotFound:            "there is no such resource",
	http.StatusConflict:            "the resource exists, or is referred to",
	http.StatusGone:                "the resource is gone",
	http.StatusInternalServerError: "the server failed",
	http.StatusNotImplemented:      "the Kratos in memory cannot do this",
}

// json responds with a value.
func (c *call) json(status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("kratostest: cannot encode a response: " + err.Error())
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body.Bytes())
}

// empty responds without a body.
func (c *call) empty(status int) { c.w.WriteHeader(status) }

// error responds with an error as JSON, whatever the client asked for.
func (c *call) error(e *apiError) {
	if c.since("v25.4.0") {
		c.w.Header()["Ory-Error-Id"] = []string{e.ID}
	}
	c.json(e.httpStatus(), e.envelope())
	c.w.Header().Set("Content-Type", "application/json")
}

// envelope returns the body of an error.
func (e *apiError) envelope() map[string]any {
	envelope := map[string]any{"error": e}
	for name, value := range e.beside {
		envelope[name] = value
	}
	return envelope
}

// fail ends a request of a flow with an error: as JSON, or for a page, by a redirect to the error
// page, from which [call.flowError] can be read.
func (c *call) fail(e *apiError) {
	if c.native() || c.wantsJSON() {
		c.error(e)
		return
	}
	c.redirect(http.StatusSeeOther, c.errorPage(e))
}

// storedError is an error that a page can read.
type storedError struct {
	ID        string    `json:"id"`
	Error     *apiError `json:"error"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// errorPage keeps an error and returns the URL of the page that shows it.
func (c *call) errorPage(e *apiError) string {
	stored := &storedError{ID: newID(), Error: e, CreatedAt: c.now(), UpdatedAt: c.now()}
	c.errors[stored.ID] = stored
	return c.config.UIURL + "/error?id=" + stored.ID
}

// redirect responds with a redirect, with a body like that of net/http for GET.
func (c *call) redirect(status int, location string) {
	c.w.Header().Set("Location", location)
	if c.r.Method != http.MethodGet {
		c.w.WriteHeader(status)
		return
	}
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write([]byte(`<a href="` + html.EscapeString(location) + `">` + http.StatusText(status) + "</a>.\n\n"))
}

// withQuery returns a URL with another parameter.
func withQuery(target, name, value string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}

// cannot responds that the Kratos in memory cannot do something that Kratos can.
func (c *call) cannot(what string) {
	c.error(newError(http.StatusNotImplemented, "The Kratos in memory of package kratostest cannot do this: "+what+"."))
}
