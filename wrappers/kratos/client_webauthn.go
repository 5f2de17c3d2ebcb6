package kratos

import (
	"context"
)

// WebAuthnJavaScript returns the script that pages with security keys or passkeys need
// (getWebAuthnJavaScript, public port).
func (c *Client) WebAuthnJavaScript(ctx context.Context, opts ...CallOption) (string, error) {
	var script string
	resp, err := c.api.GetWebAuthnJavaScript(ctx, edit(opts)...)
	err = read("getWebAuthnJavaScript", resp, err, func(a *answer) error {
		if !a.ok() {
			return a.failure()
		}
		if kind := a.mediaType(); kind != "text/javascript" && kind != "application/javascript" {
			return a.unexpected(nil)
		}
		script = string(a.body)
		return nil
	})
	return script, err
}
