package server

import (
	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// submitPassword changes the password.
func (sc *settingsCall) submitPassword() {
	if !sc.admit(true) {
		return
	}
	password, i := sc.form.text("password"), sc.flow.Identity
	if password == "" {
		sc.rejectAt("password", message.New(kratos.MessageRequired, "property", "password"))
		return
	}
	old := i.Credentials["password"]
	if sc.since("v25.4.0") && old != nil && old.Password == password {
		sc.rejectAt("password", message.New(kratos.MessagePasswordUnchanged))
		return
	}
	if m := checkPassword(password, sc.schema(i.SchemaID).Read(i.Traits).Identifiers["password"]); m != nil {
		sc.rejectAt("password", *m)
		return
	}
	changed := i.clone()
	c := changed.credential(sc.Server, "password")
	c.Password, c.Hash, c.UpdatedAt = password, "", sc.now()
	sc.save("password", changed, nil)
}

// submitTOTP adds an authenticator app, or removes it.
func (sc *settingsCall) submitTOTP() {
	if !sc.admit(true) {
		return
	}
	i := sc.flow.Identity.clone()
	if i.Credentials["totp"] != nil {
		if sc.form.flag("totp_unlink") {
			delete(i.Credentials, "totp")
		}
		sc.save("totp", i, nil)
		return
	}
	code := sc.form.text("totp_code")
	if code == "" {
		sc.rejectAt("totp_code", message.New(kratos.MessageRequired, "property", "totp_code"))
		return
	}
	if !sc.totpValid(code, sc.flow.TOTPURL) {
		sc.rejectAt("totp_code", message.New(kratos.MessageInvalidTOTP))
		return
	}
	c := i.credential(sc.Server, "totp")
	c.Identifiers, c.TOTPURL = []string{i.ID}, sc.flow.TOTPURL
	sc.save("totp", i, func() { sc.session.addFactor(sc.Server, "totp") })
}

// totpValid reports whether an authenticator app shows a code now.
func (s *Server) totpValid(code, otpauth string) bool {
	valid, err := totp.ValidateCustom(code, totpSecret(otpauth), s.now(), totp.ValidateOpts{Period: 30, Skew: 1, Digits: 6})
	return err == nil && valid
}

// addFactor lifts a session to a second factor that was added, without making it a recent one.
func (s *session) addFactor(server *Server, method string) {
	s.Methods = append(s.Methods, authMethod{Method: method, AAL: "aal2", CompletedAt: server.now()})
	s.AAL = "aal2"
}
