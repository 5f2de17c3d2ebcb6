package validate_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// A request that two parsers can interpret differently is invalid.
func TestAmbiguousRequests(t *testing.T) {
	t.Parallel()
	const (
		registration = "POST /self-service/registration?flow=f"
		recovery     = "POST /self-service/recovery?flow=f"
		totp         = `{"method":"totp","totp_code":"1"}`
		query        = "query must be percent-encoded names and values (syntax)"
		notJSON      = "body must be a single JSON value in UTF-8 "
		badForm      = "body must be percent-encoded names and values (syntax)"
		notUTF8      = "body must be UTF-8 (syntax)"
		encoding     = "header Content-Encoding must be identity: a compressed body cannot be validated (encoding)"
		twice        = "header Content-Type must not be repeated (duplicate)"
		dottedName   = "must be a single property: Kratos reads a name with a dot as a part of it (dotted-name)"
	)
	for name, c := range map[string]struct {
		line, headers, body string
		want                string // "" for a valid request
	}{
		// JSON.
		"a duplicate name":                         {create, asJSON, `{"traits":{},"state":"active","state":"active"}`, "/state must not be repeated (byte 30) (duplicate)"},
		"a duplicate name, once escaped":           {create, asJSON, `{"traits":{},"state":"active","st\u0061te":"inactive"}`, "/state must not be repeated (byte 30) (duplicate)"},
		"a duplicate name in metadata":             {create, asJSON, `{"traits":{},"metadata_public":{"a":1,"a":2}}`, "/metadata_public/* must not be repeated (byte 38) (duplicate)"},
		"a duplicate name in a patch":              {"PATCH " + identity, asJSON, `[{"op":"add","path":"/state","value":1,"value":2}]`, "/0/value must not be repeated (byte 39) (duplicate)"},
		"a duplicate name in the value of a patch": {"PATCH " + identity, asJSON, `[{"op":"add","path":"/traits","value":{"a":1,"a":2}}]`, "/0/value/* must not be repeated (byte 45) (duplicate)"},
		"two values":                               {create, asJSON, `{"traits":{}}{"traits":{}}`, notJSON + "(byte 13) (syntax)"},
		"two values on two lines":                  {create, asJSON, "{\"traits\":{}}\n{}", notJSON + "(byte 13) (syntax)"},
		"NUL after the value":                      {create, asJSON, "{\"traits\":{}}\x00", notJSON + "(byte 13) (syntax)"},
		"NUL in a string":                          {create, asJSON, "{\"traits\":{\"a\":\"\x00\"}}", notJSON + "(byte 16) (syntax)"},
		"a byte order mark":                        {create, asJSON, "\ufeff{\"traits\":{}}", notJSON + "(byte 0) (syntax)"},
		"UTF-16":                                   {create, asJSON, "\xff\xfe{\x00}\x00", notJSON + "(byte 0) (syntax)"},
		"invalid UTF-8 in a value":                 {create, asJSON, "{\"traits\":{\"a\":\"\xc0\xaf\"}}", notJSON + "(byte 16) (syntax)"},
		"invalid UTF-8 in a name":                  {create, asJSON, "{\"traits\":{},\"\xff\":1}", notJSON + "(byte 14) (syntax)"},
		"an unpaired surrogate":                    {create, asJSON, `{"traits":{"\ud800":1}}`, notJSON + "(byte 12) (syntax)"},
		"a comment":                                {create, asJSON, `{"traits":{}/**/}`, notJSON + "(byte 12) (syntax)"},
		"a trailing comma":                         {create, asJSON, `{"traits":{},}`, notJSON + "(byte 12) (syntax)"},
		"single quotes":                            {create, asJSON, `{'traits':{}}`, notJSON + "(byte 1) (syntax)"},
		"NaN":                                      {create, asJSON, `{"traits":{"a":NaN}}`, notJSON + "(byte 15) (syntax)"},
		"a number with a leading zero":             {create, asJSON, `{"traits":{"a":01}}`, notJSON + "(byte 16) (syntax)"},
		"a number for a boolean":                   {create, asJSON, `{"traits":{},"credentials":{"password":{"config":{"use_password_migration_hook":1}}}}`, "/credentials/password/config/use_password_migration_hook must be a boolean (type)"},
		"null for an object":                       {create, asJSON, `{"traits":{},"credentials":null}`, "/credentials must not be null (nullable)"},
		"a string for an object":                   {registration, asJSON, `{"method":"password","password":"p","traits":"{}"}`, "/traits must be an object (type)"},
		"a string for a payload":                   {login, asJSON, `{"method":"totp","totp_code":"1","transient_payload":"{}"}`, "/transient_payload must be an object (type)"},
		"a number for a string":                    {login, asJSON, `{"method":"totp","totp_code":123456}`, "/totp_code must be a string (type)"},
		"an object for a string":                   {login, asJSON, `{"method":"totp","totp_code":{"a":1}}`, "/totp_code must be a string (type)"},
		"a dotted name beside traits":              {registration, asJSON, `{"method":"password","password":"p","traits":{"email":"a"},"traits.email":"b"}`, "/traits " + dottedName},
		"a dotted name instead of traits":          {registration, asJSON, `{"method":"password","password":"p","traits.email":"b"}`, "/traits " + dottedName + "; /traits is missing (required)"},
		"a dotted name of a payload":               {login, asJSON, `{"method":"totp","totp_code":"1","transient_payload.a":"b"}`, "/transient_payload " + dottedName},
		"a dotted name of a string":                {login, asJSON, `{"method":"totp","totp_code":"1","totp_code.x":"b"}`, "/totp_code " + dottedName},
		"a dotted name in another case":            {registration, asJSON, `{"method":"password","password":"p","traits":{},"Traits.email":"b"}`, "/traits " + dottedName},
		"a dotted name in traits":                  {registration, asJSON, `{"method":"password","password":"p","traits":{"traits.email":"b"}}`, ""},
		"a dotted name in an identity":             {create, asJSON, `{"traits":{},"traits.email":"b"}`, ""},
		"a number that is out of range":            {create, asJSON, `{"traits":{"a":1e999,"b":123456789012345678901234567890}}`, ""},
		"NUL, escaped":                             {create, asJSON, `{"traits":{"a":"\u0000"}}`, ""},
		"surrounding white space":                  {create, asJSON, "\r\n\t {\"traits\":{}} \r\n\t ", ""},

		// Forms.
		"a duplicate field":                            {login, asForm, "method=totp&totp_code=1&totp_code=2", "/totp_code must not be repeated (duplicate)"},
		"a duplicate field, once escaped":              {login, asForm, "method=totp&totp_code=1&totp%5Fcode=2", "/totp_code must not be repeated (duplicate)"},
		"a duplicate field without a method":           {login, asForm, "provider=google&provider=github", "/provider must not be repeated (duplicate)"},
		"a duplicate method":                           {login, asForm, "method=totp&totp_code=1&method=oidc", "/method must be one of " + methods + " (discriminator)"},
		"a field with a semicolon":                     {login, asForm, "method=totp;totp_code=1", badForm},
		"a field with a truncated escape":              {login, asForm, "method=totp&totp_code=%4", badForm},
		"a field with invalid UTF-8":                   {login, asForm, "method=totp&totp_code=1%ff", notUTF8},
		"a field name with invalid UTF-8":              {login, asForm, "method=totp&totp_code=1&a%c0%af=x", notUTF8},
		"a trait with invalid UTF-8":                   {registration, asForm, "method=password&password=p&traits.name=%e4", notUTF8},
		"JSON injection in a field":                    {registration, asForm, `method=password&password=p&traits={},"password":"q"`, "/traits must be an object, or fields such as traits.name (type)"},
		"JSON injection in a field without a method":   {registration, asForm, `provider=google&traits={},"password":"q"`, "/traits must be an object, or fields such as traits.name (type)"},
		"JSON injection in a payload without a method": {login, asForm, `provider=google&transient_payload={},"a":1`, "/transient_payload must be an object, or fields such as transient_payload.name (type)"},
		"a payload with a duplicate name":              {login, asForm, `provider=google&transient_payload={"a":1,"a":2}`, "/transient_payload must be an object, or fields such as transient_payload.name (type)"},
		"an object, and fields of its properties":      {registration, asForm, `method=password&password=p&traits={}&traits.name=a`, "/traits must be an object, or fields such as traits.name (type)"},
		"an object as JSON":                            {registration, asForm, `method=password&password=p&traits={"a":1}`, ""},
		"a checkbox and its hidden field":              {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=false&totp_unlink=true", ""},
		"a trait with two values":                      {registration, asForm, "method=password&password=p&traits.tags=a&traits.tags=b", ""},

		// Headers of the body.
		"two media types":                           {create, asJSON + "\n" + asJSON, `{"traits":{}}`, twice},
		"two media types, one of them empty":        {create, "Content-Type: \n" + asJSON, `{"traits":{}}`, twice},
		"two media types in one header":             {login, asJSON + ", application/x-www-form-urlencoded", totp, "header Content-Type " + jsonOrURL},
		"an empty media type":                       {create, "Content-Type: ", `{"traits":{}}`, "header Content-Type " + jsonOnly},
		"a media type based on JSON":                {create, "Content-Type: application/vnd.api+json", `{"traits":{}}`, "header Content-Type " + jsonOnly},
		"a form for the admin API":                  {create, asForm, `traits.a=1`, "header Content-Type " + jsonOnly},
		"JSON sent as a form":                       {login, asForm, totp, ""},
		"a multipart form":                          {registration, "Content-Type: multipart/form-data; boundary=x", "--x--", "header Content-Type " + jsonOrURL},
		"plain text":                                {login, "Content-Type: text/plain", totp, "header Content-Type " + jsonOrURL},
		"UTF-16 as the character set":               {login, asJSON + "; charset=utf-16", totp, "header Content-Type must be utf-8 (charset)"},
		"UTF-7 as the character set of a form":      {login, asForm + "; charset=utf-7", "method=totp&totp_code=1", "header Content-Type must be utf-8 (charset)"},
		"two character sets":                        {login, asJSON + "; charset=utf-8; charset=utf-16", totp, "header Content-Type " + jsonOrURL},
		"gzip":                                      {create, asJSON + "\nContent-Encoding: gzip", "\x1f\x8b", encoding},
		"gzip after identity":                       {create, asJSON + "\nContent-Encoding: identity\nContent-Encoding: gzip", `{"traits":{}}`, encoding},
		"deflate after an empty encoding":           {create, asJSON + "\nContent-Encoding: \nContent-Encoding: deflate", `{"traits":{}}`, encoding},
		"gzip in a list":                            {create, asJSON + "\nContent-Encoding: identity, gzip", `{"traits":{}}`, encoding},
		"the encoding identity":                     {create, asJSON + "\nContent-Encoding: identity", `{"traits":{}}`, ""},
		"another method in X-HTTP-Method-Override":  {"GET " + identity, "X-HTTP-Method-Override: DELETE", "", "header X-Http-Method-Override must not name another method (method)"},
		"another method in X-HTTP-Method":           {create, asJSON + "\nX-HTTP-Method: PATCH", `{"traits":{}}`, "header X-Http-Method must not name another method (method)"},
		"another method in X-Method-Override":       {"GET " + identity, "X-Method-Override: GET\nX-Method-Override: DELETE", "", "header X-Method-Override must not name another method (method)"},
		"the same method in X-HTTP-Method-Override": {"GET " + identity, "X-HTTP-Method-Override: get", "", ""},
		"the method in lower case":                  {"delete " + identity, "", "", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"the method in mixed case":                  {"Post /admin/identities", asJSON, `{"traits":{}}`, "method must be one of GET, PATCH, POST (method)"},
		"HEAD":                                      {"HEAD " + identity, "", "", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"a body that is not described":              {"GET " + identity, asJSON, "{}", "body must be empty (no-body)"},
		"a duplicate token":                         {"GET /sessions/whoami", "X-Session-Token: a\nX-Session-Token: b", "", "header X-Session-Token must not be repeated (duplicate)"},

		// The query.
		"a duplicate parameter":                     {"POST /self-service/login?flow=a&flow=b", asJSON, totp, "query parameter flow must not be repeated (duplicate)"},
		"a duplicate parameter, once escaped":       {"POST /self-service/login?flow=a&fl%6Fw=b", asJSON, totp, "query parameter flow must not be repeated (duplicate)"},
		"a duplicate parameter with the same value": {"GET /admin/identities?page_size=5&page_size=5", "", "", "query parameter page_size must not be repeated (duplicate)"},
		"a semicolon":                         {"GET /admin/identities?page_size=5;page_token=x", "", "", query},
		"a semicolon after a parameter":       {"POST /self-service/login?flow=a;flow=b", asJSON, totp, query + "; query parameter flow is missing (required)"},
		"a truncated escape":                  {"GET /admin/identities?page_token=%4", "", "", query},
		"a parameter in another case":         {"POST /self-service/login?Flow=a", asJSON, totp, "query parameter flow is missing (required)"},
		"a property of the body":              {recovery + "&email=b@example.org", asJSON, `{"method":"code","email":"a@example.org"}`, "query parameter email must be in the body (location)"},
		"a property that the body lacks":      {recovery + "&method=link", asForm, "email=a@example.org", "query parameter method must be in the body (location)"},
		"a property of a form":                {recovery + "&email=b@example.org", asForm, "method=code&email=a@example.org", "query parameter email must be in the body (location)"},
		"a property of another method":        {registration + "&id_token=t", asJSON, `{"method":"password","password":"p","traits":{}}`, "query parameter id_token must be in the body (location)"},
		"a nested property":                   {registration + "&traits.email=b", asJSON, `{"method":"oidc","provider":"a"}`, "query parameter traits must be in the body (location)"},
		"a CSRF token":                        {login + "&csrf_token=t", asForm, "method=totp&totp_code=1", "query parameter csrf_token must be in the body (location)"},
		"a property that is also a parameter": {"POST /self-service/settings?flow=f", asJSON, `{"method":"oidc","link":"google","flow":"f"}`, ""},
		"an unknown parameter":                {login + "&utm_source=mail", asJSON, totp, ""},
		"a property of an identity":           {create + "?state=inactive", asJSON, `{"traits":{}}`, ""},
		"a number beyond 64 bits":             {"GET /admin/identities?page_size=18446744073709551617", "", "", "query parameter page_size must be a 64-bit integer (format)"},
		"a number with an exponent":           {"GET /admin/identities?page_size=1e2", "", "", "query parameter page_size must be an integer (type)"},
		"a hexadecimal number":                {"GET /admin/identities?page_size=0x10", "", "", "query parameter page_size must be an integer (type)"},
		"a number with spaces":                {"GET /admin/identities?page_size=+5", "", "", "query parameter page_size must be an integer (type)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, c.headers, c.body)
			got := errorText(validate.Request(r))
			if _, violations, ok := strings.Cut(got, ": "); ok && !strings.HasPrefix(got, "method ") {
				got = violations
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if again := readAll(t, r.Body); again != c.body {
				t.Errorf("the body was changed: %.100q", again)
			}
		})
	}
}

// The handler gets the same body in every transfer encoding, and none that net/http cannot read.
func TestTransferEncodings(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 1)
	server := httptest.NewServer(validate.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reached <- string(body)
	})))
	t.Cleanup(server.Close)
	const body = `{"traits":{}}`
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	for _, c := range []struct {
		name, headers, body string
		status              int
	}{
		{"with its length", fmt.Sprintf("Content-Length: %d\r\n", len(body)), body, 200},
		{"in chunks", "Transfer-Encoding: chunked\r\n", chunked, 200},
		{"in chunks, in another case", "Transfer-Encoding: Chunked\r\n", chunked, 200},
		{"in two chunks", "Transfer-Encoding: chunked\r\n", strings.Replace(chunked, "0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", 1), 400},
		{"in gzip", "Transfer-Encoding: gzip, chunked\r\n", chunked, 501},
		{"in chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked, 501},
		{"in chunks, with a length", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", chunked, 200},
		{"with two lengths", "Content-Length: 13\r\nContent-Length: 2\r\n", body, 400},
		{"with length zero", "Content-Length: 0\r\n", "", 400},
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST /admin/identities HTTP/1.1\r\nHost: a\r\n%s\r\nConnection: close\r\n%s\r\n%s", asJSON, c.headers, c.body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", c.name, resp.StatusCode, c.status)
		}
		select {
		case got := <-reached:
			if c.status != 200 || got != body {
				t.Errorf("%s: the next handler got %q", c.name, got)
			}
		default:
			if c.status == 200 {
				t.Errorf("%s: the next handler got nothing", c.name)
			}
		}
		_ = resp.Body.Close()
		_ = conn.Close()
	}
	r := newRequest(t, create, asJSON, body)
	r.TransferEncoding = []string{"gzip", "chunked"}
	if got, want := errorText(validate.Request(r)), "createIdentity: header Transfer-Encoding must be chunked or identity (encoding)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Some requests that Kratos accepts are invalid, as the package documentation says.
