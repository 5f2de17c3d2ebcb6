package throttle

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// outcome is what a response says about an attempt.
type outcome int

const (
	ignored outcome = iota
	failed
	succeeded
)

// result is the part of Kratos' JSON that decides.
type result struct {
	State   string          `json:"state"`
	Session json.RawMessage `json:"session"`
	Token   string          `json:"session_token"`
	UI      *struct {
		Messages []message `json:"messages"`
		Nodes    []struct {
			Messages []message `json:"messages"`
		} `json:"nodes"`
	} `json:"ui"`
	ContinueWith []struct {
		Token string `json:"ory_session_token"`
	} `json:"continue_with"`
}

type message struct {
	ID   int    `json:"id"`
	Type string `json:"type"`
}

// outcomeOf returns the outcome of an attempt, and the new sessions of a success.
func (t *Throttle) outcomeOf(ctx context.Context, a *attempt, resp *recorder) (outcome, []string) {
	header := resp.Header()
	if sessions := t.newSessions(header); len(sessions) > 0 {
		return succeeded, sessions
	}
	if ctx.Err() != nil { // the client left, and can look at the flow for the outcome
		return failed, nil
	}
	mediaType, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch status := resp.statusCode(); {
	case status >= 500:
		return ignored, nil
	case status >= 300 && status < 400:
		return failedIf(a.hasFlow(header.Get("Location"))), nil
	case isJSON(mediaType):
		return a.jsonOutcome(status, resp)
	case mediaType == "text/html":
		return failedIf(status != http.StatusNotFound), nil
	}
	return ignored, nil
}

func failedIf(failure bool) outcome {
	if failure {
		return failed
	}
	return ignored
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// jsonOutcome returns the outcome of a response with JSON. One that cannot be read is a failure,
// unless its status says otherwise.
func (a *attempt) jsonOutcome(status int, resp *recorder) (outcome, []string) {
	var r result
	if resp.truncated || json.Unmarshal(resp.body, &r) != nil {
		return failedIf(status == http.StatusOK || status == http.StatusBadRequest), nil
	}
	switch {
	case r.UI != nil:
		return r.formOutcome(), r.tokens()
	case status < 300 && len(r.Session) > 0 && string(r.Session) != "null":
		return succeeded, r.tokens()
	}
	return ignored, nil
}

// tokens returns the session tokens for a native client.
func (r *result) tokens() (found []string) {
	if r.Token != "" {
		found = append(found, r.Token)
	}
	for _, c := range r.ContinueWith {
		if c.Token != "" {
			found = append(found, c.Token)
		}
	}
	return found
}

func (r *result) formOutcome() outcome {
	messages := r.UI.Messages
	for _, n := range r.UI.Nodes {
		messages = append(messages, n.Messages...)
	}
	errors := 0
	for _, m := range messages {
		if m.Type != string(kratos.UITextTypeError) {
			continue
		}
		if !isHarmless(m.ID) {
			return failed
		}
		errors++
	}
	switch {
	case errors > 0:
		return ignored
	case r.State == "passed_challenge":
		return succeeded
	}
	return failedIf(r.State == "sent_email" || r.State == "recovery_awaiting_code")
}

// isHarmless reports whether an error message says nothing about what was guessed.
func isHarmless(id int) bool {
	switch id {
	case kratos.MessageRequired, kratos.MessageAddressNotVerified, kratos.MessageNoLoginMethod,
		kratos.MessageNoRecoveryMethod, kratos.MessageNoVerificationMethod:
		return true
	}
	return false
}

// newSessions returns the session cookies that a response sets.
func (t *Throttle) newSessions(header http.Header) (found []string) {
	if header["Set-Cookie"] == nil {
		return nil
	}
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		if t.isSessionCookie(cookie.Name) && cookie.Value != "" && cookie.MaxAge >= 0 {
			found = append(found, canonicalCookie(cookie.Value))
		}
	}
	return found
}

// settle takes an attempt back unless it failed, and remembers a success.
func (t *Throttle) settle(r *http.Request, a *attempt, resp *recorder) {
	ctx := r.Context()
	result, sessions := t.outcomeOf(ctx, a, resp)
	if result == failed {
		return
	}
	t.counters.refund(ctx, a.buckets)
	if result != succeeded {
		return
	}
	for _, s := range a.subjects {
		if a.certain && s.known == s.class && a.address != "" {
			t.counters.add(ctx, t.knownName(s, a.address), 1, knownFor)
		}
	}
	for _, session := range sessions {
		t.link(ctx, session, a)
	}
}

// link remembers whose session it is, for the second factor.
func (t *Throttle) link(ctx context.Context, session string, a *attempt) {
	for _, s := range a.subjects {
		if s.person == 0 {
			continue
		}
		key := t.keys.name("link", session)
		if t.counters.add(ctx, key, 0, linkedFor) == 0 {
			t.counters.add(ctx, key, s.person, linkedFor)
		}
		return
	}
}
