package kratos_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A server that lacks an operation has not looked for anything: its 404 is not ErrNotFound.
func TestOperationsThatSomeServersLack(t *testing.T) {
	t.Parallel()
	plain := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	router := reply{status: 404, header: plain, body: "404 page not found\n"}
	external := func(ctx context.Context, c *kratos.Client, a *kratos.Admin) error {
		return second(a.IdentityByExternalID(ctx, "crm-1", nil))
	}
	createFedCM := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
		return second(c.Browser(fromBrowser()).CreateFedCMFlow(ctx))
	}
	updateFedCM := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
		return second(c.Browser(fromBrowser()).UpdateFedCMFlow(ctx, kratos.FedCMToken{Token: "t"}))
	}
	const (
		lacksExternal  = "kratos: getIdentityByExternalID: status 404: the server lacks this operation of Kratos v25.4 and later (or is the URL or port wrong?)"
		lacksFedCM     = "kratos: createFedcmFlow: status 404: the server lacks this operation of Ory Network (or is the URL or port wrong?)"
		lacksFedCMPost = "kratos: updateFedcmFlow: status 404: the server lacks this operation of Ory Network (or is the URL or port wrong?)"
		otherPage      = "kratos: getIdentityByExternalID: status 502: unexpected response (a proxy's page, or the wrong URL or port?)"
	)
	for name, tc := range map[string]struct {
		call     func(context.Context, *kratos.Client, *kratos.Admin) error
		response reply
		want     error
		notFound bool
		text     string
	}{
		"an external id, before v25.4":             {external, router, kratos.ErrUnexpectedResponse, false, lacksExternal},
		"an external id, a gateway without it":     {external, reply{status: 404, body: `{"message":"no route"}`}, kratos.ErrUnexpectedResponse, false, lacksExternal},
		"an external id of no identity":            {external, reply{status: 404, body: kratosError(404, "", "m", "r")}, kratos.ErrNotFound, true, "kratos: getIdentityByExternalID: status 404: not found"},
		"an external id, another page of a proxy":  {external, reply{status: 502, header: plain, body: "bad gateway"}, kratos.ErrUnexpectedResponse, false, otherPage},
		"FedCM with open-source Kratos":            {createFedCM, router, kratos.ErrUnexpectedResponse, false, lacksFedCM},
		"a token of FedCM with open-source Kratos": {updateFedCM, router, kratos.ErrUnexpectedResponse, false, lacksFedCMPost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, admin := serve(t, tc.response)
			err := tc.call(t.Context(), client, admin)
			if !errors.Is(err, tc.want) || errors.Is(err, kratos.ErrNotFound) != tc.notFound {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if err.Error() != tc.text {
				t.Errorf("got %q, want %q", err, tc.text)
			}
		})
	}
}
