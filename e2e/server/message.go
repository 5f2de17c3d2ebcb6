package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
)

// Message is an email.
type Message struct {
	To      string
	Subject string
	Text    string // the plain text, with lines that end in \n
}

var (
	codeLine = regexp.MustCompile(`(?m)^[ \t]*(\d{6})[ \t]*$`)
	anyURL   = regexp.MustCompile(`https?://[^\s<>"]+`)
)

// Code returns the one-time code in the email, six digits on a line.
func (m Message) Code() (string, error) {
	match := codeLine.FindStringSubmatch(m.Text)
	if match == nil {
		return "", fmt.Errorf("server: no code of six digits in the email %q", m.Subject)
	}
	return match[1], nil
}

// Link returns the first URL in the email, the link to open.
func (m Message) Link() (string, error) {
	link := anyURL.FindString(m.Text)
	if link == "" {
		return "", fmt.Errorf("server: no link in the email %q", m.Subject)
	}
	return link, nil
}

func parseMessage(r io.Reader) (Message, error) {
	parsed, err := mail.ReadMessage(r)
	if err != nil {
		return Message{}, fmt.Errorf("server: reading an email: %w", err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		return Message{}, fmt.Errorf("server: reading the subject of an email: %w", err)
	}
	text, err := plainText(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body)
	if err != nil {
		return Message{}, fmt.Errorf("server: reading the email %q: %w", subject, err)
	}
	return Message{Subject: subject, Text: strings.ReplaceAll(text, "\r\n", "\n")}, nil
}

var errNoPlainText = errors.New("it has no plain text")

// plainText returns the first text/plain part of a body, or the body if it is text/plain itself.
func plainText(contentType, encoding string, body io.Reader) (string, error) {
	mediaType, params := "text/plain", map[string]string(nil)
	if contentType != "" {
		var err error
		if mediaType, params, err = mime.ParseMediaType(contentType); err != nil {
			return "", err
		}
	}
	if strings.HasPrefix(mediaType, "multipart/") {
		return firstPlainText(multipart.NewReader(body, params["boundary"]))
	}
	if mediaType != "text/plain" {
		return "", errNoPlainText
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	return string(text), err
}

func firstPlainText(parts *multipart.Reader) (string, error) {
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", errNoPlainText
		}
		if err != nil {
			return "", err
		}
		text, err := plainText(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
		if !errors.Is(err, errNoPlainText) {
			return text, err
		}
	}
}
