package kratostest

import (
	"regexp"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Mail is an email or a text message from Kratos.
type Mail struct {
	To       string
	Subject  string // "" for a text message
	Body     string
	Template kratos.CourierTemplate // what it is about, such as "verification_code_valid"
}

var (
	codePattern = regexp.MustCompile(`\b[0-9]{6}\b`)
	linkPattern = regexp.MustCompile(`https?://[^\s"<>]+`)
)

// Code returns the one-time code in the message, or "".
func (m Mail) Code() string { return codePattern.FindString(linkPattern.ReplaceAllString(m.Body, "")) }

// Link returns the URL in the message, or "".
func (m Mail) Link() string { return linkPattern.FindString(m.Body) }

// Mails returns the messages to an email address or a telephone number, oldest first; "" means all.
func (k *Kratos) Mails(address string) []Mail {
	k.t.Helper()
	var mails []Mail
	for message, err := range k.directAdmin().CourierMessages(k.t.Context(), kratos.ListCourierMessages{Recipient: address}) {
		if err != nil {
			k.t.Fatalf("kratostest: Mails: %v", err)
		}
		mails = append([]Mail{{message.Recipient, message.Subject, strings.TrimSpace(message.Body), message.TemplateType}}, mails...)
	}
	return mails
}

// Code returns the one-time code in the last message to an address that has one.
func (k *Kratos) Code(address string) string {
	k.t.Helper()
	mails := k.Mails(address)
	for i := len(mails) - 1; i >= 0; i-- {
		if code := mails[i].Code(); code != "" {
			return code
		}
	}
	k.t.Fatalf("kratostest: Code: %d messages were sent to the address, none with a code", len(mails))
	return ""
}

// Link returns the URL in the last message to an address that has one.
func (k *Kratos) Link(address string) string {
	k.t.Helper()
	mails := k.Mails(address)
	for i := len(mails) - 1; i >= 0; i-- {
		if link := mails[i].Link(); link != "" {
			return link
		}
	}
	k.t.Fatalf("kratostest: Link: %d messages were sent to the address, none with a link", len(mails))
	return ""
}
