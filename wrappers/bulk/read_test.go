package bulk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const bom = "\xef\xbb\xbf"

// summary returns what a reader yields: the line, and the traits or the error, of each record.
func summary(t *testing.T, records iter.Seq2[bulk.Record, error]) string {
	t.Helper()
	var lines []string
	for r, err := range records {
		if err != nil {
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error has a value: %v", err)
			}
			lines = append(lines, fmt.Sprintf("%d %v", r.Line, err))
			continue
		}
		traits, err := json.Marshal(r.Identity.Traits)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%d %s", r.Line, traits))
	}
	return strings.Join(lines, "\n")
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	a, b := `{"traits":{"email":"a"}}`, `{"traits":{"email":"b"}}`
	const gotA, gotB = `1 {"email":"a"}`, `2 {"email":"b"}`
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":                         {"", ""},
		"white space":                     {" \n\n", ""},
		"two lines":                       {a + "\n" + b + "\n", gotA + "\n" + gotB},
		"no line break at the end":        {a + "\n" + b, gotA + "\n" + gotB},
		"CRLF and a byte order mark":      {bom + a + "\r\n" + b + "\r\n", gotA + "\n" + gotB},
		"empty lines":                     {"\n\n" + a + "\n\n" + b + "\n", `3 {"email":"a"}` + "\n" + `5 {"email":"b"}`},
		"an array":                        {"[\n" + a + ",\n" + b + "\n]\n", gotA + "\n" + gotB},
		"an array with a byte order mark": {bom + "  [" + a + "," + b + "]", gotA + "\n" + gotB},
		"an empty array":                  {"[]", ""},
		"a line that is not JSON":         {a + "\n{s3cret}\n" + `{"traits":{"email":"c"}}`, gotA + "\n2 kratos: JSONLines: not JSON, at byte 1\n" + `3 {"email":"c"}`},
		"a line that ends too early":      {a + "\n" + `{"traits":{"x":"s3cret`, gotA + "\n2 kratos: JSONLines: the JSON is incomplete"},
		"a name twice":                    {`{"traits":{"x":1,"x":"s3cret"}}`, "1 kratos: JSONLines: a name is used twice, at byte 17"},
		"no traits":                       {`{"email":"s3cret"}`, "1 kratos: JSONLines: the identity has no traits"},
		"traits that are null":            {`{"traits":null}`, "1 kratos: JSONLines: the identity has no traits"},
		"a member of the wrong type":      {`{"traits":{},"schema_id":["s3cret"]}`, "1 kratos: JSONLines: the line is not an identity: it is not an object, or a member has the wrong type"},
		"a line that is not an object":    {`"s3cret"`, "1 kratos: JSONLines: the line is not an identity: it is not an object, or a member has the wrong type"},
		"a line of 10 MiB":                {a + "\n" + `{"traits":{"x":"` + strings.Repeat("s3cret", 2<<20) + `"}}` + "\n" + `{"traits":{"email":"c"}}`, gotA + "\n2 kratos: JSONLines: the line is longer than 5 MiB\n" + `3 {"email":"c"}`},
		"a line of 10 MiB at the end":     {a + "\n" + strings.Repeat("s3cret", 2<<20), gotA + "\n2 kratos: JSONLines: the line is longer than 5 MiB"},
		"an array that breaks off":        {"[" + a + ",", gotA + "\n0 kratos: JSONLines: element 2 of the array is larger than 10 MiB, or not JSON"},
		"an array with a large element":   {"[" + a + `,"` + strings.Repeat("s3cret", 2<<20) + `"]`, gotA + "\n0 kratos: JSONLines: element 2 of the array is larger than 10 MiB, or not JSON"},
		"an array with a wrong element":   {"[1," + b + "]", "1 kratos: JSONLines: the line is not an identity: it is not an object, or a member has the wrong type\n" + gotB},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := summary(t, bulk.JSONLines(strings.NewReader(tc.text))); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

