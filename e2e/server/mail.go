package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	maxMailBytes = 1 << 20
	maxMails     = 1000             // unread emails; the oldest are dropped
	mailTimeout  = 15 * time.Second // Kratos takes a fraction of a second

	fetchInterval = 20 * time.Millisecond
)

// Mail is a mail server that keeps the emails from Kratos until they are read.
type Mail struct {
	listener net.Listener
	smtp     *smtp.Server

	mu      sync.Mutex
	inbox   []Message
	arrived chan struct{} // closed and replaced at each email

	// fetch returns new messages of a Kratos that does not send them. It is nil for others.
	fetch func(context.Context) ([]Message, error)
}

func listenMail() (*Mail, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("server: the mail server: %w", err)
	}
	m := &Mail{listener: listener, arrived: make(chan struct{})}
	m.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &delivery{mail: m}, nil
	}))
	m.smtp.Domain = "localhost"
	m.smtp.MaxMessageBytes = maxMailBytes
	m.smtp.MaxRecipients = 10
	m.smtp.ReadTimeout, m.smtp.WriteTimeout = mailTimeout, mailTimeout
	go m.smtp.Serve(listener)
	return m, nil
}

// Wait returns the oldest unread email to recipient, and waits for one if there is none, until ctx
// ends, at most 15 seconds.
func (m *Mail) Wait(ctx context.Context, recipient string) (Message, error) {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	return m.next(ctx, "email to "+recipient, func(to string) bool { return strings.EqualFold(to, recipient) })
}

// WaitAny is like Wait for any recipient, and waits until ctx ends.
func (m *Mail) WaitAny(ctx context.Context) (Message, error) {
	return m.next(ctx, "email", func(string) bool { return true })
}

func (m *Mail) next(ctx context.Context, what string, wanted func(to string) bool) (Message, error) {
	for {
		if err := m.fetchNew(ctx); err != nil {
			return Message{}, fmt.Errorf("server: no %s arrived: %w", what, err)
		}
		message, ok, arrived := m.take(wanted)
		if ok {
			return message, nil
		}
		select {
		case <-ctx.Done():
			return Message{}, fmt.Errorf("server: no %s arrived: %w", what, ctx.Err())
		case <-arrived:
		case <-m.nextFetch():
		}
	}
}

func (m *Mail) fetchNew(ctx context.Context) error {
	if m.fetch == nil {
		return nil
	}
	messages, err := m.fetch(ctx)
	if len(messages) > 0 {
		m.put(messages)
	}
	return err
}

// nextFetch returns when to fetch messages again, nil for never.
func (m *Mail) nextFetch() <-chan time.Time {
	if m.fetch == nil {
		return nil
	}
	return time.After(fetchInterval)
}

func (m *Mail) take(wanted func(to string) bool) (Message, bool, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, message := range m.inbox {
		if wanted(message.To) {
			m.inbox = append(m.inbox[:i:i], m.inbox[i+1:]...)
			return message, true, nil
		}
	}
	return Message{}, false, m.arrived
}

func (m *Mail) put(messages []Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inbox = append(m.inbox, messages...)
	m.inbox = m.inbox[max(0, len(m.inbox)-maxMails):]
	close(m.arrived)
	m.arrived = make(chan struct{})
}

func (m *Mail) addr() net.Addr { return m.listener.Addr() }

func (m *Mail) close() { m.smtp.Close() }

// delivery is an SMTP session of Kratos' courier.
type delivery struct {
	mail *Mail
	to   []string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var messages []Message
	for _, to := range d.to {
		message, err := parseMessage(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		message.To = to
		messages = append(messages, message)
	}
	d.mail.put(messages)
	return nil
}

func (d *delivery) Reset() { d.to = nil }

func (d *delivery) Logout() error { return nil }
