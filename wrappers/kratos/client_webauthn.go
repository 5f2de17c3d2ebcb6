package kratos

import "context"

// WebAuthnJavaScript returns the script for pages with passkeys or security keys
// (getWebAuthnJavaScript, public port).
func (c *Client) WebAuthnJavaScript(ctx context.Context, opts ...RequestOption) (string, error) {
	resp, err := c.api.GetWebAuthnJavaScript(ctx, requestEditors(opts)...)
	r, err := readResponse("getWebAuthnJavaScript", resp, err)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	if !r.succeeded() {
		return "", r.responseError()
	}
	if mediaType := r.mediaType(); mediaType != "text/javascript" && mediaType != "application/javascript" {
		return "", r.unexpectedError(nil)
	}
	return string(r.body), nil
}
