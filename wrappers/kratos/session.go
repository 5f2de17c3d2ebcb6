package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// Whoami returns the session of the person whose [Token] the call has (toSession, public port). It fails with
// [ErrNoSession] if there is no such session or it has ended, and with [ErrAAL2Required] if it needs a second factor first.
func (c *Client) Whoami(ctx context.Context, opts ...CallOption) (*Session, error) {
	resp, err := c.api.ToSession(ctx, nil, edit(opts, forPerson)...)
	session, err := do[Session]("toSession", resp, err)
	if err != nil {
		return nil, err
	}
	if session.ID == "" {
		return nil, &Error{Operation: "toSession", StatusCode: resp.StatusCode, Header: resp.Header, kind: ErrUnexpectedAnswer}
	}
	return session, nil
}

// Logout ends the session with this token (performNativeLogout, public port). Ending a session twice is no error; a token
// that Kratos never gave out, or has forgotten, is [ErrNoSession].
func (c *Client) Logout(ctx context.Context, token string, opts ...CallOption) error {
	if token == "" {
		return invalid("performNativeLogout", "the session token is empty")
	}
	resp, err := c.api.PerformNativeLogout(ctx, gen.PerformNativeLogoutBody{SessionToken: token}, edit(opts, native)...)
	return done("performNativeLogout", resp, err)
}
