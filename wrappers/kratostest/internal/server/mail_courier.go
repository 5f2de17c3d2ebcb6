package server

import (
	"context"
	"math"
	"net/http"
	"slices"
	"time"
)

const (
	courierTimeout  = 10 * time.Second // of an attempt
	courierAttempts = 6                // courier.message_retries is 5
)

// deliver sends a message by the courier of the configuration, in the background. It tries again at
// once, where Kratos waits.
func (s *Server) deliver(m *mail, body []byte) {
	m.Status = "queued"
	s.background(func() {
		for range courierAttempts {
			if s.deliverOnce(m, body) {
				return
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		m.Status = "abandoned"
	})
}

// deliverOnce reports whether an attempt succeeded.
func (s *Server) deliverOnce(m *mail, body []byte) bool {
	response, _ := s.attempt(context.Background(), s.config.Courier, http.Header{}, body, courierTimeout)
	s.mu.Lock()
	defer s.mu.Unlock()
	if response.err == nil && response.status/100 == 2 {
		m.Status = "sent"
		return true
	}
	m.Failures++
	return false
}

// courierBody returns the request of a message, which is that of hooks.CourierJsonnet.
func (s *Server) courierBody(f *flow, m *mail) []byte {
	body := map[string]any{
		"recipient": m.Recipient, "subject": m.Subject, "body": m.Body, "message_type": m.Type, "template_type": m.Template,
		"template_data": s.templateData(f, m),
	}
	if s.since("v25.4.0") && m.Type == "email" {
		body["html_body"] = m.Body
	}
	return []byte(encodeJSON(body))
}

// templateMembers are the names of the code and the link in the data of a template.
var templateMembers = map[string]struct{ code, link string }{
	"login_code_valid":        {code: "login_code"},
	"registration_code_valid": {code: "registration_code"},
	"recovery_code_valid":     {code: "recovery_code"},
	"recovery_valid":          {link: "recovery_url"},
	"verification_code_valid": {code: "verification_code", link: "verification_url"},
	"verification_valid":      {link: "verification_url"},
}

// templateData returns what a template is made of.
func (s *Server) templateData(f *flow, m *mail) map[string]any {
	data := map[string]any{"to": m.Recipient, "request_url": f.RequestURL, "transient_payload": f.TransientPayload}
	names := templateMembers[m.Template]
	if names.code != "" {
		data[names.code] = m.Code
	}
	if names.link != "" && m.Type == "email" {
		data[names.link] = m.Link
	}
	if i := s.addressee(m); i != nil {
		data["identity"] = s.identityJSON(i)
	} else if f.Kind == registration {
		data["traits"] = f.Traits
	}
	if s.since("v25.4.0") {
		data["expires_in_minutes"] = int(math.Round(s.config.CodeLifespan.Minutes()))
	}
	return data
}

// addressee returns the identity with the address of a message, or nil.
func (s *Server) addressee(m *mail) *identity {
	for _, i := range s.identities {
		if slices.ContainsFunc(i.Verifiable, func(a *verifiableAddress) bool { return a.Value == m.Recipient }) ||
			slices.ContainsFunc(i.Recovery, func(a *recoveryAddress) bool { return a.Value == m.Recipient }) ||
			i.Credentials["code"] != nil && slices.Contains(i.Credentials["code"].Identifiers, m.Recipient) {
			return i
		}
	}
	return nil
}
