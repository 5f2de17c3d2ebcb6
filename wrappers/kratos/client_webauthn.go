package kratos

import (
	"context"
)

// WebAuthnJavaScript returns the script that pages with security keys or passkeys need
// (getWebAuthnJavaScript, public port).
func (c *Client) WebAuthnJavaScript(ctx context.Context, opts ...CallOption) (string, error) {
	resp, err := c.api.GetWebAuthnJavaScript(ctx, edit(opts)...)
	a, err := receive("getWebAuthnJavaScript", resp, err)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	if !a.ok() {
		return "", a.failure()
	}
	if kind := a.mediaType(); kind != "text/javascript" && kind != "application/javascript" {
		return "", a.unexpected(nil)
	}
	return string(a.body), nil
}
