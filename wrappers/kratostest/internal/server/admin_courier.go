package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// messageBody is a message of the courier in a response.
type messageBody struct {
	ID           string        `json:"id"`
	Status       string        `json:"status"`
	Type         string        `json:"type"`
	Recipient    string        `json:"recipient"`
	Body         string        `json:"body"`
	Subject      string        `json:"subject"`
	TemplateType string        `json:"template_type"`
	Channel      string        `json:"channel"`
	SendCount    int           `json:"send_count"`
	Dispatches   []messageSent `json:"dispatches,omitempty"`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
}

// messageSent is an attempt to send a message.
type messageSent struct {
	ID        string    `json:"id"`
	MessageID string    `json:"message_id"`
	Status    string    `json:"status"`
	Error     *apiError `json:"error"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// maxSends is how often the courier tries to send a message.
const maxSends = 2

// bounces reports whether a message cannot be delivered: the recipient begins with "bounce".
func (m *mail) bounces() bool { return strings.HasPrefix(normalize(m.Recipient), "bounce") }

// messageJSON returns a message without its dispatches.
func messageJSON(m *mail) messageBody {
	body := messageBody{
		ID: m.ID, Status: "sent", Type: m.Type, Recipient: m.Recipient, Body: m.Body, Subject: m.Subject, TemplateType: m.Template,
		Channel: m.Type, SendCount: 1, CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt,
	}
	switch {
	case m.Status == "sent":
		body.Status, body.SendCount = m.Status, m.Failures+1
	case m.Status != "":
		body.Status, body.SendCount = m.Status, m.Failures
	case m.bounces():
		body.Status, body.SendCount = "abandoned", maxSends
	}
	return body
}

// dispatches returns the attempts to send a message.
func dispatches(m *mail) []messageSent {
	failures := m.Failures
	if m.Status == "" && m.bounces() {
		failures = maxSends
	}
	var attempts []messageSent
	for range failures {
		attempts = append(attempts, messageSent{
			ID: newID(), MessageID: m.ID, Status: "failed", CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt,
			Error: newError(http.StatusInternalServerError, "The message could not be delivered."),
		})
	}
	if m.Status == "sent" || m.Status == "" && !m.bounces() {
		attempts = append(attempts, messageSent{ID: newID(), MessageID: m.ID, Status: "success", CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt})
	}
	return attempts
}

// listCourierMessages handles listCourierMessages.
func (c *call) listCourierMessages() {
	c.noCache()
	status, recipient := c.query("status"), c.query("recipient")
	if status != "" && !slices.Contains([]string{"queued", "sent", "processing", "abandoned"}, status) {
		c.error(newError(http.StatusBadRequest, "The status is not one of a message."))
		return
	}
	invalid := newError(http.StatusInternalServerError, "").withMessage("the page_size or the page_token is not valid")
	invalid.status = http.StatusBadRequest
	size, ok := c.keysetSize(10, invalid)
	if !ok {
		return
	}
	after := ""
	if token := c.query("page_token"); token != "" {
		if after, ok = keysetID(token); !ok {
			c.error(invalid)
			return
		}
	}
	list := []messageBody{}
	for _, m := range slices.Backward(c.mails) {
		body := messageJSON(m)
		if (status == "" || body.Status == status) && (recipient == "" || body.Recipient == recipient) {
			list = append(list, body)
		}
	}
	long := c.since("v25.4.0")
	page, last := keysetPage(list, func(m messageBody) string { return m.ID }, after, size)
	next := ""
	if last != nil {
		next = keysetToken(last.ID, last.CreatedAt, long)
	}
	c.writeKeysetLinks(size, firstToken(long), next)
	if !long {
		c.w.Header().Set("X-Total-Count", strconv.Itoa(len(list)))
	}
	c.json(http.StatusOK, page)
}

// getCourierMessage handles getCourierMessage.
func (c *call) getCourierMessage() {
	c.noCache()
	id, ok := c.pathUUID()
	if !ok {
		return
	}
	index := slices.IndexFunc(c.mails, func(m *mail) bool { return strings.EqualFold(m.ID, id) })
	if index < 0 {
		c.notFound()
		return
	}
	body := messageJSON(c.mails[index])
	body.Dispatches = dispatches(c.mails[index])
	c.json(http.StatusOK, body)
}
