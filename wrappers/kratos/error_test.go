package kratos_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var sentinels = map[string]error{
	"ErrInvalidArgument": kratos.ErrInvalidArgument, "ErrUnreachable": kratos.ErrUnreachable, "ErrUnexpectedResponse": kratos.ErrUnexpectedResponse,
	"ErrRejected": kratos.ErrRejected, "ErrFlowExpired": kratos.ErrFlowExpired, "ErrFlowReplaced": kratos.ErrFlowReplaced,
	"ErrFlowDisabled": kratos.ErrFlowDisabled, "ErrNoSession": kratos.ErrNoSession,
	"ErrSessionAlreadyAvailable": kratos.ErrSessionAlreadyAvailable, "ErrAAL1Required": kratos.ErrAAL1Required,
	"ErrAAL2Required": kratos.ErrAAL2Required, "ErrAALAlreadyFulfilled": kratos.ErrAALAlreadyFulfilled,
	"ErrRefreshRequired": kratos.ErrRefreshRequired, "ErrAddressNotVerified": kratos.ErrAddressNotVerified,
	"ErrIdentityInactive": kratos.ErrIdentityInactive, "ErrIdentityMismatch": kratos.ErrIdentityMismatch, "ErrCSRF": kratos.ErrCSRF,
	"ErrReturnToForbidden": kratos.ErrReturnToForbidden, "ErrBrowserLocationChangeRequired": kratos.ErrBrowserLocationChangeRequired,
	"ErrBadRequest": kratos.ErrBadRequest, "ErrUnauthorized": kratos.ErrUnauthorized, "ErrForbidden": kratos.ErrForbidden, "ErrNotFound": kratos.ErrNotFound,
	"ErrBatchItems": kratos.ErrBatchItems, "ErrRolledBack": kratos.ErrRolledBack, "ErrUnconfirmed": kratos.ErrUnconfirmed,
	"ErrCredentialsNotIncluded": kratos.ErrCredentialsNotIncluded,
	"ErrConflict":               kratos.ErrConflict, "ErrRateLimited": kratos.ErrRateLimited, "ErrServer": kratos.ErrServer,
}

// matches returns the names of the sentinels that err matches.
func matches(err error) string {
	var names []string
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			names = append(names, name)
		}
	}
	return sorted(names)
}

