package kratos

import (
	"context"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// health has the health checks, which both ports have.
type health struct{ api *gen.Client }

// Alive returns nil if Kratos responds (isAlive, both ports). No retries.
func (h health) Alive(ctx context.Context, opts ...RequestOption) error {
	return checkHealth(withoutRetry(ctx), "isAlive", h.api.IsAlive, opts)
}

// Ready is Alive with a check of the database (isReady, both ports).
func (h health) Ready(ctx context.Context, opts ...RequestOption) error {
	return checkHealth(withoutRetry(ctx), "isReady", h.api.IsReady, opts)
}

func checkHealth(ctx context.Context, op string, call metadataRequest, opts []RequestOption) error {
	resp, err := call.do(ctx, opts)
	_, err = decodeValid(op, resp, err, func(s *gen.HealthStatus) bool { return s.Status == "ok" })
	return err
}

// Version returns the version, such as "v1.3.1" (getVersion, admin port).
func (a *Admin) Version(ctx context.Context, opts ...RequestOption) (string, error) {
	resp, err := metadataRequest(a.api.GetVersion).do(ctx, opts)
	v, err := decodeValid("getVersion", resp, err, func(v *gen.Version) bool { return v.Version != "" })
	if err != nil {
		return "", err
	}
	return v.Version, nil
}

// metadataRequest is an operation that the admin port of Kratos up to v25.4 redirects to /admin.
type metadataRequest func(context.Context, ...gen.RequestEditorFn) (*http.Response, error)

func (call metadataRequest) do(ctx context.Context, opts []RequestOption) (*http.Response, error) {
	resp, err := call(ctx, requestEditors(opts)...)
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(resp.Header.Get("Location"), "/admin/") {
		return resp, err
	}
	transport.Discard(resp.Body)
	return call(ctx, requestEditors(append(opts[:len(opts):len(opts)], addAdminPrefix))...)
}

// addAdminPrefix adds the prefix /admin to the path of the operation.
func addAdminPrefix(r *http.Request) {
	path := r.URL.Path
	for _, suffix := range []string{"/version", "/health/alive", "/health/ready"} {
		if base, ok := strings.CutSuffix(path, suffix); ok {
			r.URL.Path = base + "/admin" + suffix
		}
	}
}
