package server

import (
	"encoding/json"
	"net/http"
)

// maxPasswordStatus is the most bytes of a response of the password migration hook.
const maxPasswordStatus = 1 << 10

// checkPassword reports whether the password of the form is that of a credential. It has responded
// if ok is false.
func (a *attempt) checkPassword(c *credential) (matches, ok bool) {
	if c.Hook && c.Password == "" && a.config.PasswordMigration != nil {
		return a.migratePassword(c)
	}
	matches, err := c.matches(a.form.text("password"))
	if err != nil {
		a.cannot(err.Error())
		return false, false
	}
	return matches, true
}

// migratePassword asks the password migration hook, and keeps a password that is right. It has
// responded if ok is false.
func (a *attempt) migratePassword(c *credential) (matches, ok bool) {
	password := a.form.text("password")
	body := []byte(encodeJSON(map[string]string{"identifier": a.form.text("identifier"), "password": password}))
	var response hookResponse
	a.outside(func() { response = a.post(a.r.Context(), a.config.PasswordMigration, body) })
	switch {
	case response.err == nil && response.status == http.StatusOK:
		if matches = isPasswordMatch(response.body); matches {
			c.Password, c.Hook, c.UpdatedAt = password, false, a.now()
		}
		return matches, true
	case response.err == nil && response.status == http.StatusForbidden:
		return false, true
	}
	a.fail(newError(http.StatusBadGateway, "The password migration hook failed.").withMessage("the password migration hook failed"))
	return false, false
}

// isPasswordMatch reports whether a response says that the password is right.
func isPasswordMatch(body []byte) bool {
	var decoded struct {
		Status string `json:"status"`
	}
	return json.Unmarshal(body[:min(len(body), maxPasswordStatus)], &decoded) == nil && decoded.Status == "password_match"
}