func TestErrorIs(t *testing.T) {
	t.Parallel()
	withID := func(id string) string { return fmt.Sprintf(`{"error":{"id":%q,"code":400,"message":"m"}}`, id) }
	plain := `{"error":{"code":400,"message":"m"}}`
	html := http.Header{"Content-Type": {"text/html"}}
	for name, tc := range map[string]struct {
		response reply
		want     string
	}{
		"no session, which has no id":           {reply{status: 401, body: noSession}, "ErrNoSession"},
		"session_inactive":                      {reply{status: 401, body: withID("session_inactive")}, "ErrNoSession"},
		"session_aal1_required":                 {reply{status: 401, body: withID("session_aal1_required")}, "ErrAAL1Required"},
		"session_aal2_required":                 {reply{status: 403, body: withID("session_aal2_required")}, "ErrAAL2Required ErrForbidden"},
		"session_aal_already_fulfilled":         {reply{status: 400, body: withID("session_aal_already_fulfilled")}, "ErrAALAlreadyFulfilled ErrBadRequest"},
		"session_already_available":             {reply{status: 400, body: withID("session_already_available")}, "ErrBadRequest ErrSessionAlreadyAvailable"},
		"session_refresh_required":              {reply{status: 403, body: withID("session_refresh_required")}, "ErrForbidden ErrRefreshRequired"},
		"session_verified_address_required":     {reply{status: 403, body: withID("session_verified_address_required")}, "ErrAddressNotVerified ErrForbidden"},
		"self_service_flow_expired":             {reply{status: 410, body: withID("self_service_flow_expired")}, "ErrFlowExpired"},
		"self_service_flow_replaced":            {reply{status: 410, body: withID("self_service_flow_replaced")}, "ErrFlowReplaced"},
		"self_service_flow_disabled":            {reply{status: 400, body: withID("self_service_flow_disabled")}, "ErrBadRequest ErrFlowDisabled"},
		"self_service_flow_return_to_forbidden": {reply{status: 400, body: withID("self_service_flow_return_to_forbidden")}, "ErrBadRequest ErrReturnToForbidden"},
		"security_csrf_violation":               {reply{status: 403, body: withID("security_csrf_violation")}, "ErrCSRF ErrForbidden"},
		"security_identity_mismatch":            {reply{status: 403, body: withID("security_identity_mismatch")}, "ErrForbidden ErrIdentityMismatch"},
		"browser_location_change_required":      {reply{status: 422, body: withID("browser_location_change_required")}, "ErrBrowserLocationChangeRequired"},
		"identity_disabled":                     {reply{status: 403, body: withID("identity_disabled")}, "ErrForbidden ErrIdentityInactive"},
		"an id of a later release":              {reply{status: 409, body: withID("something_new")}, "ErrConflict"},
		"410 without an id":                     {reply{status: 410, body: plain}, "ErrFlowExpired"},
		"400 without an id":                     {reply{status: 400, body: plain}, "ErrBadRequest"},
		"403 without an id":                     {reply{status: 403, body: plain}, "ErrForbidden"},
		"400 with a recovery that continues":    {reply{status: 400, body: `{"error":{"code":400,"message":"m","details":{"continue_with":[{"action":"show_recovery_ui","flow":{"id":"new"}}]}}}`}, "ErrBadRequest ErrFlowReplaced"},
		"404":                                   {reply{status: 404, body: plain}, "ErrNotFound"},
		"409":                                   {reply{status: 409, body: plain}, "ErrConflict"},
		"429":                                   {reply{status: 429, body: plain}, "ErrRateLimited"},
		"500":                                   {reply{status: 500, body: plain}, "ErrServer"},
		"an unlisted status":                    {reply{status: 418, body: plain}, ""},
		"a proxy's 502":                         {reply{status: 502, header: html, body: "<html>"}, "ErrServer ErrUnexpectedResponse"},
		"a proxy's 429":                         {reply{status: 429, header: html, body: "<html>"}, "ErrRateLimited ErrUnexpectedResponse"},
		"a proxy's 404 does not count":          {reply{status: 404, header: html, body: "<html>"}, "ErrUnexpectedResponse"},
		"a proxy's 401 is for the program":      {reply{status: 401, header: html, body: "<html>"}, "ErrUnauthorized ErrUnexpectedResponse"},
		"a page with status 200":                {reply{status: 200, header: html, body: "<html>"}, "ErrUnexpectedResponse"},
		"an empty body":                         {reply{status: 200}, "ErrUnexpectedResponse"},
		"an empty error body":                   {reply{status: 400}, "ErrUnexpectedResponse"},
		"malformed JSON":                        {reply{status: 200, body: `{"id":"5a2b"`}, "ErrUnexpectedResponse"},
		"JSON of another kind":                  {reply{status: 200, body: `[1,2]`}, "ErrUnexpectedResponse"},
		"an object that is not a session":       {reply{status: 200, body: `{"status":"ok"}`}, "ErrUnexpectedResponse"},
		"null":                                  {reply{status: 200, body: `null`}, "ErrUnexpectedResponse"},
		"a truncated body":                      {reply{status: 200, header: http.Header{"Content-Length": {"4000"}}, body: sessionBody}, "ErrUnexpectedResponse"},
		"a gateway's 404 does not count":        {reply{status: 404, body: `{"message":"no Route matched"}`}, "ErrUnexpectedResponse"},
		"a gateway's 401 is for the program":    {reply{status: 401, body: `{"error":{}}`}, "ErrUnauthorized ErrUnexpectedResponse"},
		"a redirect":                            {reply{status: 307, header: http.Header{"Location": {"/admin/sessions"}}}, "ErrUnexpectedResponse"},
		"a redirect without a location":         {reply{status: 303}, "ErrUnexpectedResponse"},
		"no content":                            {reply{status: 204}, "ErrUnexpectedResponse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, tc.response, kratos.WithRetries(0))
			_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
			var e *kratos.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got := matches(err); got != tc.want {
				t.Errorf("is %q, want %q (%v)", got, tc.want, err)
			}
			switch {
			case e.StatusCode != tc.response.status:
				t.Errorf("e.StatusCode = %v, want %v", e.StatusCode, tc.response.status)
			case e.Operation != "toSession":
				t.Errorf(`e.Operation = %q, want "toSession"`, e.Operation)
			case e.Header == nil:
				t.Error("e.Header is nil")
			}
			if !strings.HasPrefix(err.Error(), "kratos: toSession: status ") {
				t.Errorf("text %q", err)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{
		status: 403,
		header: http.Header{"X-Request-Id": {"header-id"}},
		body: `{"error":{"id":"session_aal2_required","code":401,"status":"Forbidden","request":"body-id","reason":"r","message":"m",
		"details":{"redirect_browser_to":"http://127.0.0.1/aal2","n":12345678901234567890}},"redirect_browser_to":"http://127.0.0.1/aal2"}`,
	})
	_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
	var e *kratos.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	switch {
	case e.ID != "session_aal2_required":
		t.Errorf(`e.ID = %q, want "session_aal2_required"`, e.ID)
	case e.Code != 401:
		t.Errorf("e.Code = %d, want 401", e.Code)
	case e.Reason != "r":
		t.Errorf(`e.Reason = %q, want "r"`, e.Reason)
	case e.Message != "m":
		t.Errorf(`e.Message = %q, want "m"`, e.Message)
	case e.RequestID != "body-id":
		t.Errorf(`e.RequestID = %q, want "body-id"`, e.RequestID)
	case e.RedirectTo != "http://127.0.0.1/aal2":
		t.Errorf(`e.RedirectTo = %q, want "http://127.0.0.1/aal2"`, e.RedirectTo)
	}
	if !strings.Contains(string(e.Details), "12345678901234567890") || !strings.Contains(string(e.Body()), "redirect_browser_to") {
		t.Errorf("details %s, body %s", e.Details, e.Body())
	}
	if want := "kratos: toSession: status 403: a second factor is required (session_aal2_required)"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestErrorDetails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ details, redirect, flow, action string }{
		"where a browser starts again":   {`{"redirect_to":"http://h/browser","return_to":"http://h/"}`, "http://h/browser", "", ""},
		"where a native client does":     {`{"api":"http://h/api"}`, "", "", ""},
		"a recovery that replaces this":  {`{"continue_with":[{"action":"show_recovery_ui","flow":{"id":"new"}}]}`, "", "new", "show_recovery_ui"},
		"a verification to do first":     {`{"continue_with":[{"action":"show_verification_ui","flow":{"id":"v","verifiable_address":"a"}}]}`, "", "", "show_verification_ui"},
		"details of another shape":       {`{"continue_with":7}`, "", "", ""},
		"details that are not an object": {`[1]`, "", "", ""},
		"nothing":                        {`null`, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, reply{status: 403, body: `{"error":{"code":403,"message":"m","details":` + tc.details + `}}`})
			_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
			var e *kratos.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			var action string
			if len(e.ContinueWith) > 0 {
				action = string(e.ContinueWith[0].Action)
			}
			switch {
			case e.RedirectTo != tc.redirect:
				t.Errorf("e.RedirectTo = %v, want %v", e.RedirectTo, tc.redirect)
			case e.FlowID != tc.flow:
				t.Errorf("e.FlowID = %v, want %v", e.FlowID, tc.flow)
			case action != tc.action:
				t.Errorf("action = %v, want %v", action, tc.action)
			}
		})
	}
}

