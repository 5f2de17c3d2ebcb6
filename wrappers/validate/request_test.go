package validate_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// Every request that package kratos sends is valid, and its operation is recognized.
func TestGoldenRequestsAreValid(t *testing.T) {
	t.Parallel()
	for name, golden := range goldenRequests(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operation, _, _ := strings.Cut(name, ".") // followed by the difference between its requests
			if err := validate.Request(golden(), validate.WithStrict()); err != nil {
				t.Error(err)
			}
			below := golden()
			below.URL.Path = "/base/path" + below.URL.Path
			if err := validate.Request(below, validate.WithStrict(), validate.WithBasePath("base/path/")); err != nil {
				t.Error("below a base path:", err)
			}
			if err := validate.Request(below); !errors.Is(err, validate.ErrPathNotFound) {
				t.Error("below an unknown path:", err)
			}
			other := golden()
			other.URL.RawQuery += "&colour=red"
			var e *validate.Error
			if err := validate.Request(other, validate.WithStrict()); !errors.As(err, &e) || e.Operation != operation {
				t.Error("an unknown parameter:", err)
			}
		})
	}
}

// Every form that package kratos sends is valid, also for the transport of a client.
func TestGoldenFormsAreValid(t *testing.T) {
	t.Parallel()
	forms := goldenForms(t)
	if len(forms) != 5 {
		t.Errorf("%d forms", len(forms))
	}
	for operation, golden := range forms {
		if err := validate.Request(golden(), validate.WithStrict()); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
		resp, err := validate.Transport(&cannedTransport{status: 200, mediaType: "application/json", body: `{}`}, validate.WithStrict()).RoundTrip(golden())
		if err != nil {
			t.Errorf("%s: %v", operation, err)
			continue
		}
		_ = resp.Body.Close()
	}
}

const (
	identity  = `/admin/identities/7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01`
	login     = "POST /self-service/login?flow=f"
	create    = "POST /admin/identities"
	batch     = "PATCH /admin/identities"
	jsonOnly  = "must be one of application/json (media-type)"
	jsonOrURL = "must be one of application/json, application/x-www-form-urlencoded (media-type)"
)