// An identity as Kratos exports it becomes the body of createIdentity, with a note on what is lost.
func TestJSONLinesOfAnExport(t *testing.T) {
	t.Parallel()
	const export = `{"id":"i","schema_id":"person","schema_url":"u","state":"inactive","state_changed_at":"2026-01-01T00:00:00Z","external_id":"x","organization_id":null,
"traits":{"email":"a@example.org","n":12345678901234567890},"metadata_public":null,"metadata_admin":{"a":1.0},"created_at":"2026-01-01T00:00:00Z","color":"s3cret",
"verifiable_addresses":[{"id":"v","value":"a@example.org","verified":true,"via":"email","status":"completed","created_at":"2026-01-01T00:00:00Z","verified_at":"2026-01-01T00:00:00Z"}],
"recovery_addresses":[{"id":"r","value":"a@example.org","via":"email"}],
"credentials":{
"password":{"type":"password","identifiers":["a@example.org"],"config":{"hashed_password":"$2a$04$x"},"version":0},
"oidc":{"config":{"providers":[{"subject":"s","provider":"google","initial_id_token":"s3cret","organization":""}]}},
"code":{"config":{"addresses":[{"channel":"email"}]}},
"webauthn":{"config":{"user_handle":"eA=="}},"passkey":{"config":{"credentials":[{"id":"k"}]}},
"totp":{"config":{"totp_url":"s3cret"}},"lookup_secret":{"identifiers":["i"]}}}`
	var got []bulk.Record
	for r, err := range bulk.JSONLines(strings.NewReader(strings.ReplaceAll(export, "\n", " "))) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	body, err := gen.MarshalBody(got[0].Identity)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"credentials":{"oidc":{"config":{"providers":[{"provider":"google","subject":"s"}]}},"password":{"config":{"hashed_password":"$2a$04$x"}}},"external_id":"x","metadata_admin":{"a":1.0},` +
		`"recovery_addresses":[{"value":"a@example.org","via":"email"}],"schema_id":"person","state":"inactive","traits":{"email":"a@example.org","n":12345678901234567890},` +
		`"verifiable_addresses":[{"status":"completed","value":"a@example.org","verified":true,"via":"email"}]}`
	if string(body) != want {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
	if notes := strings.Join(got[0].Notes, ", "); notes != `lookup_secret, passkey, totp, unknown member "color"` || got[0].Ref != "i" || len(got) != 1 {
		t.Errorf("%d records, ref %q, notes %s", len(got), got[0].Ref, notes)
	}
}

func TestReadErrorsEndTheSource(t *testing.T) {
	t.Parallel()
	broken := func(text string) io.Reader {
		return io.MultiReader(strings.NewReader(text), iotest.ErrReader(errors.New("the disk is gone")))
	}
	for name, records := range map[string]iter.Seq2[bulk.Record, error]{
		"lines":       bulk.JSONLines(broken(`{"traits":{}}` + "\n")),
		"white space": bulk.JSONLines(broken(" ")),
		"an array":    bulk.JSONLines(broken(`[{"traits":{}},`)),
		"CSV":         bulk.CSV(broken("email\nada\n"), bulk.Mapping{"email": bulk.Trait("email")}),
		"CSV header":  bulk.CSV(broken("ema"), bulk.Mapping{"email": bulk.Trait("email")}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last error
			var line, n int
			for r, err := range records {
				last, line = err, r.Line
				n++
			}
			if last == nil || line != 0 || n > 2 {
				t.Errorf("%d records, the last with line %d and %v", n, line, last)
			}
		})
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	mapping := bulk.Mapping{"Email": bulk.Trait("email"), "First": bulk.Trait("name.first"), "Age": bulk.TraitJSON("age")}
	const header = "Email,First,Age,Other\n"
	for name, tc := range map[string]struct{ text, want string }{
		"rows":                            {header + "a,Ada,36,x\nb,,,\n", `2 {"age":36,"email":"a","name":{"first":"Ada"}}` + "\n" + `3 {"email":"b"}`},
		"a byte order mark, CRLF":         {bom + "Email,First,Age\r\na,Ada,36\r\nb,Bob,1", `2 {"age":36,"email":"a","name":{"first":"Ada"}}` + "\n" + `3 {"age":1,"email":"b","name":{"first":"Bob"}}`},
		"quoted line breaks":              {header + "a,\"Ada\nKing\",36,\"x\n\ny\"\n\nb,Bob,,\n", `2 {"age":36,"email":"a","name":{"first":"Ada\nKing"}}` + "\n" + `7 {"email":"b","name":{"first":"Bob"}}`},
		"commas and quotes":               {header + `a,"King, ""Ada""",,` + "\n", `2 {"email":"a","name":{"first":"King, \"Ada\""}}`},
		"a row with too few values":       {header + "s3cret\nb,,,\n", "2 kratos: CSV: the row has 1 values, and the first line 4\n" + `3 {"email":"b"}`},
		"a value that is not JSON":        {header + "a,,s3cret,\nb,,,\n", "2 kratos: CSV: column \"Age\": the value is not JSON\n" + `3 {"email":"b"}`},
		"a quote in the middle":           {header + "a,s3\"cret,,\nb,,,\n", "2 kratos: CSV: line 2: bare \" in non-quoted-field\n" + `3 {"email":"b"}`},
		"a quote that is not closed":      {header + "a,\"s3cret,,\nb,,,\n", "2 kratos: CSV: line 3: extraneous or missing \" in quoted-field"},
		"the same in a file of 11 MiB":    {header + "a,\"" + strings.Repeat("s3cret\n", 12<<17), "0 kratos: CSV: a row is longer than 10 MiB (is a quote not closed?), or the file cannot be read"},
		"a column that the file lacks":    {"Email,First\na,b\n", "0 kratos: CSV: invalid argument: the file has no column \"Age\""},
		"a file without columns":          {"", "0 kratos: CSV: the file has no first line with the names of the columns"},
		"a file with columns only":        {header, ""},
		"names of columns between spaces": {" Email ,First,Age\na,,\n", `2 {"email":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := summary(t, bulk.CSV(strings.NewReader(tc.text), mapping)); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	mapping := bulk.Mapping{
		"mail": bulk.Trait("email"), "verified": bulk.Verified("email"), "phone": bulk.Trait("phone"), "phone_ok": bulk.Verified("phone"), "hash": bulk.PasswordHash(),
		"plain": bulk.Password(), "google": bulk.OIDCSubject("google"), "plan": bulk.MetadataPublic("plan"), "crm": bulk.MetadataAdmin("crm.id"),
		"id": bulk.Reference(), "ext": bulk.ExternalID(), "state": bulk.State(), "schema": bulk.SchemaID(),
	}
	const header = "mail,verified,phone,phone_ok,hash,plain,google,plan,crm,id,ext,state,schema\n"
	for name, tc := range map[string]struct{ row, want string }{
		"all": {"a@example.org,yes,+15550100,1,$2a$x,,g1,free,77,old-1,e1,inactive,person", `old-1 {"credentials":{"oidc":{"config":{"providers":[{"provider":"google","subject":"g1"}]}},"password":{"config":{"hashed_password":"$2a$x"}}},` +
			`"external_id":"e1","metadata_admin":{"crm":{"id":"77"}},"metadata_public":{"plan":"free"},"schema_id":"person","state":"inactive","traits":{"email":"a@example.org","phone":"+15550100"},` +
			`"verifiable_addresses":[{"status":"completed","value":"a@example.org","verified":true,"via":"email"},{"status":"completed","value":"+15550100","verified":true,"via":"sms"}]}`},
		"few":                            {"a@example.org,no,,0,,s3cret,,,,,,,", ` {"credentials":{"password":{"config":{"password":"s3cret"}}},"traits":{"email":"a@example.org"}}`},
		"an unknown state":               {"a,,,,,,,,,,,asleep,", `kratos: CSV: column "state": the value is not active or inactive`},
		"a verified address without one": {",true,,,,,,,,,,,", `kratos: CSV: the trait "email" is verified and has no value`},
		"verified in another way":        {"a,maybe,,,,,,,,,,,", `kratos: CSV: column "verified": the value is not true, false, yes, no, 1 or 0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for r, err := range bulk.CSV(strings.NewReader(header+tc.row+"\n"), mapping) {
				got := fmt.Sprint(err)
				if err == nil {
					body, err := gen.MarshalBody(r.Identity)
					if err != nil {
						t.Fatal(err)
					}
					got = r.Ref + " " + string(body)
				}
				if got != tc.want || r.Line != 2 {
					t.Errorf("line %d: got\n%s\nwant\n%s", r.Line, got, tc.want)
				}
			}
		})
	}
	for r, err := range bulk.CSV(strings.NewReader("a,b\n1,2\n"), bulk.Mapping{"a": bulk.Trait("x"), "b": bulk.Trait("x.y")}) {
		if err == nil || !strings.Contains(err.Error(), "two columns are the same member") {
			t.Errorf("%v, %v", r.Identity.Traits, err)
		}
	}
}

// A record is not printed with its secrets.
func TestRecordIsPrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	r := bulk.Record{Line: 1, Ref: "old", Identity: kratos.CreateIdentity{Traits: map[string]string{"email": "s3cret"}, Credentials: kratos.Credentials(kratos.PlaintextPassword("s3cret"))}}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(r), fmt.Sprintf("%+v %#v", r, r), string(text)} {
		if strings.Contains(printed, "s3cret") {
			t.Errorf("printed %s", printed)
		}
	}
}
