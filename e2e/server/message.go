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

// Message is a mail as its reader sees it.
type Message struct {
	To      string
	Subject string
	Text    string // the plain text, with \n at the ends of lines
}

var (
	codeLine = regexp.MustCompile(`(?m)^[ \t]*(\d{6})[ \t]*$`)
	anyURL   = regexp.MustCompile(`https?://[^\s<>"]+`)
)

// Code returns the six digits that the mail asks its reader to enter.
func (m Message) Code() (string, error) {
	match := codeLine.FindStringSubmatch(m.Text)
	if match == nil {
		return "", fmt.Errorf("server: no code of six digits in the mail %q", m.Subject)
	}
	return match[1], nil
}

// Link returns the first URL in the mail, which is the one that its reader is to open.
func (m Message) Link() (string, error) {
	link := anyURL.FindString(m.Text)
	if link == "" {
		return "", fmt.Errorf("server: no link in the mail %q", m.Subject)
	}
	return link, nil
}

func parseMessage(r io.Reader) (Message, error) {
	parsed, err := mail.ReadMessage(r)
	if err != nil {
		return Message{}, fmt.Errorf("server: reading a mail: %w", err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		return Message{}, fmt.Errorf("server: reading a mail's subject: %w", err)
	}
	text, err := plainText(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body)
	if err != nil {
		return Message{}, fmt.Errorf("server: reading the mail %q: %w", subject, err)
	}
	return Message{Subject: subject, Text: strings.ReplaceAll(text, "\r\n", "\n")}, nil
}

var errNoPlainText = errors.New("there is no plain text in it")

// plainText returns the first text/plain part of a body, which may be the body itself.
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