func TestRequest(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 20_000)
	nested := `{"traits":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5001)
	for name, c := range map[string]struct {
		line, headers, body string
		want                string
	}{
		// Method and path.
		"an unknown path":                           {"GET /no/such/path", "", "", "path is not part of the API (path)"},
		"the root":                                  {"GET /", "", "", "path is not part of the API (path)"},
		"a slash at the end":                        {"GET /sessions/whoami/", "", "", "path is not part of the API (path)"},
		"an empty id":                               {"DELETE /admin/identities/", "", "", "path is not part of the API (path)"},
		"an empty segment":                          {"GET //sessions/whoami", "", "", "path is not part of the API (path)"},
		"capitals in a path":                        {"GET /Sessions/whoami", "", "", "path is not part of the API (path)"},
		"an unknown method":                         {"BREW /sessions/whoami", "", "", "method must be one of GET (method)"},
		"a method that the path does not have":      {"PUT /sessions", "", "", "method must be one of DELETE, GET (method)"},
		"HEAD":                                      {"HEAD /sessions/whoami", "", "", "method must be one of GET (method)"},
		"an id that is a dot":                       {"GET /admin/identities/%2e", "", "", "getIdentity: path parameter id must not have a dot segment (traversal)"},
		"an id that is two dots":                    {"DELETE /admin/identities/..", "", "", "deleteIdentity: path parameter id must not have a dot segment (traversal)"},
		"a path parameter outside an enum":          {"DELETE " + identity + "/credentials/x", "", "", "deleteIdentityCredentials: path parameter type must be one of " + types + " (enum)"},
		"the health check below /admin":             {"GET /admin/health/alive", "", "", ""},
		"a link from an email":                      {"GET /self-service/recovery?flow=f&token=t", "", "", ""},
		"an OIDC callback":                          {"GET /self-service/methods/oidc/callback/google?code=c", "", "", ""},
		"an OIDC callback by POST":                  {"POST /self-service/methods/oidc/callback/apple", asForm, "code=c", ""},
		"a preflight request for a known method":    {"OPTIONS /sessions/whoami", "Origin: https://example.org\nAccess-Control-Request-Method: GET", "", ""},
		"a preflight request for an unknown method": {"OPTIONS /sessions/whoami", "Origin: https://example.org\nAccess-Control-Request-Method: PUT", "", "method must be one of GET (method)"},

		// Parameters.
		"a required parameter is missing":     {"GET /self-service/login/flows", "", "", "getLoginFlow: query parameter id is missing (required)"},
		"a required parameter is empty":       {"GET /self-service/login/flows?id=", "", "", "getLoginFlow: query parameter id is missing (required)"},
		"two required parameters are missing": {"GET /sessions/token-exchange", "", "", "exchangeSessionToken: query parameter init_code is missing (required); query parameter return_to_code is missing (required)"},
		"a number below the minimum":          {"GET /admin/identities?page_size=0", "", "", "listIdentities: query parameter page_size must be at least 1 (minimum)"},
		"a number above the maximum":          {"GET /admin/identities?page_size=1001", "", "", "listIdentities: query parameter page_size must be at most 1000 (maximum)"},
		"a number beyond 64 bits":             {"GET /admin/identities?page_size=99999999999999999999", "", "", "listIdentities: query parameter page_size must be a 64-bit integer (format)"},
		"a number with a fraction":            {"GET /admin/identities?page_size=1.5", "", "", "listIdentities: query parameter page_size must be an integer (type)"},
		"a number with a plus sign":           {"GET /admin/identities?page_size=%2B5", "", "", "listIdentities: query parameter page_size must be an integer (type)"},
		"a word for a number":                 {"GET /admin/identities?page_size=many", "", "", "listIdentities: query parameter page_size must be an integer (type)"},
		"an empty number":                     {"GET /admin/identities?page_size=", "", "", "listIdentities: query parameter page_size must be an integer (type)"},
		"a word for a boolean":                {"GET /self-service/login/api?refresh=yes", "", "", "createNativeLoginFlow: query parameter refresh must be true or false (type)"},
		"a value outside an enum":             {"GET /admin/identities?consistency=weak", "", "", `listIdentities: query parameter consistency must be one of "", strong, eventual (enum)`},
		"an empty value that an enum has":     {"GET /admin/identities?consistency=", "", "", ""},
		"a list with a value outside an enum": {"GET " + identity + "?include_credential=password&include_credential=x", "", "", "getIdentity: query parameter include_credential/1 must be one of " + types + " (enum)"},
		"a list":                              {"GET /admin/identities?ids=a&ids=b", "", "", ""},
		"a duplicate parameter":               {"GET /self-service/login/flows?id=a&id=b", "", "", "getLoginFlow: query parameter id must not be repeated (duplicate)"},
		"a duplicate token":                   {"GET /sessions/whoami", "X-Session-Token: a\nX-Session-Token: b", "", "toSession: header X-Session-Token must not be repeated (duplicate)"},
		"two Cookie headers":                  {"GET /sessions/whoami", "Cookie: a=1\nCookie: b=2", "", ""},
		"a query with an invalid escape":      {"GET /sessions/whoami?tokenize_as=%zz", "", "", "toSession: query must be percent-encoded names and values (syntax)"},
		"an unknown parameter":                {"GET /sessions/whoami?colour=red", "", "", ""},

		// Headers and syntax of a body.
		"a missing body of an import":          {create, asJSON, "", "createIdentity: body is missing (required)"},
		"a missing body of a submission":       {login, asJSON, "", "updateLoginFlow: body is missing (required)"},
		"a body that is not described":         {"GET /sessions/whoami", asJSON, "{}", "toSession: body must be empty (no-body)"},
		"no media type":                        {create, "", `{"traits":{}}`, "createIdentity: header Content-Type is missing; allowed are application/json (required)"},
		"another media type":                   {create, "Content-Type: text/plain", `{"traits":{}}`, "createIdentity: header Content-Type " + jsonOnly},
		"a form where JSON is described":       {create, asForm, `traits.a=1`, "createIdentity: header Content-Type " + jsonOnly},
		"a multipart form":                     {login, "Content-Type: multipart/form-data; boundary=x", `--x--`, "updateLoginFlow: header Content-Type " + jsonOrURL},
		"an invalid media type":                {login, "Content-Type: application/json; charset", `{}`, "updateLoginFlow: header Content-Type " + jsonOrURL},
		"two media types":                      {create, asJSON + "\n" + asForm, `{"traits":{}}`, "createIdentity: header Content-Type must not be repeated (duplicate)"},
		"a media type in capitals":             {create, "Content-Type: Application/JSON", `{"traits":{}}`, ""},
		"a character set":                      {create, asJSON + "; charset=UTF-8", `{"traits":{}}`, ""},
		"another character set":                {create, asJSON + "; charset=iso-8859-1", `{"traits":{}}`, "createIdentity: header Content-Type must be utf-8 (charset)"},
		"a compressed body":                    {create, asJSON + "\nContent-Encoding: gzip", "\x1f\x8b", "createIdentity: header Content-Encoding must be identity: a compressed body cannot be validated (encoding)"},
		"a body of white space":                {create, asJSON, " \n", "createIdentity: body must be JSON, but is truncated (byte 0) (syntax)"},
		"truncated JSON":                       {create, asJSON, `{"traits":{"email":"ada`, "createIdentity: body must be JSON, but is truncated (byte 23) (syntax)"},
		"data after the JSON value":            {create, asJSON, `{"traits":{}} {}`, "createIdentity: body must be a single JSON value in UTF-8 (byte 13) (syntax)"},
		"invalid JSON":                         {create, asJSON, `traits`, "createIdentity: body must be a single JSON value in UTF-8 (byte 2) (syntax)"},
		"a byte order mark":                    {create, asJSON, "\ufeff{}", "createIdentity: body must be a single JSON value in UTF-8 (byte 0) (syntax)"},
		"invalid UTF-8":                        {create, asJSON, "{\"traits\":{\"a\":\"\xff\"}}", "createIdentity: body must be a single JSON value in UTF-8 (byte 16) (syntax)"},
		"a body that is nested too deep":       {create, asJSON, `{"traits":` + deep, "createIdentity: body must be a single JSON value in UTF-8 (byte 50005) (syntax)"},
		"deeply nested traits":                 {create, asJSON, nested, ""},
		"a duplicate property":                 {create, asJSON, `{"traits":{},"state":"active","state":"inactive"}`, "createIdentity: /state must not be repeated (byte 30) (duplicate)"},
		"a duplicate property in an item":      {batch, asJSON, `{"identities":[{},{"create":{"traits":{},"traits":{}}}]}`, "batchPatchIdentities: /identities/1/create/traits must not be repeated (byte 41) (duplicate)"},
		"a duplicate property in the traits":   {create, asJSON, `{"traits":{"a":{"b":1,"b":2}}}`, "createIdentity: /traits/*/* must not be repeated (byte 22) (duplicate)"},
		"a duplicate property of a submission": {login, asJSON, `{"method":"totp","totp_code":"1","totp_code":"2"}`, "updateLoginFlow: /totp_code must not be repeated (byte 33) (duplicate)"},

		// Schema of a body.
		"an array":                                  {create, asJSON, `[]`, "createIdentity: body must be an object (type)"},
		"null":                                      {create, asJSON, `null`, "createIdentity: body must not be null (nullable)"},
		"a string":                                  {create, asJSON, `"x"`, "createIdentity: body must be an object (type)"},
		"an empty object":                           {create, asJSON, `{}`, "createIdentity: /traits is missing (required)"},
		"traits that are a string":                  {create, asJSON, `{"traits":"x"}`, "createIdentity: /traits must be an object (type)"},
		"null for traits":                           {create, asJSON, `{"traits":null}`, "createIdentity: /traits must not be null (nullable)"},
		"null for metadata":                         {create, asJSON, `{"traits":{},"metadata_public":null,"organization_id":null}`, ""},
		"an unknown state":                          {create, asJSON, `{"traits":{},"state":"gone"}`, "createIdentity: /state must be one of " + states + " (enum)"},
		"an escaped name and value":                 {create, asJSON, `{"traits":{},"\u0073tate":"\u0061ctive"}`, ""},
		"a number for a string":                     {create, asJSON, `{"traits":{},"schema_id":5}`, "createIdentity: /schema_id must be a string (type)"},
		"a string for a boolean":                    {create, asJSON, `{"traits":{},"credentials":{"password":{"config":{"use_password_migration_hook":"true"}}}}`, "createIdentity: /credentials/password/config/use_password_migration_hook must be a boolean (type)"},
		"an object for a list":                      {create, asJSON, `{"traits":{},"recovery_addresses":{}}`, "createIdentity: /recovery_addresses must be an array (type)"},
		"a number for an item":                      {batch, asJSON, `{"identities":[{"create":{"traits":{}}},5]}`, "batchPatchIdentities: /identities/1 must be an object (type)"},
		"a string that is not a UUID":               {batch, asJSON, `{"identities":[{"patch_id":"5"}]}`, "batchPatchIdentities: /identities/0/patch_id must be a UUID (format)"},
		"a string as long as a UUID":                {batch, asJSON, `{"identities":[{"patch_id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a0g"}]}`, "batchPatchIdentities: /identities/0/patch_id must be a UUID (format)"},
		"a string that is not a time":               {create, asJSON, `{"traits":{},"verifiable_addresses":[{"value":"a","via":"email","status":"completed","verified":true,"verified_at":"yesterday"}]}`, "createIdentity: /verifiable_addresses/0/verified_at must be a time such as 2006-01-02T15:04:05Z (format)"},
		"a string that is not a duration":           {"POST /admin/recovery/code", asJSON, `{"identity_id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","expires_in":"soon"}`, "createRecoveryCodeForIdentity: /expires_in must match " + duration + " (pattern)"},
		"a patch operation that Kratos lacks":       {"PATCH " + identity, asJSON, `[{"op":"move","path":"/state"}]`, "patchIdentity: /0/op must be one of add, replace, remove (enum)"},
		"several violations, in the order of names": {create, asJSON, `{"state":"gone","schema_id":5,"traits":[]}`, "createIdentity: /schema_id must be a string (type); /state must be one of " + states + " (enum); /traits must be an object (type)"},
		"violations in parameters and body":         {"POST /self-service/login", asJSON, `{"method":"totp"}`, "updateLoginFlow: query parameter flow is missing (required); /totp_code is missing (required)"},
		"an unknown property":                       {create, asJSON, `{"traits":{},"colour":"red"}`, ""},

		// Methods of flows.
		"a method":                         {login, asJSON, `{"totp_code":"1","method":"totp"}`, ""},
		"an unknown method of a flow":      {login, asJSON, `{"method":"guess"}`, "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"an empty method":                  {login, asJSON, `{"method":""}`, "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"a missing method":                 {login, asJSON, `{"password":"p"}`, "updateLoginFlow: /method is missing; allowed are " + methods + " (required)"},
		"a method that is not a string":    {login, asJSON, `{"method":["password"]}`, "updateLoginFlow: /method must be a string (type)"},
		"a method that is null":            {login, asJSON, `{"method":null}`, "updateLoginFlow: /method must be a string (type)"},
		"a submission that is a list":      {login, asJSON, `[{"method":"password"}]`, "updateLoginFlow: body must be an object (type)"},
		"a property of the method":         {login, asJSON, `{"method":"password","identifier":"ada","password":5}`, "updateLoginFlow: /password must be a string (type)"},
		"missing properties of the method": {login, asJSON, `{"method":"password"}`, "updateLoginFlow: /identifier is missing (required); /password is missing (required)"},

		// Forms.
		"a form":                                       {login, asForm, "method=password&identifier=ada&password=p&csrf_token=t", ""},
		"a form with a character set":                  {login, asForm + "; charset=utf-8", "method=totp&totp_code=1", ""},
		"a form with traits":                           {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits.name.first=Ada&traits.newsletter=true&traits.newsletter=false", ""},
		"a form with a checkbox":                       {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=false&totp_unlink=true", ""},
		"a form with an invalid checkbox":              {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=maybe", "updateSettingsFlow: /totp_unlink must be true or false (type)"},
		"a form submitted by the button of a provider": {login, asForm, "provider=google&csrf_token=t", ""},
		"a form without a required field":              {login, asForm, "method=password&password=p", "updateLoginFlow: /identifier is missing (required)"},
		"a form with an empty field":                   {login, asForm, "method=password&identifier=&password=", ""},
		"a form with an unknown method":                {login, asForm, "method=guess", "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"a form with two methods":                      {login, asForm, "method=password&method=totp", "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"a form with a duplicate field":                {login, asForm, "method=totp&totp_code=1&totp_code=2", "updateLoginFlow: /totp_code must not be repeated (duplicate)"},
		"a form with the same value twice":             {login, asForm, "method=totp&method=totp&totp_code=1", ""},
		"a form with a string for traits":              {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits=x", "updateRegistrationFlow: /traits must be an object, or fields such as traits.name (type)"},
		"a form with an object as JSON":                {login, asForm, "method=password&identifier=a&password=p&transient_payload=%7b%22a%22:1%7d", ""},
		"a form with truncated JSON":                   {login, asForm, "method=password&identifier=a&password=p&transient_payload=%7b%22a%22:1", "updateLoginFlow: /transient_payload must be an object, or fields such as transient_payload.name (type)"},
		"a form with an array as JSON":                 {login, asForm, "method=password&identifier=a&password=p&transient_payload=[]", "updateLoginFlow: /transient_payload must be an object, or fields such as transient_payload.name (type)"},
		"a form without traits":                        {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&transient_payload=", "updateRegistrationFlow: /traits is missing (required)"},
		"a form with empty traits":                     {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits=%7b%7d", ""},
		"a form with a value outside an enum":          {"POST /self-service/registration?flow=f", asForm, "method=profile&traits.a=1&screen=x", "updateRegistrationFlow: /screen must be one of " + screens + " (enum)"},
		"a form with an invalid escape":                {login, asForm, "method=%zz", "updateLoginFlow: body must be percent-encoded names and values (syntax)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, c.headers, c.body)
			if got := errorText(validate.Request(r)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if again := readAll(t, r.Body); again != c.body {
				t.Errorf("the body was changed: %.100q", again)
			}
		})
	}
}

// WithStrict also reports what is not described.
func TestStrictRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line, headers, body string
		want                string
	}{
		"a parameter":                         {"GET /sessions/whoami?tokenize_as=a&colour=red", "", "", "toSession: query has unknown parameters; known are tokenize_as (unknown)"},
		"a parameter where none is described": {"DELETE /sessions?colour=red", "", "", "disableMyOtherSessions: query must be empty (unknown)"},
		"a property":                          {create, asJSON, `{"traits":{},"colour":"red"}`, "createIdentity: body has an unknown property (number 2); known are " + ofCreate + " (additionalProperties)"},
		"a property of an item":               {batch, asJSON, `{"identities":[{"colour":"red"}]}`, "batchPatchIdentities: /identities/0 has an unknown property (number 1); known are create, patch_id (additionalProperties)"},
		"a field":                             {login, asForm, "method=totp&totp_code=1&colour=red&totp_code.x=1", "updateLoginFlow: body has 2 unknown fields; known are csrf_token, method, totp_code, transient_payload (additionalProperties)"},
		"properties of traits and metadata":   {create, asJSON, `{"traits":{"colour":"red"},"metadata_public":{"colour":"red"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := errorText(validate.Request(newRequest(t, c.line, c.headers, c.body), validate.WithStrict())); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRequestWithoutURL(t *testing.T) {
	t.Parallel()
	if err := validate.Request(&http.Request{Method: "GET"}); !errors.Is(err, validate.ErrPathNotFound) {
		t.Errorf("%v, want ErrPathNotFound", err)
	}
}
