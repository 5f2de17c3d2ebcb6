package validate

import "net/http"

// Transport judges every request before next sends it, as [Request] does; one with a problem is not
// sent, and the [*Error] comes back. If next is nil, it is [http.DefaultTransport], which keeps no
// more than two idle connections to a server.
//
//	client, err := kratos.NewClient(url, kratos.WithHTTPClient(&http.Client{Transport: validate.Transport(nil)}))
//
// The error holds nothing of the request, but an [http.Client] puts the URL before it; use
// [errors.As]. With [WithResponses], the answers are judged too.
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
		sent = r.WithContext(r.Context()) // whose body may be replaced
	}
	if err := t.request(sent); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	resp, err := t.next.RoundTrip(sent)
	if err != nil || !t.answers {
		return resp, err
	}
	if err := t.response(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}