// A secret in any part of the request or response is not in the text of the error.
func TestErrorTextHasNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	node := `[{"id":4000005,"text":"s3cret is too short","type":"error","context":{"value":"s3cret"}}]`
	location := http.Header{"Location": {"http://127.0.0.1/s3cret?token=s3cret"}, "X-Request-Id": {secret}, "Set-Cookie": {"a=s3cret"}}
	responses := map[string]reply{
		"an error":               {status: 403, body: `{"error":{"code":403,"message":"s3cret","reason":"s3cret","debug":"s3cret","status":"s3cret","request":"s3cret","details":{"s3cret":"s3cret"}},"redirect_browser_to":"http://s3cret?s3cret","use_flow_id":"s3cret"}`},
		"a refused form":         {status: 400, body: flowBody(secret, "choose_method", node, node)},
		"a redirect":             {status: 303, header: location},
		"a page":                 {status: 502, header: http.Header{"Content-Type": {"text/html; s3cret"}}, body: "<html>s3cret"},
		"malformed JSON":         {status: 200, body: `{"s3cret":s3cret`},
		"JSON of the wrong type": {status: 200, body: `{"session":"s3cret","id":{"s3cret":1},"ui":"s3cret"}`},
		"a 422":                  {status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"message":"m","reason":"go to http://s3cret?s3cret"}}`},
	}
	for name, response := range responses {
		client, admin := serve(t, response, kratos.WithRetries(0))
		token, query := kratos.SessionToken(secret), kratos.Query(secret, secret)
		flow := newFlow[kratos.LoginFlow](secret)
		for _, err := range []error{
			second(client.Whoami(t.Context(), token, query)),
			client.Logout(t.Context(), secret, query),
			second(client.Login.Start(t.Context(), token, query)),
			second(client.Login.Get(t.Context(), secret)),
			second(client.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: secret, Password: secret}, token)),
			second(client.Login.Submit(t.Context(), flow, kratos.LoginCode{Code: secret}, token)),
			second(client.Registration.Do(t.Context(), kratos.RegistrationPassword{Password: secret, Traits: map[string]string{secret: secret}})),
			first(admin.Identities(t.Context(), kratos.ListIdentities{CredentialsIdentifier: secret, PageToken: secret}, query)),
		} {
			if err == nil {
				continue // logout accepts any successful status
			}
			for _, form := range []string{"%v", "%s", "%q"} {
				t.Run(form, func(t *testing.T) {
					if text := fmt.Sprintf(form, err); strings.Contains(text, secret) {
						t.Errorf("%s: the text has a secret: %s", name, text)
					}
				})
			}
		}
	}
}

func TestErrorTextDoesNotQuoteResponses(t *testing.T) {
	t.Parallel()
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nSet-Cookie: ory_kratos_session=s3cret\x01\r\n\r\n")
	}))
	client, err := kratos.NewClient(server, kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Login.Start(t.Context())
	switch {
	case !errors.Is(err, kratos.ErrUnreachable):
		t.Errorf("%v, want ErrUnreachable", err)
	case strings.Contains(err.Error(), "s3cret"):
		t.Errorf(`%v says "s3cret"`, err)
	case errors.Unwrap(err) == nil:
		t.Error("errors.Unwrap(err) is nil")
	}
}

func second[T any](_ T, err error) error { return err }

func TestErrorIDIsSanitized(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 400, body: `{"error":{"id":"a\nb` + strings.Repeat("x", 500) + `","message":""}}`})
	_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
	if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 200 {
		t.Errorf("text %q", err)
	}
}
