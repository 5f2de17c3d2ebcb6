package kratostest

import (
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// direct sends requests to a handler in this process: the requests of a Kratos' own methods, which
// are not in Calls, and which Fail does not concern.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, in)
	_, _ = io.Copy(io.Discard, in.Body)
	_ = in.Body.Close()
	response := w.Result()
	response.Request = r
	return response, nil
}

// directClient returns a client of the public port that is not observed.
func (k *Kratos) directClient() *kratos.Client {
	k.t.Helper()
	return k.Client(kratos.WithHTTPClient(&http.Client{Transport: direct{k.backend.Public}}))
}

// directAdmin returns a client of the admin port that is not observed.
func (k *Kratos) directAdmin() *kratos.Admin {
	k.t.Helper()
	return k.Admin(kratos.WithHTTPClient(&http.Client{Transport: direct{k.backend.Admin}}))
}
