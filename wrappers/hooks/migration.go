package hooks

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// PasswordMigration returns the handler of Kratos' password migration hook, which asks another
// system whether a password is right, for identities that were imported with
// kratos.PasswordMigrationHook. Kratos then stores its own hash, and does not ask again. See
// https://www.ory.sh/docs/kratos/manage-identities/import-user-accounts-identities.
//
// check reports whether the password is right. It has to take as long for an unknown identifier as
// for a wrong password. After an error, a panic or the time-out, the person gets an error of status
// 502. PasswordMigration panics without a valid caller or a function.
func PasswordMigration(caller Caller, check func(ctx context.Context, identifier, password string) (bool, error), opts ...Option) http.Handler {
	e := newEndpoint("PasswordMigration", caller, hookTimeout, opts)
	if check == nil {
		panic("hooks: PasswordMigration needs a function")
	}
	return e.handler(func(r *http.Request, body []byte) (int, []byte) { return e.migrate(r, body, check) })
}

type wirePassword struct {
	Identifier string `json:"identifier"`
	Password   string `json:"password"`
}

var passwordMatch = []byte(`{"status":"password_match"}`)

// migrate returns the response to a password. Kratos makes one attempt with status 422, and three
// with a 5xx.
func (e *endpoint) migrate(r *http.Request, body []byte, check func(context.Context, string, string) (bool, error)) (int, []byte) {
	var wire wirePassword
	if err := jsonv2.Unmarshal(body, &wire); err != nil || wire.Identifier == "" {
		e.report(r.Context(), &hookError{sentinel: ErrMalformedRequest, detail: "the body has no identifier and password"})
		return http.StatusUnprocessableEntity, nil
	}
	if wire.Password == "" {
		return http.StatusForbidden, nil
	}
	ids := callIDs{string(FlowLogin), uuidHeader(r.Header, headerTriggerID), uuidHeader(r.Header, headerRequestID)}
	type result struct {
		matches bool
		err     error
	}
	got, err := run(r.Context(), e, ids, func(ctx context.Context) (res result) {
		res.matches, res.err = check(ctx, wire.Identifier, wire.Password)
		return res
	})
	if err == nil && got.err != nil {
		err = &hookError{sentinel: ErrFailed, cause: got.err}
	}
	switch {
	case err != nil:
		e.report(ids.in(r.Context()), err)
		return http.StatusUnprocessableEntity, nil
	case got.matches:
		return http.StatusOK, passwordMatch
	}
	return http.StatusForbidden, nil
}
