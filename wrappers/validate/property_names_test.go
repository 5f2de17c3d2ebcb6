package validate_test

import (
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// A name that differs in case only is another name to this package, and the same one to Kratos.
func TestCaseOfNames(t *testing.T) {
	t.Parallel()
	const (
		code         = "POST /admin/recovery/code"
		link         = "POST /admin/recovery/link"
		put          = "PUT " + identity
		patch        = "PATCH " + identity
		registration = "POST /self-service/registration?flow=f"
		settings     = "POST /self-service/settings?flow=f"
		id           = `"identity_id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01"`
	)
	for name, c := range map[string]struct {
		line, headers, body string
		want                string // "" for a valid request
	}{
		"after the described name":             {code, asJSON, `{` + id + `,"Identity_id":"x"}`, "/identity_id must be spelled identity_id (case)"},
		"before the described name":            {code, asJSON, `{"IDENTITY_ID":"x",` + id + `}`, "/identity_id must be spelled identity_id (case)"},
		"instead of the described name":        {code, asJSON, `{"Identity_id":"x"}`, "/identity_id must be spelled identity_id (case); /identity_id is missing (required)"},
		"escaped":                              {code, asJSON, `{` + id + `,"\u0049dentity_id":"x"}`, "/identity_id must be spelled identity_id (case)"},
		"with the value null":                  {code, asJSON, `{` + id + `,"Expires_In":null}`, "/expires_in must be spelled expires_in (case)"},
		"a recovery link":                      {link, asJSON, `{` + id + `,"eXpires_in":"1h"}`, "/expires_in must be spelled expires_in (case)"},
		"two variants of a name":               {code, asJSON, `{` + id + `,"Identity_id":"x","iDentity_id":"y"}`, "/identity_id must be spelled identity_id (case); /identity_id must be spelled identity_id (case)"},
		"a long s":                             {create, asJSON, `{"traits":{},"ſtate":"inactive"}`, "/state must be spelled state (case)"},
		"a long s, escaped":                    {create, asJSON, `{"traits":{},"\u017ftate":"inactive"}`, "/state must be spelled state (case)"},
		"a kelvin sign":                        {"POST /self-service/login?flow=f", asJSON, `{"method":"oidc","provider":"a","id_to` + "\u212a" + `en":"x"}`, "/id_token must be spelled id_token (case)"},
		"a state in capitals":                  {create, asJSON, `{"traits":{},"STATE":"inactive"}`, "/state must be spelled state (case)"},
		"a state beside a state":               {create, asJSON, `{"traits":{},"state":"active","State":"inactive"}`, "/state must be spelled state (case)"},
		"credentials":                          {create, asJSON, `{"traits":{},"Credentials":{"password":{"config":{"password":"x"}}}}`, "/credentials must be spelled credentials (case)"},
		"in credentials":                       {create, asJSON, `{"traits":{},"credentials":{"Password":{"config":{"password":"x"}}}}`, "/credentials/password must be spelled password (case)"},
		"in a credential":                      {create, asJSON, `{"traits":{},"credentials":{"password":{"Config":{"password":"x"}}}}`, "/credentials/password/config must be spelled config (case)"},
		"in the configuration of a credential": {create, asJSON, `{"traits":{},"credentials":{"password":{"config":{"Hashed_Password":"x"}}}}`, "/credentials/password/config/hashed_password must be spelled hashed_password (case)"},
		"in a provider":                        {create, asJSON, `{"traits":{},"credentials":{"oidc":{"config":{"providers":[{"provider":"a","subject":"b","Subject":"c"}]}}}}`, "/credentials/oidc/config/providers/0/subject must be spelled subject (case)"},
		"in an address":                        {create, asJSON, `{"traits":{},"verifiable_addresses":[{"value":"a","via":"email","status":"pending","verified":false,"Verified":true}]}`, "/verifiable_addresses/0/verified must be spelled verified (case)"},
		"metadata":                             {create, asJSON, `{"traits":{},"metadata_admin":{"a":1},"METADATA_ADMIN":{"a":2}}`, "/metadata_admin must be spelled metadata_admin (case)"},
		"traits":                               {put, asJSON, `{"schema_id":"default","traits":{},"Traits":{}}`, "/traits must be spelled traits (case)"},
		"a schema":                             {put, asJSON, `{"schema_id":"default","schema_ID":"other","traits":{}}`, "/schema_id must be spelled schema_id (case)"},
		"the items of a batch":                 {batch, asJSON, `{"identities":[],"Identities":[{}]}`, "/identities must be spelled identities (case)"},
		"in an item of a batch":                {batch, asJSON, `{"identities":[{"create":{"traits":{}}},{"Create":{"traits":{}}}]}`, "/identities/1/create must be spelled create (case)"},
		"in the identity of an item":           {batch, asJSON, `{"identities":[{"create":{"traits":{},"Schema_Id":"other"}}]}`, "/identities/0/create/schema_id must be spelled schema_id (case)"},
		"deep in an item":                      {batch, asJSON, `{"identities":[{"create":{"traits":{},"credentials":{"password":{"config":{"PASSWORD":"x"}}}}}]}`, "/identities/0/create/credentials/password/config/password must be spelled password (case)"},
		"a member of a patch operation":        {patch, asJSON, `[{"op":"add","path":"/state","value":"active","Value":"inactive"}]`, "/0/value must be spelled value (case)"},
		"the path of a patch operation":        {patch, asJSON, `[{"op":"add","path":"/state","PATH":"/traits","value":"active"}]`, "/0/path must be spelled path (case)"},
		"in a patch path":                      {patch, asJSON, `[{"op":"replace","path":"/State","value":"inactive"}]`, "/0/path must be spelled state (case)"},
		"in a patch path to the id":            {patch, asJSON, `[{"op":"replace","path":"/ID","value":"x"}]`, "/0/path must be spelled id (case)"},
		"in a patch path to credentials":       {patch, asJSON, `[{"op":"add","path":"/traits","value":{}},{"op":"add","path":"/Credentials/password","value":{}}]`, "/1/path must be spelled credentials (case)"},
		"in a patch path to an address":        {patch, asJSON, `[{"op":"replace","path":"/verifiable_addresses/0/Verified","value":true}]`, "/0/path must be spelled verified (case)"},
		"in a patch value":                     {patch, asJSON, `[{"op":"replace","path":"/verifiable_addresses/0","value":{"value":"a","Verified":true}}]`, "/0/value/verified must be spelled verified (case)"},
		"in a list as patch value":             {patch, asJSON, `[{"op":"add","path":"/recovery_addresses","value":[{"value":"a","via":"email"},{"VALUE":"b"}]}]`, "/0/value/1/value must be spelled value (case)"},
		"in the identity as patch value":       {patch, asJSON, `[{"op":"add","path":"","value":{"Id":"x"}}]`, "/0/value/id must be spelled id (case)"},
		"a property of a submission":           {login, asJSON, `{"method":"totp","totp_code":"1","Totp_Code":"2"}`, "/totp_code must be spelled totp_code (case)"},
		"a method":                             {login, asJSON, `{"METHOD":"totp","totp_code":"1"}`, "/method is missing; allowed are " + methods + " (required); /method must be spelled method (case)"},
		"a method beside a method":             {login, asJSON, `{"method":"totp","totp_code":"1","Method":"password"}`, "/method must be spelled method (case)"},
		"traits of a submission":               {registration, asJSON, `{"method":"password","password":"p","traits":{},"Traits":{}}`, "/traits must be spelled traits (case)"},
		"a property of a logout":               {"DELETE /self-service/logout/api", asJSON, `{"session_token":"t","Session_Token":"u"}`, "/session_token must be spelled session_token (case)"},
		"a form field":                         {login, asForm, "method=totp&totp_code=1&Totp_Code=2", "/totp_code must be spelled totp_code (case)"},
		"a form field without a method":        {login, asForm, "provider=google&Method=password", "/method must be spelled method (case)"},
		"a dotted form field":                  {registration, asForm, "method=password&password=p&traits.email=a&Traits.email=b", "/traits must be spelled traits (case)"},
		"a dotted form field of a string":      {registration, asForm, "method=password&password=p&traits.email=a&Password.x=b", "/password must be spelled password (case)"},
		"two form fields":                      {settings, asForm, "METHOD=password&Password=p&method=password&password=p", "/method must be spelled method (case); /password must be spelled password (case)"},
		"a form field with a long s":           {settings, asForm, "method=password&password=p&pa%C5%BFsword=q", "/password must be spelled password (case)"},

		"in traits":                         {create, asJSON, `{"traits":{"State":"inactive","Traits":{},"a":1,"A":2}}`, ""},
		"in metadata":                       {create, asJSON, `{"traits":{},"metadata_public":{"State":1,"state":2},"metadata_admin":{"Credentials":{}}}`, ""},
		"in traits of an item":              {batch, asJSON, `{"identities":[{"create":{"traits":{"Create":1}}}]}`, ""},
		"in a payload":                      {login, asJSON, `{"method":"totp","totp_code":"1","transient_payload":{"Method":"x"}}`, ""},
		"in traits of a submission":         {registration, asJSON, `{"method":"password","password":"p","traits":{"Password":"x"}}`, ""},
		"in a trait of a form field":        {registration, asForm, "method=password&password=p&traits.Email=a&traits.email=b&transient_payload.Method=x", ""},
		"in a patch path to a trait":        {patch, asJSON, `[{"op":"add","path":"/traits/State","value":{"ID":1}}]`, ""},
		"in a patch path to metadata":       {patch, asJSON, `[{"op":"add","path":"/metadata_public","value":{"Id":1}},{"op":"remove","path":"/metadata_admin/STATE"}]`, ""},
		"a name that resembles none":        {create, asJSON, `{"traits":{},"states":1,"stat":2,"sta te":3,"état":4}`, ""},
		"a name of another object":          {create, asJSON, `{"traits":{},"Identity_id":"x"}`, ""},
		"an empty name":                     {create, asJSON, `{"traits":{},"":1}`, ""},
		"a parameter, which Kratos ignores": {"GET /admin/identities?Page_Size=5&page_size=6", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for mode, opts := range map[string][]validate.Option{"": nil, "strict": {validate.WithStrict()}} {
				err := validate.Request(newRequest(t, c.line, c.headers, c.body), opts...)
				_, got, _ := strings.Cut(errorText(err), ": ")
				if mode == "" && got != c.want || mode != "" && c.want != "" && err == nil {
					t.Errorf("%s: got  %s\nwant %s", mode, got, c.want)
				}
			}
		})
	}
}

// A response may have names that differ in case, because Kratos does not read it.
func TestCaseOfNamesInResponses(t *testing.T) {
	t.Parallel()
	resp := newResponse(t, "GET /sessions/whoami", 200, asJSON, `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","Active":true}`)
	if err := validate.Response(resp); err != nil {
		t.Error(err)
	}
}