func TestStricterThanKratos(t *testing.T) {
	t.Parallel()
	const refresh = "createNativeLoginFlow: query parameter refresh must be true or false (type)"
	for name, c := range map[string]struct{ line, headers, body, want string }{
		"a body on GET":            {"GET /sessions/whoami", asJSON, "{}", "toSession: body must be empty (no-body)"},
		"1 for a boolean":          {"GET /self-service/login/api?refresh=1", "", "", refresh},
		"an empty boolean":         {"GET /self-service/login/api?refresh=", "", "", refresh},
		"a large page size":        {"GET /admin/identities?page_size=1001", "", "", "listIdentities: query parameter page_size must be at most 1000 (maximum)"},
		"text/json":                {create, "Content-Type: text/json", `{"traits":{}}`, "createIdentity: header Content-Type " + jsonOnly},
		"no media type":            {create, "", `{"traits":{}}`, "createIdentity: header Content-Type is missing; allowed are application/json (required)"},
		"another character set":    {create, asJSON + "; charset=iso-8859-1", `{"traits":{}}`, "createIdentity: header Content-Type must be utf-8 (charset)"},
		"a semicolon in the query": {"GET /sessions/whoami?a;b", "", "", "toSession: query must be percent-encoded names and values (syntax)"},
		"an empty segment":         {"GET /admin//identities", "", "", "path is not part of the API (path)"},
		"a slash at the end":       {"GET /admin/identities/", "", "", "path is not part of the API (path)"},
		"HEAD":                     {"HEAD /sessions/whoami", "", "", "method must be one of GET (method)"},
		"OPTIONS that is not a preflight request": {"OPTIONS /sessions/whoami", "", "", "method must be one of GET (method)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := errorText(validate.Request(newRequest(t, c.line, c.headers, c.body))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
