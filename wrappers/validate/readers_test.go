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

// What two readers may understand in two ways does not pass.
func TestTwoReaders(t *testing.T) {
	t.Parallel()
	const (
		registration = "POST /self-service/registration?flow=f"
		recovery     = "POST /self-service/recovery?flow=f"
		totp         = `{"method":"totp","totp_code":"1"}`
		query        = "query must be names and values in percent encoding (syntax)"
		notJSON      = "body must be one JSON value in UTF-8 "
		noForm       = "body must be names and values in percent encoding (syntax)"
		utf8         = "body must be in UTF-8 (syntax)"
		encoding     = "header.Content-Encoding must be identity: a compressed body cannot be judged (encoding)"
		twice        = "header.Content-Type must be there once (repeated)"
		parts        = "must be one member: a name with a dot is read as a part of it (name)"
	)
	for name, c := range map[string]struct {
		line, headers, body string
		want                string // "" for what passes
	}{
		// JSON.
		"a name twice":                     {create, asJSON, `{"traits":{},"state":"active","state":"active"}`, "/state must be there once (byte 30) (duplicate)"},
		"a name twice, once in escapes":    {create, asJSON, `{"traits":{},"state":"active","st\u0061te":"inactive"}`, "/state must be there once (byte 30) (duplicate)"},
		"a name twice in metadata":         {create, asJSON, `{"traits":{},"metadata_public":{"a":1,"a":2}}`, "/metadata_public/* must be there once (byte 38) (duplicate)"},
		"a name twice in a patch":          {"PATCH " + identity, asJSON, `[{"op":"add","path":"/state","value":1,"value":2}]`, "/0/value must be there once (byte 39) (duplicate)"},
		"a name twice in a patch's value":  {"PATCH " + identity, asJSON, `[{"op":"add","path":"/traits","value":{"a":1,"a":2}}]`, "/0/value/* must be there once (byte 45) (duplicate)"},
		"two values":                       {create, asJSON, `{"traits":{}}{"traits":{}}`, notJSON + "(byte 13) (syntax)"},
		"two lines":                        {create, asJSON, "{\"traits\":{}}\n{}", notJSON + "(byte 13) (syntax)"},
		"NUL after the value":              {create, asJSON, "{\"traits\":{}}\x00", notJSON + "(byte 13) (syntax)"},
		"NUL in a text":                    {create, asJSON, "{\"traits\":{\"a\":\"\x00\"}}", notJSON + "(byte 16) (syntax)"},
		"a byte order mark":                {create, asJSON, "\ufeff{\"traits\":{}}", notJSON + "(byte 0) (syntax)"},
		"UTF-16":                           {create, asJSON, "\xff\xfe{\x00}\x00", notJSON + "(byte 0) (syntax)"},
		"no UTF-8 in a value":              {create, asJSON, "{\"traits\":{\"a\":\"\xc0\xaf\"}}", notJSON + "(byte 16) (syntax)"},
		"no UTF-8 in a name":               {create, asJSON, "{\"traits\":{},\"\xff\":1}", notJSON + "(byte 14) (syntax)"},
		"half a surrogate pair":            {create, asJSON, `{"traits":{"\ud800":1}}`, notJSON + "(byte 12) (syntax)"},
		"a comment":                        {create, asJSON, `{"traits":{}/**/}`, notJSON + "(byte 12) (syntax)"},
		"a comma at the end":               {create, asJSON, `{"traits":{},}`, notJSON + "(byte 12) (syntax)"},
		"single quotes":                    {create, asJSON, `{'traits':{}}`, notJSON + "(byte 1) (syntax)"},
		"not a number":                     {create, asJSON, `{"traits":{"a":NaN}}`, notJSON + "(byte 15) (syntax)"},
		"a number with a zero before it":   {create, asJSON, `{"traits":{"a":01}}`, notJSON + "(byte 16) (syntax)"},
		"a number that is a text":          {create, asJSON, `{"traits":{},"credentials":{"password":{"config":{"use_password_migration_hook":1}}}}`, "/credentials/password/config/use_password_migration_hook must be a boolean (type)"},
		"null for an object":               {create, asJSON, `{"traits":{},"credentials":null}`, "/credentials must not be null (nullable)"},
		"a text for an object":             {registration, asJSON, `{"method":"password","password":"p","traits":"{}"}`, "/traits must be an object (type)"},
		"a text for a payload":             {login, asJSON, `{"method":"totp","totp_code":"1","transient_payload":"{}"}`, "/transient_payload must be an object (type)"},
		"a number for a text":              {login, asJSON, `{"method":"totp","totp_code":123456}`, "/totp_code must be a string (type)"},
		"an object for a text":             {login, asJSON, `{"method":"totp","totp_code":{"a":1}}`, "/totp_code must be a string (type)"},
		"a form's name beside traits":      {registration, asJSON, `{"method":"password","password":"p","traits":{"email":"a"},"traits.email":"b"}`, "/traits " + parts},
		"a form's name instead of traits":  {registration, asJSON, `{"method":"password","password":"p","traits.email":"b"}`, "/traits " + parts + "; /traits is missing (required)"},
		"a form's name of a payload":       {login, asJSON, `{"method":"totp","totp_code":"1","transient_payload.a":"b"}`, "/transient_payload " + parts},
		"a form's name of a text":          {login, asJSON, `{"method":"totp","totp_code":"1","totp_code.x":"b"}`, "/totp_code " + parts},
		"a form's name in another case":    {registration, asJSON, `{"method":"password","password":"p","traits":{},"Traits.email":"b"}`, "/traits " + parts},
		"a name with a dot in traits":      {registration, asJSON, `{"method":"password","password":"p","traits":{"traits.email":"b"}}`, ""},
		"a name with a dot of an identity": {create, asJSON, `{"traits":{},"traits.email":"b"}`, ""},
		"a number that is out of range":    {create, asJSON, `{"traits":{"a":1e999,"b":123456789012345678901234567890}}`, ""},
		"NUL in escapes":                   {create, asJSON, `{"traits":{"a":"\u0000"}}`, ""},
		"white space around it":            {create, asJSON, "\r\n\t {\"traits\":{}} \r\n\t ", ""},

		// Forms.
		"a field twice":                     {login, asForm, "method=totp&totp_code=1&totp_code=2", "/totp_code must be there once (repeated)"},
		"a field twice, once in escapes":    {login, asForm, "method=totp&totp_code=1&totp%5Fcode=2", "/totp_code must be there once (repeated)"},
		"a field twice, of no method":       {login, asForm, "provider=google&provider=github", "/provider must be there once (repeated)"},
		"a method twice":                    {login, asForm, "method=totp&totp_code=1&method=oidc", "/method must be one of " + methods + " (discriminator)"},
		"a field with a semicolon":          {login, asForm, "method=totp;totp_code=1", noForm},
		"a field with half an escape":       {login, asForm, "method=totp&totp_code=%4", noForm},
		"a field that is no UTF-8":          {login, asForm, "method=totp&totp_code=1%ff", utf8},
		"a name that is no UTF-8":           {login, asForm, "method=totp&totp_code=1&a%c0%af=x", utf8},
		"a trait that is no UTF-8":          {registration, asForm, "method=password&password=p&traits.name=%e4", utf8},
		"an object in a field":              {registration, asForm, `method=password&password=p&traits={},"password":"q"`, "/traits must be an object: its members are fields, such as traits.name (type)"},
		"an object in a field of no method": {registration, asForm, `provider=google&traits={},"password":"q"`, "/traits must be an object: its members are fields, such as traits.name (type)"},
		"a payload in a field of no method": {login, asForm, `provider=google&transient_payload={},"a":1`, "/transient_payload must be an object: its members are fields, such as transient_payload.name (type)"},
		"a payload with a name twice":       {login, asForm, `provider=google&transient_payload={"a":1,"a":2}`, "/transient_payload must be an object: its members are fields, such as transient_payload.name (type)"},
		"an object, and members of it":      {registration, asForm, `method=password&password=p&traits={}&traits.name=a`, "/traits must be an object: its members are fields, such as traits.name (type)"},
		"an object, and nothing else":       {registration, asForm, `method=password&password=p&traits={"a":1}`, ""},
		"a checkbox and its hidden field":   {"POST /self-service/settings?flow=f", asForm, "method=totp&totp_unlink=false&totp_unlink=true", ""},
		"a list of traits":                  {registration, asForm, "method=password&password=p&traits.tags=a&traits.tags=b", ""},

		// The body's headers.
		"two types":                        {create, asJSON + "\n" + asJSON, `{"traits":{}}`, twice},
		"two types, of which one is empty": {create, "Content-Type: \n" + asJSON, `{"traits":{}}`, twice},
		"two types in a line":              {login, asJSON + ", application/x-www-form-urlencoded", totp, "header.Content-Type " + jsonOrURL},
		"a type that is empty":             {create, "Content-Type: ", `{"traits":{}}`, "header.Content-Type " + jsonOnly},
		"a type that JSON is a part of":    {create, "Content-Type: application/vnd.api+json", `{"traits":{}}`, "header.Content-Type " + jsonOnly},
		"a form for an administrator":      {create, asForm, `traits.a=1`, "header.Content-Type " + jsonOnly},
		"JSON that is called a form":       {login, asForm, totp, ""},
		"parts of a form":                  {registration, "Content-Type: multipart/form-data; boundary=x", "--x--", "header.Content-Type " + jsonOrURL},
		"plain text":                       {login, "Content-Type: text/plain", totp, "header.Content-Type " + jsonOrURL},
		"UTF-16 by its name":               {login, asJSON + "; charset=utf-16", totp, "header.Content-Type must be utf-8 (charset)"},
		"UTF-7 for a form":                 {login, asForm + "; charset=utf-7", "method=totp&totp_code=1", "header.Content-Type must be utf-8 (charset)"},
		"two character sets":               {login, asJSON + "; charset=utf-8; charset=utf-16", totp, "header.Content-Type " + jsonOrURL},
		"gzip":                             {create, asJSON + "\nContent-Encoding: gzip", "\x1f\x8b", encoding},
		"gzip after none":                  {create, asJSON + "\nContent-Encoding: identity\nContent-Encoding: gzip", `{"traits":{}}`, encoding},
		"gzip after what is empty":         {create, asJSON + "\nContent-Encoding: \nContent-Encoding: deflate", `{"traits":{}}`, encoding},
		"gzip in a list":                   {create, asJSON + "\nContent-Encoding: identity, gzip", `{"traits":{}}`, encoding},
		"no encoding":                      {create, asJSON + "\nContent-Encoding: identity", `{"traits":{}}`, ""},
		"a method in a header":             {"GET " + identity, "X-HTTP-Method-Override: DELETE", "", "header.X-Http-Method-Override must not name another method (method)"},
		"a method in another header":       {create, asJSON + "\nX-HTTP-Method: PATCH", `{"traits":{}}`, "header.X-Http-Method must not name another method (method)"},
		"a method in a third":              {"GET " + identity, "X-Method-Override: GET\nX-Method-Override: DELETE", "", "header.X-Method-Override must not name another method (method)"},
		"the same method in a header":      {"GET " + identity, "X-HTTP-Method-Override: get", "", ""},
		"a method in lower case":           {"delete " + identity, "", "", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"a method in mixed case":           {"Post /admin/identities", asJSON, `{"traits":{}}`, "method must be one of GET, PATCH, POST (method)"},
		"HEAD":                             {"HEAD " + identity, "", "", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"a body where there is none":       {"GET " + identity, asJSON, "{}", "body must be empty (no-body)"},
		"a token twice":                    {"GET /sessions/whoami", "X-Session-Token: a\nX-Session-Token: b", "", "header.X-Session-Token must be there once (repeated)"},

		// The query.
		"a parameter twice":                 {"POST /self-service/login?flow=a&flow=b", asJSON, totp, "query.flow must be there once (repeated)"},
		"a parameter twice in escapes":      {"POST /self-service/login?flow=a&fl%6Fw=b", asJSON, totp, "query.flow must be there once (repeated)"},
		"a parameter twice, the same":       {"GET /admin/identities?page_size=5&page_size=5", "", "", "query.page_size must be there once (repeated)"},
		"a semicolon":                       {"GET /admin/identities?page_size=5;page_token=x", "", "", query},
		"a semicolon after a parameter":     {"POST /self-service/login?flow=a;flow=b", asJSON, totp, query + "; query.flow is missing (required)"},
		"half an escape":                    {"GET /admin/identities?page_token=%4", "", "", query},
		"a parameter in another case":       {"POST /self-service/login?Flow=a", asJSON, totp, "query.flow is missing (required)"},
		"a member of the body":              {recovery + "&email=b@example.org", asJSON, `{"method":"code","email":"a@example.org"}`, "query.email must be in the body (query)"},
		"a member that the body lacks":      {recovery + "&method=link", asForm, "email=a@example.org", "query.method must be in the body (query)"},
		"a member of a form":                {recovery + "&email=b@example.org", asForm, "method=code&email=a@example.org", "query.email must be in the body (query)"},
		"a member of another method":        {registration + "&id_token=t", asJSON, `{"method":"password","password":"p","traits":{}}`, "query.id_token must be in the body (query)"},
		"a part of a member":                {registration + "&traits.email=b", asJSON, `{"method":"oidc","provider":"a"}`, "query.traits must be in the body (query)"},
		"a token of the body":               {login + "&csrf_token=t", asForm, "method=totp&totp_code=1", "query.csrf_token must be in the body (query)"},
		"a member that is a parameter too":  {"POST /self-service/settings?flow=f", asJSON, `{"method":"oidc","link":"google","flow":"f"}`, ""},
		"a parameter that there is not":     {login + "&utm_source=mail", asJSON, totp, ""},
		"a member of an identity":           {create + "?state=inactive", asJSON, `{"traits":{}}`, ""},
		"a parameter with a number of bits": {"GET /admin/identities?page_size=18446744073709551617", "", "", "query.page_size must be an integer of 64 bits (format)"},
		"a number with an exponent":         {"GET /admin/identities?page_size=1e2", "", "", "query.page_size must be an integer (type)"},
		"a number in hexadecimal digits":    {"GET /admin/identities?page_size=0x10", "", "", "query.page_size must be an integer (type)"},
		"a number with spaces":              {"GET /admin/identities?page_size=+5", "", "", "query.page_size must be an integer (type)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, c.headers, c.body)
			got := text(validate.Request(r))
			if _, problems, ok := strings.Cut(got, ": "); ok && !strings.HasPrefix(got, "method ") {
				got = problems
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if again := readAll(t, r.Body); again != c.body {
				t.Errorf("the body is another: %.100q", again)
			}
		})
	}
}

// A body arrives as one, however it is sent; what net/http cannot read never reaches the handler.
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
		{"in chunks of two bodies", "Transfer-Encoding: chunked\r\n", strings.Replace(chunked, "0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", 1), 400},
		{"in gzip", "Transfer-Encoding: gzip, chunked\r\n", chunked, 501},
		{"in chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked, 501},
		{"in chunks, with a length", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", chunked, 200},
		{"with two lengths", "Content-Length: 13\r\nContent-Length: 2\r\n", body, 400},
		{"of no bytes", "Content-Length: 0\r\n", "", 400},
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
				t.Errorf("%s: %q was handed on", c.name, got)
			}
		default:
			if c.status == 200 {
				t.Errorf("%s: it was not handed on", c.name)
			}
		}
		_ = resp.Body.Close()
		_ = conn.Close()
	}
	r := newRequest(t, create, asJSON, body)
	r.TransferEncoding = []string{"gzip", "chunked"}
	if got, want := text(validate.Request(r)), "createIdentity: header.Transfer-Encoding must be chunked, if anything (encoding)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Some of what Kratos takes is refused, as the documentation of the package says.
func TestRefusalsThatAreDocumented(t *testing.T) {
	t.Parallel()
	const refresh = "createNativeLoginFlow: query.refresh must be true or false (type)"
	for name, c := range map[string]struct{ line, headers, body, want string }{
		"a body on GET":              {"GET /sessions/whoami", asJSON, "{}", "toSession: body must be empty (no-body)"},
		"1 for a boolean":            {"GET /self-service/login/api?refresh=1", "", "", refresh},
		"nothing for a boolean":      {"GET /self-service/login/api?refresh=", "", "", refresh},
		"a large page":               {"GET /admin/identities?page_size=1001", "", "", "listIdentities: query.page_size must be at most 1000 (maximum)"},
		"text/json":                  {create, "Content-Type: text/json", `{"traits":{}}`, "createIdentity: header.Content-Type " + jsonOnly},
		"no type":                    {create, "", `{"traits":{}}`, "createIdentity: header.Content-Type is missing; it is one of application/json (required)"},
		"another character set":      {create, asJSON + "; charset=iso-8859-1", `{"traits":{}}`, "createIdentity: header.Content-Type must be utf-8 (charset)"},
		"a semicolon in the query":   {"GET /sessions/whoami?a;b", "", "", "toSession: query must be names and values in percent encoding (syntax)"},
		"an empty segment":           {"GET /admin//identities", "", "", "path must be one of the API's (path)"},
		"a slash at the end":         {"GET /admin/identities/", "", "", "path must be one of the API's (path)"},
		"HEAD":                       {"HEAD /sessions/whoami", "", "", "method must be one of GET (method)"},
		"OPTIONS that asks for none": {"OPTIONS /sessions/whoami", "", "", "method must be one of GET (method)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := text(validate.Request(newRequest(t, c.line, c.headers, c.body))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
