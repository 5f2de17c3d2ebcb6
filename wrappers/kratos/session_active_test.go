package kratos_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// activeSession is a session as Kratos sends it.
const activeSession = `{"id":"5a2b","active":true,"expires_at":"2126-11-24T16:00:00Z","authenticator_assurance_level":"aal1",` + sessionIdentity + `,"devices":null}`

// sessionWith returns activeSession with a replacement.
func sessionWith(old, replacement string) string {
	if !strings.Contains(activeSession, old) {
		panic("activeSession has no " + old)
	}
	return strings.Replace(activeSession, old, replacement, 1)
}

// sessionUntil returns activeSession with another expires_at, which is JSON.
func sessionUntil(at string) string { return sessionWith(`"2126-11-24T16:00:00Z"`, at) }

func jsonTimeAgo(d time.Duration) string {
	return time.Now().Add(-d).UTC().Format(`"2006-01-02T15:04:05Z"`)
}

const sessionIdentity = `"identity":{"id":"77aa","schema_id":"person","schema_url":"http://127.0.0.1:4433/schemas/person","state":"active","traits":{"email":"ada@example.org"}}`

// whoamiResponses are responses at the URL of whoami, and the status of middleware for them.
var whoamiResponses = map[string]struct {
	response reply
	status   int
}{
	"a session":                                     {reply{status: 200, body: activeSession}, 200},
	"a session of the second factor":                {reply{status: 200, body: sessionWith(`level":"aal1"`, `level":"aal2"`)}, 200},
	"a session of a later version":                  {reply{status: 200, body: sessionWith(`{"id":"5a2b"`, `{"id":"5a2b","new":{"a":[1]}`)}, 200},
	"an identity without a state":                   {reply{status: 200, body: sessionWith(`"state":"active",`, ``)}, 200},
	"an identity with a state of later":             {reply{status: 200, body: sessionWith(`"state":"active"`, `"state":"on_probation"`)}, 200},
	"a trait that is called error":                  {reply{status: 200, body: sessionWith(`"email":"ada@example.org"`, `"error":"none"`)}, 200},
	"an escape in a trait":                          {reply{status: 200, body: sessionWith(`ada@example.org`, `ad\u00e9@example.org`)}, 200},
	"no error":                                      {reply{status: 200, body: sessionWith(`{"id":"5a2b"`, `{"error":null,"id":"5a2b"`)}, 200},
	"expired a moment ago":                          {reply{status: 200, body: sessionUntil(`"A MOMENT AGO"`)}, 200},
	"no credentials, v1.3.1 to v26.2":               {reply{status: 401, body: noSession}, 401},
	"no cookie, older versions":                     {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "No valid session cookie found.")}, 401},
	"no session, as settings say it":                {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "A valid Ory Session Cookie or Ory Session Token is missing.")}, 401},
	"session_inactive":                              {reply{status: 401, body: kratosError(401, "session_inactive", "request does not have a valid authentication session", "No active session was found in this request.")}, 401},
	"session_inactive with another text":            {reply{status: 401, body: kratosError(401, "session_inactive", "m", "r")}, 401},
	"a session that is not active":                  {reply{status: 200, body: sessionWith(`"active":true`, `"active":false`)}, 401},
	"not active, and nothing else":                  {reply{status: 200, body: `{"id":"5a2b","active":false}`}, 401},
	"an identity that is inactive":                  {reply{status: 200, body: sessionWith(`"state":"active"`, `"state":"inactive"`)}, 401},
	"an identity that is INACTIVE":                  {reply{status: 200, body: sessionWith(`"state":"active"`, `"state":"INACTIVE"`)}, 401},
	"expired two minutes ago":                       {reply{status: 200, body: sessionUntil(jsonTimeAgo(2 * time.Minute))}, 401},
	"expired in 2001":                               {reply{status: 200, body: sessionUntil(`"2001-01-01T00:00:00Z"`)}, 401},
	"expired in another time zone":                  {reply{status: 200, body: sessionUntil(`"2001-01-01T00:00:00.123456+09:30"`)}, 401},
	"the second factor is missing":                  {reply{status: 403, body: kratosError(403, "session_aal2_required", "m", "r")}, 403},
	"no identity":                                   {reply{status: 200, body: sessionWith(sessionIdentity, `"a":1`)}, 503},
	"an identity that is null":                      {reply{status: 200, body: sessionWith(sessionIdentity, `"identity":null`)}, 503},
	"an identity that is empty":                     {reply{status: 200, body: sessionWith(sessionIdentity, `"identity":{}`)}, 503},
	"an identity without an id":                     {reply{status: 200, body: sessionWith(`"id":"77aa",`, ``)}, 503},
	"an identity with an empty id":                  {reply{status: 200, body: sessionWith(`"id":"77aa"`, `"id":""`)}, 503},
	"an identity that is a list":                    {reply{status: 200, body: sessionWith(sessionIdentity, `"identity":[]`)}, 503},
	"an identity that is a text":                    {reply{status: 200, body: sessionWith(sessionIdentity, `"identity":"77aa"`)}, 503},
	"only an id and active":                         {reply{status: 200, body: `{"id":"5a2b","active":true}`}, 503},
	"active is missing":                             {reply{status: 200, body: sessionWith(`"active":true,`, ``)}, 503},
	"active is null":                                {reply{status: 200, body: sessionWith(`"active":true`, `"active":null`)}, 503},
	"active is a text":                              {reply{status: 200, body: sessionWith(`"active":true`, `"active":"true"`)}, 503},
	"active is a number":                            {reply{status: 200, body: sessionWith(`"active":true`, `"active":1`)}, 503},
	"active twice":                                  {reply{status: 200, body: sessionWith(`"active":true`, `"active":true,"active":false`)}, 401},
	"no id":                                         {reply{status: 200, body: sessionWith(`"id":"5a2b",`, ``)}, 503},
	"an empty id":                                   {reply{status: 200, body: sessionWith(`"id":"5a2b"`, `"id":""`)}, 503},
	"an id that is a number":                        {reply{status: 200, body: sessionWith(`"id":"5a2b"`, `"id":7`)}, 503},
	"no expires_at":                                 {reply{status: 200, body: sessionWith(`"expires_at":"2126-11-24T16:00:00Z",`, ``)}, 503},
	"expires_at is null":                            {reply{status: 200, body: sessionUntil(`null`)}, 503},
	"expires_at is the zero time":                   {reply{status: 200, body: sessionUntil(`"0001-01-01T00:00:00Z"`)}, 503},
	"expires_at is not a time":                      {reply{status: 200, body: sessionUntil(`"tomorrow"`)}, 503},
	"expires_at is a number":                        {reply{status: 200, body: sessionUntil(`4951123200`)}, 503},
	"an error beside":                               {reply{status: 200, body: sessionWith(`{"id":"5a2b"`, `{"error":{"code":401},"id":"5a2b"`)}, 503},
	"an error beside, written otherwise":            {reply{status: 200, body: sessionWith(`{"id":"5a2b"`, `{"\u0065rror":{"code":401},"id":"5a2b"`)}, 503},
	"an error beside that is a text":                {reply{status: 200, body: sessionWith(`{"id":"5a2b"`, `{"error":"no","id":"5a2b"`)}, 503},
	"status 201":                                    {reply{status: 201, body: activeSession}, 503},
	"status 202":                                    {reply{status: 202, body: activeSession}, 503},
	"status 203":                                    {reply{status: 203, body: activeSession}, 503},
	"status 204":                                    {reply{status: 204}, 503},
	"status 205":                                    {reply{status: 205, body: activeSession}, 503},
	"status 206":                                    {reply{status: 206, body: activeSession}, 503},
	"status 207":                                    {reply{status: 207, body: activeSession}, 503},
	"status 208":                                    {reply{status: 208, body: activeSession}, 503},
	"status 226":                                    {reply{status: 226, body: activeSession}, 503},
	"status 299":                                    {reply{status: 299, body: activeSession}, 503},
	"status 300":                                    {reply{status: 300, body: activeSession}, 503},
	"a redirect to another scheme":                  {reply{status: 301, header: http.Header{"Location": {"https://kratos/sessions/whoami"}}}, 503},
	"a redirect to a login":                         {reply{status: 302, header: http.Header{"Location": {"/login"}}}, 503},
	"a redirect with a session":                     {reply{status: 303, header: http.Header{"Location": {"/"}}, body: activeSession}, 503},
	"the admin port's redirect":                     {reply{status: 307, header: http.Header{"Location": {"/admin/sessions/whoami"}}}, 503},
	"not modified":                                  {reply{status: 304}, 503},
	"a page":                                        {reply{status: 200, header: htmlAnswer, body: "<html>"}, 503},
	"a session with a media type other than JSON":   {reply{status: 200, header: textAnswer, body: activeSession}, 503},
	"nothing":                                       {reply{status: 200}, 503},
	"broken JSON":                                   {reply{status: 200, body: activeSession[:len(activeSession)-1]}, 503},
	"more than JSON":                                {reply{status: 200, body: activeSession + "}"}, 503},
	"a body cut short":                              {reply{status: 200, header: http.Header{"Content-Length": {"4000"}}, body: activeSession}, 503},
	"a list of sessions":                            {reply{status: 200, body: "[" + activeSession + "]"}, 503},
	"null":                                          {reply{status: 200, body: "null"}, 503},
	"a text":                                        {reply{status: 200, body: `"5a2b"`}, 503},
	"a health status":                               {reply{status: 200, body: `{"status":"ok"}`}, 503},
	"a login that is done":                          {reply{status: 200, body: `{"session":` + activeSession + `}`}, 503},
	"a flow":                                        {reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}, 503},
	"another service's user":                        {reply{status: 200, body: `{"id":"5a2b","name":"Ada"}`}, 503},
	"Oathkeeper's 401":                              {reply{status: 401, body: `{"error":{"code":401,"status":"Unauthorized","message":"Access credentials are invalid"}}`}, 503},
	"a 401 for an API key":                          {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "The API key is wrong or has expired.")}, 503},
	"a 401 without a reason":                        {reply{status: 401, body: `{"error":{"code":401,"status":"Unauthorized","message":"The request could not be authorized"}}`}, 503},
	"a 401 with another message":                    {reply{status: 401, body: kratosError(401, "", "m", "The session of the API key has expired.")}, 503},
	"an assurance level that Kratos cannot look up": {reply{status: 401, body: kratosError(401, "", unauthorizedMessage, "Unable to determine AAL.")}, 503},
	"a 401 about the first factor":                  {reply{status: 401, body: kratosError(401, "session_aal1_required", "m", "r")}, 503},
	"a 401 with a session":                          {reply{status: 401, body: activeSession}, 503},
	"Kong's 401":                                    {reply{status: 401, body: `{"message":"Unauthorized"}`}, 503},
	"OAuth2's 401":                                  {reply{status: 401, body: `{"error":"invalid_token","error_description":"No valid session"}`}, 503},
	"a page with 401":                               {reply{status: 401, header: htmlAnswer, body: noSession}, 503},
	"an empty 401":                                  {reply{status: 401}, 503},
	"a 401 with an empty error":                     {reply{status: 401, body: `{"error":{}}`}, 503},
	"Oathkeeper's 403":                              {reply{status: 403, body: kratosError(403, "", "Access credentials are not sufficient to access this resource", "")}, 503},
	"a page with 403":                               {reply{status: 403, header: htmlAnswer, body: "<html>"}, 503},
	"a CSRF violation":                              {reply{status: 403, body: kratosError(403, "security_csrf_violation", "m", "r")}, 503},
	"400":                                           {reply{status: 400, body: kratosError(400, "", "m", "r")}, 503},
	"session_already_available":                     {reply{status: 400, body: kratosError(400, "session_already_available", "m", "r")}, 503},
	"404 of Kratos":                                 {reply{status: 404, body: kratosError(404, "", "m", "r")}, 503},
	"404 of a router":                               {reply{status: 404, header: textAnswer, body: "404 page not found"}, 503},
	"405":                                           {reply{status: 405, header: textAnswer}, 503},
	"407":                                           {reply{status: 407, header: htmlAnswer, body: "<html>"}, 503},
	"410":                                           {reply{status: 410, body: kratosError(410, "", "m", "No session.")}, 503},
	"418":                                           {reply{status: 418, body: activeSession}, 503},
	"422":                                           {reply{status: 422, body: kratosError(422, "browser_location_change_required", "m", "r")}, 503},
	"429":                                           {reply{status: 429, body: kratosError(429, "", "m", "r")}, 429},
	"500":                                           {reply{status: 500, body: kratosError(500, "", "m", "r")}, 503},
	"500 with a session":                            {reply{status: 500, body: activeSession}, 503},
	"502":                                           {reply{status: 502, header: htmlAnswer, body: "<html>"}, 503},
	"503":                                           {reply{status: 503, body: kratosError(500, "", "m", "r")}, 503},
	"504":                                           {reply{status: 504, header: textAnswer, body: "upstream request timeout"}, 503},
}

