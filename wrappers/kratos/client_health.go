package kratos

import (
	"context"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// health are the calls about a server that both ports answer.
type health struct{ api *gen.Client }

// IsAlive returns nil if Kratos answers at all (isAlive, both ports). It says nothing about its
// database.
func (h health) IsAlive(ctx context.Context, opts ...CallOption) error {
	return healthy(once(ctx), "isAlive", h.api.IsAlive, opts)
}

// IsReady returns nil if Kratos and its database are ready (isReady, both ports), and [ErrServer]
// if they are not. It asks once: how often to ask again is for the caller to say.
func (h health) IsReady(ctx context.Context, opts ...CallOption) error {
	return healthy(once(ctx), "isReady", h.api.IsReady, opts)
}

func healthy(ctx context.Context, op string, call metadataCall, opts []CallOption) error {
	resp, err := call.do(ctx, opts)
	_, err = whole(op, resp, err, func(s *gen.HealthStatus) bool { return s.Status == "ok" })
	return err
}

// Version returns the version of Kratos, such as "v1.3.1" (getVersion, admin port).
func (a *Admin) Version(ctx context.Context, opts ...CallOption) (string, error) {
	resp, err := metadataCall(a.api.GetVersion).do(ctx, opts)
	v, err := whole("getVersion", resp, err, func(v *gen.Version) bool { return v.Version != "" })
	if err != nil {
		return "", err
	}
	return v.Version, nil
}

// metadataCall is a call that the admin port of servers up to v25.4 has below /admin, as its
// redirect says.
type metadataCall func(context.Context, ...gen.RequestEditorFn) (*http.Response, error)

func (call metadataCall) do(ctx context.Context, opts []CallOption) (*http.Response, error) {
	resp, err := call(ctx, edit(opts)...)
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(resp.Header.Get("Location"), "/admin/") {
		return resp, err
	}
	transport.Discard(resp.Body)
	return call(ctx, edit(append(opts[:len(opts):len(opts)], underAdmin))...)
}

// underAdmin asks for the same below /admin.
func underAdmin(r *http.Request) {
	path := r.URL.Path
	for _, known := range []string{"/version", "/health/alive", "/health/ready"} {
		if base, ok := strings.CutSuffix(path, known); ok {
			r.URL.Path = base + "/admin" + known
		}
	}
}
