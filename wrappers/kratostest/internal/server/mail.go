package server

import (
	"fmt"
	"net/url"
	"strings"
)

// send sends a message of a flow, with a code or a link, to an address.
func (s *Server) send(f *flow, template, via, address, code, link string) {
	kind, subject := "email", "A message from Kratos"
	if via == "sms" {
		kind, subject = "sms", ""
	}
	var parts []string
	if code != "" {
		parts = append(parts, "Your code:\n\n"+code+"\n")
	}
	if link != "" {
		parts = append(parts, "Open this link:\n\n"+link+"\n")
	}
	body := strings.Join(parts, "\n")
	m := &mail{
		ID: newID(), Type: kind, Recipient: address, Subject: subject, Body: body, Template: template, Code: code, Link: link, CreatedAt: s.now(),
	}
	s.mails = append(s.mails, m)
	if s.config.Courier != nil {
		s.deliver(m, s.courierBody(f, m))
	}
}

// Mail is a message that was sent.
type Mail struct{ To, Subject, Body, Template, Code, Link string }

// Mails returns the messages to an address, oldest first.
func (s *Server) Mails(address string) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Mail
	for _, m := range s.mails {
		if address == "" || normalize(m.Recipient) == normalize(address) {
			found = append(found, Mail{m.Recipient, m.Subject, m.Body, m.Template, m.Code, m.Link})
		}
	}
	return found
}

// Code returns the code in the last message to an address, also if it is in a link.
func (s *Server) Code(address string) (string, error) {
	mails := s.Mails(address)
	if len(mails) == 0 {
		return "", fmt.Errorf("no message was sent to %s", address)
	}
	last := mails[len(mails)-1]
	if last.Code != "" {
		return last.Code, nil
	}
	if u, err := url.Parse(last.Link); err == nil && u.Query().Get("code") != "" {
		return u.Query().Get("code"), nil
	}
	return "", fmt.Errorf("the last message to %s has a link and no code: see Mails", address)
}
