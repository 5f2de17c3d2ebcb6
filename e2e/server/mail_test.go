package server

import (
	"context"
	"fmt"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

func TestParseMessage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ raw, subject, text string }{
		"a plain email": {
			"Subject: Hello\r\n\r\nOne\r\nTwo\r\n",
			"Hello", "One\nTwo\n",
		},
		"an encoded subject and quoted-printable": {
			"Subject: =?UTF-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=UTF-8\r\n" +
				"Content-Transfer-Encoding: quoted-printable\r\n\r\nhttp://x/?a=3Db&c=\r\n=3Dd\r\n",
			"Grüße", "http://x/?a=b&c=d\n",
		},
		"the plain text of two alternatives": {
			"Subject: Two\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n" +
				"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\ncGxhaW4=\r\n--b--\r\n",
			"Two", "plain",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseMessage(strings.NewReader(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if want := (Message{Subject: test.subject, Text: test.text}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	if _, err := parseMessage(strings.NewReader("Content-Type: text/html\r\n\r\n<p>")); err == nil {
		t.Error("no error for an email without plain text")
	}
}

func TestCodeIsOnItsOwnLine(t *testing.T) {
	t.Parallel()
	code, err := Message{Text: "Enter 999999 or http://x/?code=888888\n\n012345\n"}.Code()
	if err != nil || code != "012345" {
		t.Errorf("code %q, error %v", code, err)
	}
	_, err = Message{Subject: "S", Text: "1234567\n http://x/?code=123456\n"}.Code()
	wantError(t, err, `no code of six digits in the email "S"`)
	_, err = Message{Subject: "S", Text: "nothing"}.Link()
	wantError(t, err, `no link in the email "S"`)
}

func TestWaitReturnsEachEmailOnceInOrderByRecipient(t *testing.T) {
	t.Parallel()
	mail := newMail(t)
	for i, to := range []string{"a@x.example", "b@x.example", "a@x.example"} {
		send(t, mail, to, fmt.Sprintf("mail %d", i), "text")
	}
	for _, want := range []struct{ to, subject string }{
		{"b@x.example", "mail 1"}, {"a@x.example", "mail 0"}, {"a@x.example", "mail 2"},
	} {
		got, err := mail.Wait(t.Context(), want.to)
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != want.subject || got.To != want.to {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := mail.Wait(ctx, "a@x.example")
	wantError(t, err, "server: no email to a@x.example arrived", "deadline exceeded")
}

func TestWaitAnyReturnsTheNextEmail(t *testing.T) {
	t.Parallel()
	mail := newMail(t)
	got := make(chan Message)
	go func() {
		message, err := mail.WaitAny(t.Context())
		if err != nil {
			t.Error(err)
		}
		got <- message
	}()
	send(t, mail, "c@x.example", "late", "text")
	if message := <-got; message.To != "c@x.example" {
		t.Errorf("got %+v", message)
	}
}

func TestTooLargeEmailIsRejected(t *testing.T) {
	t.Parallel()
	mail := newMail(t)
	raw := "Subject: huge\r\n\r\n" + strings.Repeat("0123456789\r\n", maxMailBytes/10)
	err := smtp.SendMail(mail.addr().String(), nil, "k@x.example", []string{"a@x.example"}, []byte(raw))
	wantError(t, err, "552")
}

func newMail(t *testing.T) *Mail {
	t.Helper()
	mail, err := listenMail()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mail.close)
	return mail
}

func send(t *testing.T, mail *Mail, to, subject, text string) {
	t.Helper()
	raw := []byte("Subject: " + subject + "\r\n\r\n" + text + "\r\n")
	if err := smtp.SendMail(mail.addr().String(), nil, "k@x.example", []string{to}, raw); err != nil {
		t.Fatal(err)
	}
}
