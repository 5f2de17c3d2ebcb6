package validate

import "net/http"

// Transport validates requests, as [Request] does, before next sends them; for an invalid one it
// returns an [*Error] and sends nothing. If next is nil, [http.DefaultTransport] is used, which
// keeps at most two idle connections per host.
//
//	client, err := kratos.NewClient(url, kratos.WithHTTPClient(&http.Client{Transport: validate.Transport(nil)}))
//
// With [WithResponses], responses are validated too. An [http.Client] wraps the error in an
// [*url.Error] whose text has the URL; use [errors.As] to log the [*Error] alone.
func Transport(next http.RoundTripper, opts ...Option) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{next, newSettings(opts)}
}

type transport struct {
	next http.RoundTripper
	*settings
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r
	if r.Body != nil && r.GetBody == nil {
		sent = r.WithContext(r.Context()) // a copy, because its body is replaced
	}
	if err := t.validateRequest(sent); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	resp, err := t.next.RoundTrip(sent)
	if err != nil || !t.responses {
		return resp, err
	}
	if err := t.validateResponse(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}
