package server

import (
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// totp logs in with the code of an authenticator app.
func (a *attempt) totp() bool {
	return a.secondFactor("totp", textRule{"totp_code", 6, true}, func(text string) int64 {
		credential := a.session.Identity.Credentials["totp"]
		switch {
		case credential == nil:
			return kratos.MessageNoTOTP
		case !validTOTP(text, credential.TOTPURL, a.now()):
			return kratos.MessageInvalidTOTP
		}
		return 0
	})
}

// validTOTP reports whether a code is that of an authenticator app now, or half a minute before or
// after.
func validTOTP(code, otpauth string, now time.Time) bool {
	valid, err := totp.ValidateCustom(code, totpSecret(otpauth), now, totp.ValidateOpts{
		Period: 30, Skew: 1, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	return err == nil && valid
}

// lookup logs in with a backup code.
func (a *attempt) lookup() bool {
	return a.secondFactor("lookup_secret", textRule{"lookup_secret", 0, true}, func(text string) int64 {
		credential := a.session.Identity.Credentials["lookup_secret"]
		if credential == nil {
			return kratos.MessageNoLookupCodes
		}
		for _, code := range credential.LookupCodes {
			switch {
			case code.Code != text:
			case !code.UsedAt.IsZero():
				return kratos.MessageLookupCodeAlreadyUsed
			default:
				code.UsedAt = a.now()
				return 0
			}
		}
		return kratos.MessageInvalidLookupCode
	})
}

// secondFactor logs in with a method that has one field. The function returns the number of the
// message of a wrong value, or 0.
func (a *attempt) secondFactor(method string, rule textRule, check func(string) int64) bool {
	if !a.responsible(method, "aal2") {
		return false
	}
	if !a.allowed(method) {
		return true
	}
	reject := func(violations ...schema.Violation) { a.rejectField(rule.name, violations...) }
	if violations := a.check(rule); len(violations) > 0 {
		reject(violations...)
		return true
	}
	if !a.client(reject) {
		return true
	}
	if id := check(a.form.text(rule.name)); id != 0 {
		reject(a.violation("", id))
		return true
	}
	a.flow.Active = method
	a.finish(a.session.Identity, authMethod{Method: method, AAL: "aal2"})
	return true
}

// rejectField ends the submission of a field, which is emptied, with messages.
func (a *attempt) rejectField(name string, violations ...schema.Violation) {
	if n := a.flow.UI.node(name); n != nil {
		n.Attributes.Value = nil
	}
	if a.flow.Type == "browser" {
		a.putCSRF(a.flow)
	}
	a.reject(violations...)
}
