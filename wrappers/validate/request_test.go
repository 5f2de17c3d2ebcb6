package validate_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// Every request that the wrapper sends is valid, and is taken for the operation that it is.
func TestGoldenRequestsAreValid(t *testing.T) {
	t.Parallel()
	for name, golden := range goldenRequests(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operation, _, _ := strings.Cut(name, ".") // of several requests, they are named for what differs
			if err := validate.Request(golden(), validate.WithStrict()); err != nil {
				t.Error(err)
			}
			below := golden()
			below.URL.Path = "/base/path" + below.URL.Path
			if err := validate.Request(below, validate.WithStrict(), validate.WithBasePath("base/path/")); err != nil {
				t.Error("below a path:", err)
			}
			if err := validate.Request(below); !errors.Is(err, validate.ErrUnknownPath) {
				t.Error("below a path that nothing is known of:", err)
			}
			other := golden()
			other.URL.RawQuery += "&colour=red"
			var e *validate.Error
			if err := validate.Request(other, validate.WithStrict()); !errors.As(err, &e) || e.Operation != operation {
				t.Error("another parameter:", err)
			}
		})
	}
}

// Every form that the wrapper sends is valid, with a client's transport too.
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
		resp, err := validate.Transport(&canned{status: 200, kind: "application/json", body: `{}`}, validate.WithStrict()).RoundTrip(golden())
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
	methods   = "code, identifier_first, lookup_secret, oidc, passkey, password, totp, webauthn"
	types     = "password, oidc, totp, lookup_secret, webauthn, code, passkey, profile, saml, link_recovery, code_recovery"
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
		"a path that there is not":                      {"GET /no/such/path", "", "", "path must be one of the API's (path)"},
		"the root":                                      {"GET /", "", "", "path must be one of the API's (path)"},
		"a slash at the end":                            {"GET /sessions/whoami/", "", "", "path must be one of the API's (path)"},
		"an id that is empty":                           {"DELETE /admin/identities/", "", "", "path must be one of the API's (path)"},
		"a slash too many":                              {"GET //sessions/whoami", "", "", "path must be one of the API's (path)"},
		"capitals in a path":                            {"GET /Sessions/whoami", "", "", "path must be one of the API's (path)"},
		"a method that there is not":                    {"BREW /sessions/whoami", "", "", "method must be one of GET (method)"},
		"a method of another path":                      {"PUT /sessions", "", "", "method must be one of DELETE, GET (method)"},
		"HEAD":                                          {"HEAD /sessions/whoami", "", "", "method must be one of GET (method)"},
		"an id that is a dot":                           {"GET /admin/identities/%2e", "", "", "getIdentity: path.id must not be a dot or two, which lead to another path (path)"},
		"an id that is two dots":                        {"DELETE /admin/identities/..", "", "", "deleteIdentity: path.id must not be a dot or two, which lead to another path (path)"},
		"a path parameter that is of no enum":           {"DELETE " + identity + "/credentials/x", "", "", "deleteIdentityCredentials: path.type must be one of " + types + " (enum)"},
		"the admin port's own path of the health":       {"GET /admin/health/alive", "", "", ""},
		"a link of a mail":                              {"GET /self-service/recovery?flow=f&token=t", "", "", ""},
		"the way back from a provider":                  {"GET /self-service/methods/oidc/callback/google?code=c", "", "", ""},
		"a form that a provider sends back":             {"POST /self-service/methods/oidc/callback/apple", asForm, "code=c", ""},
		"a browser asks for a method that there is":     {"OPTIONS /sessions/whoami", "Origin: https://example.org\nAccess-Control-Request-Method: GET", "", ""},
		"a browser asks for a method that there is not": {"OPTIONS /sessions/whoami", "Origin: https://example.org\nAccess-Control-Request-Method: PUT", "", "method must be one of GET (method)"},

		// Parameters.
		"a required parameter is missing":        {"GET /self-service/login/flows", "", "", "getLoginFlow: query.id is missing (required)"},
		"a required parameter is empty":          {"GET /self-service/login/flows?id=", "", "", "getLoginFlow: query.id is missing (required)"},
		"two required parameters are missing":    {"GET /sessions/token-exchange", "", "", "exchangeSessionToken: query.init_code is missing (required); query.return_to_code is missing (required)"},
		"a number that is too small":             {"GET /admin/identities?page_size=0", "", "", "listIdentities: query.page_size must be at least 1 (minimum)"},
		"a number that is too large":             {"GET /admin/identities?page_size=1001", "", "", "listIdentities: query.page_size must be at most 1000 (maximum)"},
		"a number of more than 64 bits":          {"GET /admin/identities?page_size=99999999999999999999", "", "", "listIdentities: query.page_size must be an integer of 64 bits (format)"},
		"a number with a fraction":               {"GET /admin/identities?page_size=1.5", "", "", "listIdentities: query.page_size must be an integer (type)"},
		"a number with a sign":                   {"GET /admin/identities?page_size=%2B5", "", "", "listIdentities: query.page_size must be an integer (type)"},
		"no number":                              {"GET /admin/identities?page_size=many", "", "", "listIdentities: query.page_size must be an integer (type)"},
		"an empty number":                        {"GET /admin/identities?page_size=", "", "", "listIdentities: query.page_size must be an integer (type)"},
		"no boolean":                             {"GET /self-service/login/api?refresh=yes", "", "", "createNativeLoginFlow: query.refresh must be true or false (type)"},
		"a value of no enum":                     {"GET /admin/identities?consistency=weak", "", "", `listIdentities: query.consistency must be one of "", strong, eventual (enum)`},
		"an empty value of an enum that has one": {"GET /admin/identities?consistency=", "", "", ""},
		"a list with a value of no enum":         {"GET " + identity + "?include_credential=password&include_credential=x", "", "", "getIdentity: query.include_credential.1 must be one of " + types + " (enum)"},
		"a list":                                 {"GET /admin/identities?ids=a&ids=b", "", "", ""},
		"a parameter twice":                      {"GET /self-service/login/flows?id=a&id=b", "", "", "getLoginFlow: query.id must be there once (repeated)"},
		"a token twice":                          {"GET /sessions/whoami", "X-Session-Token: a\nX-Session-Token: b", "", "toSession: header.X-Session-Token must be there once (repeated)"},
		"two headers of cookies":                 {"GET /sessions/whoami", "Cookie: a=1\nCookie: b=2", "", ""},
		"a query that cannot be read":            {"GET /sessions/whoami?tokenize_as=%zz", "", "", "toSession: query must be names and values in percent encoding (syntax)"},
		"a parameter that there is not":          {"GET /sessions/whoami?colour=red", "", "", ""},

		// How a body comes.
		"no body":                        {create, asJSON, "", "createIdentity: body is missing (required)"},
		"no body of a submission":        {login, asJSON, "", "updateLoginFlow: body is missing (required)"},
		"a body where there is none":     {"GET /sessions/whoami", asJSON, "{}", "toSession: body must be empty (no-body)"},
		"no type":                        {create, "", `{"traits":{}}`, "createIdentity: header.Content-Type is missing; it is one of application/json (required)"},
		"another type":                   {create, "Content-Type: text/plain", `{"traits":{}}`, "createIdentity: header.Content-Type " + jsonOnly},
		"a form where there is none":     {create, asForm, `traits.a=1`, "createIdentity: header.Content-Type " + jsonOnly},
		"a form of the wrong type":       {login, "Content-Type: multipart/form-data; boundary=x", `--x--`, "updateLoginFlow: header.Content-Type " + jsonOrURL},
		"a type that cannot be read":     {login, "Content-Type: application/json; charset", `{}`, "updateLoginFlow: header.Content-Type " + jsonOrURL},
		"two types":                      {create, asJSON + "\n" + asForm, `{"traits":{}}`, "createIdentity: header.Content-Type must be there once (repeated)"},
		"a type in capitals":             {create, "Content-Type: Application/JSON", `{"traits":{}}`, ""},
		"a character set":                {create, asJSON + "; charset=UTF-8", `{"traits":{}}`, ""},
		"another character set":          {create, asJSON + "; charset=iso-8859-1", `{"traits":{}}`, "createIdentity: header.Content-Type must be utf-8 (charset)"},
		"a compressed body":              {create, asJSON + "\nContent-Encoding: gzip", "\x1f\x8b", "createIdentity: header.Content-Encoding must be identity: a compressed body cannot be judged (encoding)"},
		"white space":                    {create, asJSON, " \n", "createIdentity: body must be JSON, and ends too early (byte 0) (syntax)"},
		"an end that comes too early":    {create, asJSON, `{"traits":{"email":"ada`, "createIdentity: body must be JSON, and ends too early (byte 23) (syntax)"},
		"something after the body":       {create, asJSON, `{"traits":{}} {}`, "createIdentity: body must be one JSON value in UTF-8 (byte 13) (syntax)"},
		"no JSON":                        {create, asJSON, `traits`, "createIdentity: body must be one JSON value in UTF-8 (byte 2) (syntax)"},
		"a byte order mark":              {create, asJSON, "\ufeff{}", "createIdentity: body must be one JSON value in UTF-8 (byte 0) (syntax)"},
		"no UTF-8":                       {create, asJSON, "{\"traits\":{\"a\":\"\xff\"}}", "createIdentity: body must be one JSON value in UTF-8 (byte 16) (syntax)"},
		"a body that is far too deep":    {create, asJSON, `{"traits":` + deep, "createIdentity: body must be one JSON value in UTF-8 (byte 50005) (syntax)"},
		"traits that are deep":           {create, asJSON, nested, ""},
		"a member twice":                 {create, asJSON, `{"traits":{},"state":"active","state":"inactive"}`, "createIdentity: /state must be there once (byte 30) (duplicate)"},
		"a member twice in an item":      {batch, asJSON, `{"identities":[{},{"create":{"traits":{},"traits":{}}}]}`, "batchPatchIdentities: /identities/1/create/traits must be there once (byte 41) (duplicate)"},
		"a member twice in the traits":   {create, asJSON, `{"traits":{"a":{"b":1,"b":2}}}`, "createIdentity: /traits/*/* must be there once (byte 22) (duplicate)"},
		"a member twice of a submission": {login, asJSON, `{"method":"totp","totp_code":"1","totp_code":"2"}`, "updateLoginFlow: /totp_code must be there once (byte 33) (duplicate)"},

		// What a body says.
		"an array":                                {create, asJSON, `[]`, "createIdentity: body must be an object (type)"},
		"null":                                    {create, asJSON, `null`, "createIdentity: body must not be null (nullable)"},
		"a text":                                  {create, asJSON, `"x"`, "createIdentity: body must be an object (type)"},
		"an empty object":                         {create, asJSON, `{}`, "createIdentity: /traits is missing (required)"},
		"traits that are none":                    {create, asJSON, `{"traits":"x"}`, "createIdentity: /traits must be an object (type)"},
		"traits that are null":                    {create, asJSON, `{"traits":null}`, "createIdentity: /traits must not be null (nullable)"},
		"metadata that is null":                   {create, asJSON, `{"traits":{},"metadata_public":null,"organization_id":null}`, ""},
		"a state that there is not":               {create, asJSON, `{"traits":{},"state":"gone"}`, "createIdentity: /state must be one of active, inactive (enum)"},
		"a state in escapes":                      {create, asJSON, `{"traits":{},"\u0073tate":"\u0061ctive"}`, ""},
		"a number for a text":                     {create, asJSON, `{"traits":{},"schema_id":5}`, "createIdentity: /schema_id must be a string (type)"},
		"a text for a boolean":                    {create, asJSON, `{"traits":{},"credentials":{"password":{"config":{"use_password_migration_hook":"true"}}}}`, "createIdentity: /credentials/password/config/use_password_migration_hook must be a boolean (type)"},
		"an object for a list":                    {create, asJSON, `{"traits":{},"recovery_addresses":{}}`, "createIdentity: /recovery_addresses must be an array (type)"},
		"an item that is none":                    {batch, asJSON, `{"identities":[{"create":{"traits":{}}},5]}`, "batchPatchIdentities: /identities/1 must be an object (type)"},
		"no UUID":                                 {batch, asJSON, `{"identities":[{"patch_id":"5"}]}`, "batchPatchIdentities: /identities/0/patch_id must be a UUID (format)"},
		"no UUID, but as long":                    {batch, asJSON, `{"identities":[{"patch_id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a0g"}]}`, "batchPatchIdentities: /identities/0/patch_id must be a UUID (format)"},
		"no time":                                 {create, asJSON, `{"traits":{},"verifiable_addresses":[{"value":"a","via":"email","status":"completed","verified":true,"verified_at":"yesterday"}]}`, "createIdentity: /verifiable_addresses/0/verified_at must be a time such as 2006-01-02T15:04:05Z (format)"},
		"no duration":                             {"POST /admin/recovery/code", asJSON, `{"identity_id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","expires_in":"soon"}`, "createRecoveryCodeForIdentity: /expires_in must match ^([0-9]+(ns|us|ms|s|m|h))*$ (pattern)"},
		"an operation that there is not":          {"PATCH " + identity, asJSON, `[{"op":"move","path":"/state"}]`, "patchIdentity: /0/op must be one of add, replace, remove (enum)"},
		"several problems, in the order of names": {create, asJSON, `{"state":"gone","schema_id":5,"traits":[]}`, "createIdentity: /schema_id must be a string (type); /state must be one of active, inactive (enum); /traits must be an object (type)"},
		"problems of parameters and body":         {"POST /self-service/login", asJSON, `{"method":"totp"}`, "updateLoginFlow: query.flow is missing (required); /totp_code is missing (required)"},
		"a member that there is not":              {create, asJSON, `{"traits":{},"colour":"red"}`, ""},

		// Methods of flows.
		"a method":                       {login, asJSON, `{"totp_code":"1","method":"totp"}`, ""},
		"a method that the flow has not": {login, asJSON, `{"method":"guess"}`, "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"an empty method":                {login, asJSON, `{"method":""}`, "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"no method":                      {login, asJSON, `{"password":"p"}`, "updateLoginFlow: /method is missing; it is one of " + methods + " (required)"},
		"a method that is no text":       {login, asJSON, `{"method":["password"]}`, "updateLoginFlow: /method must be a string (type)"},
		"a method that is null":          {login, asJSON, `{"method":null}`, "updateLoginFlow: /method must be a string (type)"},
		"a submission that is a list":    {login, asJSON, `[{"method":"password"}]`, "updateLoginFlow: body must be an object (type)"},
		"a field of the method's":        {login, asJSON, `{"method":"password","identifier":"ada","password":5}`, "updateLoginFlow: /password must be a string (type)"},
		"fields of the method's missing": {login, asJSON, `{"method":"password"}`, "updateLoginFlow: /identifier is missing (required); /password is missing (required)"},

		// Forms.
		"a form":                              {login, asForm, "method=password&identifier=ada&password=p&csrf_token=t", ""},
		"a form with a character set":         {login, asForm + "; charset=utf-8", "method=totp&totp_code=1", ""},
		"a form with traits":                  {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits.name.first=Ada&traits.newsletter=true&traits.newsletter=false", ""},
		"a form with a checkbox":              {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=false&totp_unlink=true", ""},
		"a form with a checkbox of no text":   {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=maybe", "updateSettingsFlow: /totp_unlink must be true or false (type)"},
		"a form that a provider's button has": {login, asForm, "provider=google&csrf_token=t", ""},
		"a form without a field":              {login, asForm, "method=password&password=p", "updateLoginFlow: /identifier is missing (required)"},
		"a form with an empty field":          {login, asForm, "method=password&identifier=&password=", ""},
		"a form of a method that is none":     {login, asForm, "method=guess", "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"a form of two methods":               {login, asForm, "method=password&method=totp", "updateLoginFlow: /method must be one of " + methods + " (discriminator)"},
		"a form with a field twice":           {login, asForm, "method=totp&totp_code=1&totp_code=2", "updateLoginFlow: /totp_code must be there once (repeated)"},
		"a form with the same twice":          {login, asForm, "method=totp&method=totp&totp_code=1", ""},
		"a form with traits in one field":     {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits=x", "updateRegistrationFlow: /traits must be an object: its members are fields, such as traits.name (type)"},
		"a form with an object as JSON":       {login, asForm, "method=password&identifier=a&password=p&transient_payload=%7b%22a%22:1%7d", ""},
		"a form with a part of an object":     {login, asForm, "method=password&identifier=a&password=p&transient_payload=%7b%22a%22:1", "updateLoginFlow: /transient_payload must be an object: its members are fields, such as transient_payload.name (type)"},
		"a form with a list as JSON":          {login, asForm, "method=password&identifier=a&password=p&transient_payload=[]", "updateLoginFlow: /transient_payload must be an object: its members are fields, such as transient_payload.name (type)"},
		"a form without any traits":           {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&transient_payload=", "updateRegistrationFlow: /traits is missing (required)"},
		"a form with no traits":               {"POST /self-service/registration?flow=f", asForm, "method=password&password=p&traits=%7b%7d", ""},
		"a form with a value of no enum":      {"POST /self-service/registration?flow=f", asForm, "method=profile&traits.a=1&screen=x", "updateRegistrationFlow: /screen must be one of credential-selection, previous (enum)"},
		"a form that cannot be read":          {login, asForm, "method=%zz", "updateLoginFlow: body must be names and values in percent encoding (syntax)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, c.headers, c.body)
			if got := text(validate.Request(r)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if again := readAll(t, r.Body); again != c.body {
				t.Errorf("the body is another: %.100q", again)
			}
		})
	}
}

// WithStrict also refuses what is not described.
func TestStrictRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line, headers, body string
		want                string
	}{
		"a parameter":           {"GET /sessions/whoami?tokenize_as=a&colour=red", "", "", "toSession: query must have no other parameters than tokenize_as (unknown)"},
		"a parameter, of none":  {"DELETE /sessions?colour=red", "", "", "disableMyOtherSessions: query must have no other parameters than none (unknown)"},
		"a member":              {create, asJSON, `{"traits":{},"colour":"red"}`, "createIdentity: body has as member 2 none of credentials, metadata_admin, metadata_public, organization_id, recovery_addresses, schema_id, state, traits, verifiable_addresses (additionalProperties)"},
		"a member of an item":   {batch, asJSON, `{"identities":[{"colour":"red"}]}`, "batchPatchIdentities: /identities/0 has as member 1 none of create, patch_id (additionalProperties)"},
		"a field":               {login, asForm, "method=totp&totp_code=1&colour=red&totp_code.x=1", "updateLoginFlow: body has 2 fields that are none of csrf_token, method, totp_code, transient_payload (additionalProperties)"},
		"traits are not judged": {create, asJSON, `{"traits":{"colour":"red"},"metadata_public":{"colour":"red"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := text(validate.Request(newRequest(t, c.line, c.headers, c.body), validate.WithStrict())); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestARequestWithoutAURL(t *testing.T) {
	t.Parallel()
	if err := validate.Request(&http.Request{Method: "GET"}); !errors.Is(err, validate.ErrUnknownPath) {
		t.Errorf("%v, want ErrUnknownPath", err)
	}
}