// requestCredentials are the kinds of credentials of a request.
var requestCredentials = map[string]http.Header{
	"token":  {"X-Session-Token": {"t"}},
	"cookie": {"Cookie": {"ory_kratos_session=c"}},
	"bearer": {"Authorization": {"Bearer t"}},
}

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello ", kratos.SessionFromContext(r.Context()).Identity.ID)
	})
	for name, tc := range whoamiResponses {
		whoami := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			response := tc.response
			response.body = strings.Replace(response.body, `"A MOMENT AGO"`, jsonTimeAgo(5*time.Second), 1) // not when the tests begin
			response.ServeHTTP(w, r)
		})
		client, _ := serve(t, routes{"GET /sessions/whoami": whoami}, kratos.WithRetries(0), kratos.WithBearerToken("key"))
		for credential, header := range requestCredentials {
			t.Run(name+", "+credential, func(t *testing.T) {
				t.Parallel()
				r := httptest.NewRequest("GET", "/account", nil)
				r.Header = header.Clone()
				w := ask(sessions.New(client).Require()(handler), r)
				switch {
				case w.Code != tc.status:
					t.Errorf("status %d, want %d", w.Code, tc.status)
				case (w.Code == 200) != (w.Body.String() == "hello 77aa"):
					t.Errorf("status %d with %q", w.Code, w.Body)
				case w.Header().Get("Cache-Control") != "no-store":
					t.Errorf(`Cache-Control %q, want "no-store"`, w.Header().Get("Cache-Control"))
				}
				session, err := client.Browser(r).ActiveSession(t.Context())
				if (session == nil) == (err == nil) || (err == nil) != (tc.status == 200) {
					t.Errorf("ActiveSession: %v, %v", session, err)
				}
				if errors.Is(err, kratos.ErrNoSession) != (tc.status == 401) || errors.Is(err, kratos.ErrAAL2Required) != (tc.status == 403) {
					t.Errorf("ActiveSession: %v", err)
				}
			})
		}
	}
}

