package throttle

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// MessageTooManyAttempts is the number of [Refusal.Message], which Kratos does not use.
const MessageTooManyAttempts = 9000429

// Refusal is why a submission was not passed on.
type Refusal struct {
	Flow       string        // "login", "recovery" or "verification"
	RetryAfter time.Duration // after which the next attempt is admitted, if nothing else comes first
	Page       bool          // whether a browser shows the response as a page
}

// Seconds returns RetryAfter in seconds, rounded up, as in the header Retry-After.
func (r Refusal) Seconds() int { return int((r.RetryAfter + time.Second - 1) / time.Second) }

// Message returns a message for the form, with retry_after, in seconds, in its context.
func (r Refusal) Message() kratos.Message {
	return kratos.Message{
		ID: MessageTooManyAttempts, Type: kratos.UITextTypeError,
		Text:    "Too many attempts. Try again in " + waitText(r.Seconds()) + ".",
		Context: json.RawMessage(`{"retry_after":` + strconv.Itoa(r.Seconds()) + `}`),
	}
}

func waitText(seconds int) string {
	switch {
	case seconds == 1:
		return "a second"
	case seconds <= 90:
		return strconv.Itoa(seconds) + " seconds"
	}
	return strconv.Itoa((seconds+59)/60) + " minutes"
}

// Respond is the response to a submission that came too soon, with status 429: for a browser that
// shows pages a small page, and for others an error as Kratos' own, which package kratos reads as
// [kratos.ErrRateLimited], with the message for the form in its details.
func Respond(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	message := refusal.Message()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if refusal.Page {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprintf(w, page, message.Text)
		return
	}
	status := http.StatusTooManyRequests
	body, _ := json.Marshal(map[string]any{"error": map[string]any{ // strings and numbers
		"id": "too_many_attempts", "code": status, "status": http.StatusText(status),
		"reason": message.Text, "message": "The submission comes too soon after failed attempts",
		"details": map[string]any{"retry_after": refusal.Seconds(), "messages": []kratos.Message{message}},
	}})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s\n", body)
}

// page has no value of the request in it.
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Too many attempts</title>
<h1>Too many attempts</h1>
<p role="alert">%s</p>
<p>Then go back, and submit the form again.</p>
</html>
`

// refuse responds to a submission that came too soon.
func (t *Throttle) refuse(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	refusal.Page = prefersHTML(r)
	w.Header().Set("Retry-After", strconv.Itoa(refusal.Seconds()))
	w.Header().Set("Cache-Control", "no-store")
	t.refused(w, r, refusal)
}

// prefersHTML reports whether a browser shows the response as a page, as Kratos decides it: the
// first of both media types counts.
func prefersHTML(r *http.Request) bool {
	accept := strings.Join(r.Header["Accept"], ",")
	html, json := strings.Index(accept, "text/html"), strings.Index(accept, "application/json")
	return html >= 0 && (json < 0 || html < json)
}
