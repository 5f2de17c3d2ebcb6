package server

import "time"

// maxCodeTries is how many times a code can be submitted to a flow. It is not reset by another
// code.
const maxCodeTries = 5

// oneTimeCode is a one-time code of a flow. Each address has its own, so that the code tells which
// address received it.
type oneTimeCode struct {
	Text      string
	Address   string // that received it, or "" for a code of an administrator
	Via       string // "email" or "sms"
	ExpiresAt time.Time
	Used      bool
}

// codeResult is the outcome of the submission of a code.
type codeResult int

const (
	codeRight    codeResult = iota
	codeWrong               // no code of the flow: also if none was sent, to an unknown address
	codeUsed                // the right code for the second time
	codeExpired             // the right code, too late
	codeTooOften            // one submission too many, whatever the code
)

// sendCode sends a new code to an address. The template is that of the courier, such as
// "login_code_valid"; via is "email" or "sms".
//
// A flow that sends a code:
//
//	f.forgetCodes() // earlier codes are not valid anymore
//	c.sendCode(f, "login_code_valid", "email", address) // for each known address
//	f.State = "sent_email"
//
// And one that receives it:
//
//	code, result := c.checkCode(f, form.text("code"))
func (c *call) sendCode(f *flow, template, via, address string) *oneTimeCode {
	code := c.issueCode(f, via, address)
	c.send(f, template, via, address, code.Text, "")
	return code
}

// sendCodeLink is sendCode with a link in the message, to a URL with the parameter code.
func (c *call) sendCodeLink(f *flow, template, via, address, target string) *oneTimeCode {
	code := c.issueCode(f, via, address)
	c.send(f, template, via, address, code.Text, withQuery(target, "code", code.Text))
	return code
}

// issueCode creates a code without sending it.
func (c *call) issueCode(f *flow, via, address string) *oneTimeCode {
	code := &oneTimeCode{Text: newCode(), Address: address, Via: via, ExpiresAt: c.now().Add(c.config.CodeLifespan)}
	f.Codes = append(f.Codes, code)
	return code
}

// forgetCodes makes the codes of a flow wrong ones.
func (f *flow) forgetCodes() { f.Codes = nil }

// checkCode counts a submission of a code, and marks the code as used if it is right. The code is
// nil if it is wrong or the flow had too many submissions.
func (c *call) checkCode(f *flow, text string) (*oneTimeCode, codeResult) {
	f.CodeTries++
	if f.CodeTries > maxCodeTries {
		return nil, codeTooOften
	}
	for _, code := range f.Codes {
		switch {
		case code.Text != text:
		case !code.ExpiresAt.After(c.now()):
			return code, codeExpired
		case code.Used:
			return code, codeUsed
		default:
			code.Used = true
			return code, codeRight
		}
	}
	return nil, codeWrong
}