// A 401 can also mean that Kratos cannot look up the session.
func TestNoSessionIsBelievedIfKratosIsReady(t *testing.T) {
	t.Parallel()
	ready := reply{status: 200, body: `{"status":"ok"}`}
	for name, tc := range map[string]struct {
		credential    string
		whoami, ready http.Handler
		status, calls int
	}{
		"no credential costs nothing":        {"", reply{status: 401, body: noSession}, ready, 401, 0},
		"a session costs one request":        {"token", reply{status: 200, body: activeSession}, ready, 200, 1},
		"an unknown token costs two":         {"token", reply{status: 401, body: noSession}, ready, 401, 2},
		"an unknown cookie costs two":        {"cookie", reply{status: 401, body: noSession}, ready, 401, 2},
		"an unknown bearer token costs two":  {"bearer", reply{status: 401, body: noSession}, ready, 401, 2},
		"the second factor costs one":        {"token", reply{status: 403, body: kratosError(403, "session_aal2_required", "m", "r")}, ready, 403, 1},
		"a session that has ended costs one": {"token", reply{status: 200, body: sessionUntil(`"2001-01-01T00:00:00Z"`)}, ready, 401, 1},
		"a gateway's 401 costs one":          {"token", reply{status: 401, body: `{"message":"m"}`}, ready, 503, 1},
		"no database":                        {"token", reply{status: 401, body: noSession}, reply{status: 503, body: kratosError(500, "", "m", "")}, 503, 2},
		"no database, with a cookie":         {"cookie", reply{status: 401, body: noSession}, reply{status: 503, body: kratosError(500, "", "m", "")}, 503, 2},
		"no database, as is specified":       {"token", reply{status: 401, body: noSession}, reply{status: 503, body: `{"errors":{"database":"down"}}`}, 503, 2},
		"a readiness that fails":             {"token", reply{status: 401, body: noSession}, reply{status: 500, body: kratosError(500, "", "m", "")}, 503, 2},
		"a connection that ends": {"token", reply{status: 401, body: noSession}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}), 503, -1}, // net/http may repeat it
		"no such path at a gateway":      {"token", reply{status: 401, body: noSession}, reply{status: 404, header: textAnswer, body: "not found"}, 401, 2},
		"a path that a gateway forbids":  {"token", reply{status: 401, body: noSession}, reply{status: 403, header: htmlAnswer, body: "<html>"}, 401, 2},
		"a path that a gateway handles":  {"token", reply{status: 401, body: noSession}, reply{status: 503, header: htmlAnswer, body: "<html>no backend"}, 401, 2},
		"a gateway that limits requests": {"token", reply{status: 401, body: noSession}, reply{status: 429, header: textAnswer}, 401, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			client, _ := serve(t, counted(&calls, routes{"GET /sessions/whoami": tc.whoami, "GET /health/ready": tc.ready}))
			r := httptest.NewRequest("GET", "/account", nil)
			for name, values := range requestCredentials[tc.credential] {
				r.Header[name] = values
			}
			w := ask(sessions.New(client).Require()(http.NotFoundHandler()), r)
			if tc.status == 200 {
				tc.status = 404 // of the handler
			}
			switch n := int(calls.Load()); {
			case w.Code != tc.status:
				t.Errorf("status %d, want %d", w.Code, tc.status)
			case n != tc.calls && tc.calls >= 0:
				t.Errorf("%d requests, want %d", n, tc.calls)
			}
		})
	}
}
