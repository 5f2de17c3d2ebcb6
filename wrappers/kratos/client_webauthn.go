package kratos

import (
	"context"
)

// WebAuthnJavaScript returns the script that pages with security keys or passkeys need
// (getWebAuthnJavaScript, public port).
func (c *Client) WebAuthnJavaScript(ctx context.Context, opts ...RequestOption) (string, error) {
	resp, err := c.api.GetWebAuthnJavaScript(ctx, requestEditors(opts)...)
	a, err := readResponse("getWebAuthnJavaScript", resp, err)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	if !a.succeeded() {
		return "", a.responseError()
	}
	if kind := a.mediaType(); kind != "text/javascript" && kind != "application/javascript" {
		return "", a.unexpectedError(nil)
	}
	return string(a.body), nil
}
