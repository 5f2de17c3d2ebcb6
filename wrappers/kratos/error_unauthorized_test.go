package kratos_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// kratosError returns the body of an error from Kratos.
func kratosError(code int, id, message, reason string) string {
	return fmt.Sprintf(`{"error":{"id":%q,"code":%d,"status":"S","reason":%q,"message":%q},"redirect_browser_to":"http://kratos/aal2"}`, id, code, reason, message)
}

const unauthorizedMessage = "The request could not be authorized"

var (
	htmlAnswer = http.Header{"Content-Type": {"text/html"}}
	textAnswer = http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
)

// personalOperations are the operations that act for a person, and so can fail with ErrNoSession.
var personalOperations = map[string]bool{
	"toSession": true, "listMySessions": true, "disableMySession": true, "disableMyOtherSessions": true, "performNativeLogout": true,
	"createBrowserLogoutFlow": true, "updateLogoutFlow": true, "createNativeSettingsFlow": true, "createBrowserSettingsFlow": true,
	"getSettingsFlow": true, "updateSettingsFlow": true, "createNativeLoginFlow": true, "createBrowserLoginFlow": true, "updateLoginFlow": true,
}

// Responses with 401 and 403 from Kratos and gateways, for each operation of both ports.
func TestUnauthorizedAndForbidden(t *testing.T) {
	t.Parallel()
	const (
		program = "ErrUnauthorized" // the credentials of the program
		session = "ErrNoSession"    // the person is not signed in, where the operation acts for one; else program
	)
	for name, tc := range map[string]struct {
		response reply
		want     string
	}{
		"Kratos, whoami":             {reply{status: 401, body: noSession}, session},
		"Kratos, sessions":           {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "No valid session cookie found.")}, session},
		"Kratos, settings":           {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "A valid Ory Session Cookie or Ory Session Token is missing.")}, session},
		"Kratos, session_inactive":   {reply{status: 401, body: kratosError(401, "session_inactive", "m", "r")}, session},
		"Kratos, another reason":     {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "Unable to determine AAL.")}, program},
		"Kratos, no reason":          {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "")}, program},
		"Kratos, the first factor":   {reply{status: 401, body: kratosError(401, "session_aal1_required", "m", "r")}, "ErrAAL1Required"},
		"Oathkeeper, 401":            {reply{status: 401, body: `{"error":{"code":401,"status":"Unauthorized","message":"Access credentials are invalid"}}`}, program},
		"Ory Network, an API key":    {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "The provided API key is not valid.")}, program},
		"Kong, 401":                  {reply{status: 401, body: `{"message":"No API key found in request"}`}, program + " ErrUnexpectedResponse"},
		"OAuth2, 401":                {reply{status: 401, body: `{"error":"invalid_token","error_description":"The session has expired"}`}, program + " ErrUnexpectedResponse"},
		"a page, 401":                {reply{status: 401, header: htmlAnswer, body: "<html>"}, program + " ErrUnexpectedResponse"},
		"an empty body, 401":         {reply{status: 401}, program + " ErrUnexpectedResponse"},
		"Kratos' text as text":       {reply{status: 401, header: textAnswer, body: noSession}, program + " ErrUnexpectedResponse"},
		"a forward proxy, 407":       {reply{status: 407, header: htmlAnswer, body: "<html>"}, program + " ErrUnexpectedResponse"},
		"407 in JSON":                {reply{status: 407, body: kratosError(407, "", "m", "r")}, program},
		"Oathkeeper, 403":            {reply{status: 403, body: kratosError(403, "", "Access credentials are not sufficient to access this resource", "")}, "ErrForbidden"},
		"a firewall, 403":            {reply{status: 403, header: htmlAnswer, body: "<html>"}, "ErrUnexpectedResponse"},
		"a load balancer, 502":       {reply{status: 502, header: htmlAnswer, body: "<html>"}, "ErrServer ErrUnexpectedResponse"},
		"a load balancer, 502, JSON": {reply{status: 502, body: kratosError(502, "", "m", "r")}, "ErrServer"},
	} {
		t.Run(name, func(t *testing.T) {
			client, admin := serve(t, tc.response, kratos.WithRetries(0), kratos.WithBearerToken("key"))
			for operation, call := range calls(t.Context(), client, client.Browser(fromBrowser()), admin) {
				want := tc.want
				if want == session && !personalOperations[operation] {
					want = program
				}
				if err := call(); matches(err) != want {
					t.Errorf("%s, %s: is %q, want %q (%v)", name, operation, matches(err), want, err)
				}
			}
		})
	}
}

func TestOtherRefusalsFromKratos(t *testing.T) {
	t.Parallel()
	const forbidden = "The requested action was forbidden"
	disabled := reply{status: 401, body: `{"error":{"code":401,"status":"Unauthorized","reason":"This account was disabled.","details":{"identity_id":"77aa"},"message":"identity is disabled"}}`}
	for name, tc := range map[string]struct {
		operation string
		response  reply
		want      string
	}{
		"a token that Kratos does not know":       {"performNativeLogout", reply{status: 403, body: kratosError(403, "", forbidden, "The provided Ory Session Token could not be found, is invalid, or otherwise malformed.")}, "ErrForbidden ErrNoSession"},
		"a logout that a gateway forbids":         {"performNativeLogout", reply{status: 403, body: kratosError(403, "", "Access credentials are not sufficient", "")}, "ErrForbidden"},
		"a logout token of another person":        {"updateLogoutFlow", reply{status: 403, body: kratosError(403, "", forbidden, "Unable to log out because the logout token in the URL query does not match the session cookie.")}, "ErrForbidden"},
		"a login of an inactive identity":         {"updateLoginFlow", disabled, "ErrIdentityInactive"},
		"a recovery of an inactive identity":      {"updateRecoveryFlow", disabled, "ErrIdentityInactive"},
		"an administrator's call does not log in": {"updateIdentity", disabled, "ErrUnauthorized"},
		"an assurance level that is reached":      {"createNativeLoginFlow", reply{status: 401, body: kratosError(401, "session_aal_already_fulfilled", "m", "r")}, "ErrAALAlreadyFulfilled"},
		"settings that need the second factor":    {"createNativeSettingsFlow", reply{status: 403, body: kratosError(403, "session_aal2_required", "m", "r")}, "ErrAAL2Required ErrForbidden"},
		"an administrator has no second factor":   {"getIdentity", reply{status: 403, body: kratosError(403, "", "m", "r")}, "ErrForbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			client, admin := serve(t, tc.response, kratos.WithRetries(0))
			err := calls(t.Context(), client, client.Browser(fromBrowser()), admin)[tc.operation]()
			if matches(err) != tc.want {
				t.Errorf("is %q, want %q (%v)", matches(err), tc.want, err)
			}
		})
	}
}

func TestErrorTextOfRefusedAPIKey(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, reply{status: 401, body: `{"error":{"code":401,"status":"Unauthorized","message":"s3cret"}}`}, kratos.WithBearerToken("s3cret"))
	err := second(admin.Identity(t.Context(), idA))
	switch {
	case !errors.Is(err, kratos.ErrUnauthorized):
		t.Errorf("%v, want ErrUnauthorized", err)
	case !strings.Contains(err.Error(), "API key"):
		t.Errorf(`%v, want one that says "API key"`, err)
	case strings.Contains(err.Error(), "s3cret"):
		t.Errorf(`%v says "s3cret"`, err)
	}
	var e *kratos.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %#v", e)
	}
}
