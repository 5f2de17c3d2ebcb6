package bulk_test

import (
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// readers are the readers of one file.
var readers = map[string]func(io.Reader) iter.Seq2[bulk.Record, error]{
	"okta":         func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Okta(r, everything) },
	"cognito":      func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Cognito(r, everything) },
	"keycloak":     func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Keycloak(r, everything) },
	"clerk":        func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Clerk(r, everything) },
	"supabase":     func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Supabase(r, nil, everything) },
	"auth0":        func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Auth0(r, nil, everything) },
	"auth0 hashes": func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Auth0(noRead{}, r, everything) },
	"identities":   func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Supabase(noRead{}, r, everything) },
}

// noRead is a file that must not be read.
type noRead struct{}

func (noRead) Read([]byte) (int, error) { panic("the file is read") }

// An account that cannot be read does not end the export. After an error with line 0, the rest
// cannot be read. No error has the secret of the input.
func TestBrokenExports(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	huge := strings.Repeat("x", 6<<20) + secret
	good := `{"user_id":"auth0|1","email":"a@kratoskit.example"}`
	goodIs := "auth0|1\ntraits {\"email\":\"a@kratoskit.example\"}\npassword by hook"
	element := func(id string) string { return `{"id":"` + id + `","username":"u` + id + `"}` }
	is := func(line, id string) string {
		return line + " " + id + "\ntraits {\"username\":\"u" + id + "\"}"
	}
	header := "id,primary_email_address,last_name\n"
	for name, tc := range map[string]struct{ reader, input, want string }{
		"JSON lines with a byte order mark, CRLF and empty lines": {
			"auth0", "\xef\xbb\xbf" + good + "\r\n\r\n  \n" + good, "1 " + goodIs + "\n\n4 " + goodIs,
		},
		"a line is not JSON": {
			"auth0", good + "\n{hunter2\n" + good, "1 " + goodIs + "\n\n2 \nerror kratos: line 2 of the Auth0 export: the account is not valid JSON\n\n3 " + goodIs,
		},
		"a line is not an object": {
			"auth0", good + "\n\"hunter2\"\n", "1 " + goodIs + "\n\n2 \nerror kratos: line 2 of the Auth0 export: the account is not a JSON object",
		},
		"a member has another type": {
			"auth0", `{"user_id":"auth0|1","email":{"hunter2":1}}`, "1 \nerror kratos: line 1 of the Auth0 export: the account has a member of another type than exports have",
		},
		"a boolean is neither true nor false": {
			"auth0", `{"user_id":"auth0|1","blocked":"hunter2"}`, "1 \nerror kratos: line 1 of the Auth0 export: the account has a member of another type than exports have",
		},
		"an account has no id": {
			"auth0", `{"email":"hunter2"}`, "1 \nerror kratos: line 1 of the Auth0 export: the account has no id",
		},
		"a line is too long": {
			"auth0", `{"a":"` + huge + "\"}\n" + good, "1 \nerror kratos: line 1 of the Auth0 export: the account is larger than 5 MiB\n\n2 " + goodIs,
		},
		"a last line is too long": {
			"auth0", good + "\n" + `{"a":"` + huge, "1 " + goodIs + "\n\n2 \nerror kratos: line 2 of the Auth0 export: the account is larger than 5 MiB",
		},
		"an element is not an object": {
			"okta", `[null,"hunter2"]`, "1 \nerror kratos: element 1 of the Okta export: the account is not a JSON object\n\n2 \nerror kratos: element 2 of the Okta export: the account is not a JSON object",
		},
		"a list is cut off": {
			"keycloak", `{"users":[` + element("1") + `,{"id":"hunter2`, is("1", "1") + "\n\n0 \nerror kratos: element 2 of the Keycloak export: the file ends before the end of the JSON document, and the rest of it is missing",
		},
		"a list is malformed": {
			"keycloak", `{"users":[` + element("1") + `,hunter2]}`, is("1", "1") + "\n\n0 \nerror kratos: element 2 of the Keycloak export: the JSON is malformed after byte 36, and the rest is not read",
		},
		"an element is too long": {
			"keycloak", `{"users":[` + element("1") + `,{"a":"` + huge + `"}]}`, is("1", "1") + "\n\n0 \nerror kratos: element 2 of the Keycloak export: the account is larger than 5 MiB, and the rest is not read",
		},
		"lists with the same name in other objects are not accounts": {
			"keycloak", `{"roles":{"users":[{"id":"hunter2"}]},"users":[` + element("1") + `],"a":[[{"users":[1]}]],"users":null}`, is("1", "1"),
		},
		"several realms": {
			"keycloak", `[{"realm":"a","users":[` + element("1") + `]},{"realm":"b"},{"users":[` + element("2") + `]}]`, is("1", "1") + "\n\n" + is("2", "2"),
		},
		"several files": {
			"keycloak", `{"users":[` + element("1") + "]}\n" + `{"users":[` + element("2") + "]}\n", is("1", "1") + "\n\n" + is("2", "2"),
		},
		"a document without the list": {
			"cognito", `{"hunter2":[]}`, "0 \nerror kratos: element 1 of the Cognito export: there is no list \"Users\"",
		},
		"an empty list is an empty export": {"cognito", `{"Users":[]}`, ""},
		"a document is neither an object nor an array": {
			"keycloak", `"hunter2"`, "0 \nerror kratos: element 1 of the Keycloak export: the file is neither a JSON object nor an array",
		},
		"an empty CSV file":                         {"clerk", "", "0 \nerror kratos: line 1 of the Clerk export: the file is empty"},
		"a CSV file without a column":               {"clerk", "id,hunter2\n", "0 \nerror kratos: line 1 of the Clerk export: there is no column \"primary_email_address\""},
		"a CSV file with a column twice":            {"clerk", "id,hunter2,primary_email_address,hunter2\n", "0 \nerror kratos: line 1 of the Clerk export: two columns have the same name"},
		"a header with a misplaced quote":           {"clerk", "id,hunter2\"\n", "0 \nerror kratos: line 1 of the Clerk export: a quote is misplaced or missing near line 1"},
		"a CSV file with a header only":             {"clerk", header, ""},
		"a row has too few columns":                 {"clerk", header + "hunter2,a@kratoskit.example\n", "2 \nerror kratos: line 2 of the Clerk export: the line has 2 columns, and the header 3"},
		"a value has another type":                  {"clerk", "id,primary_email_address,banned\nu1,a@kratoskit.example,hunter2\n", "2 u1\nerror kratos: line 2 of the Clerk export: \"banned\" is neither true nor false"},
		"lines are counted across rows and records": {"clerk", header + "u1,,\"a\r\nb\"\r\n\r\nu2,,\"hunter2\"x\r\nu3,,c\r\n", "2 u1\ntraits {\"name\":{\"first\":\"\",\"last\":\"a\\nb\"}}\n\n5 \nerror kratos: line 5 of the Clerk export: a quote is misplaced or missing near line 5\n\n6 u3\ntraits {\"name\":{\"first\":\"\",\"last\":\"c\"}}"},
		"a quote is missing":                        {"clerk", header + "u1,,\"hunter2\nu2,,\n", "2 \nerror kratos: line 2 of the Clerk export: a quote is misplaced or missing near line 3"},
		"a quote is missing in a long file":         {"clerk", header + "u1,,\"" + huge, "0 \nerror kratos: line 2 of the Clerk export: the account is larger than 5 MiB, and the rest is not read"},
		"hashes are malformed, and no user is read": {
			"auth0 hashes", `{"_id":{"$oid":"1"},"passwordHash":"hunter2"}` + "\nhunter2", "0 \nerror kratos: line 2 of the password hashes of Auth0: the account is not a JSON object",
		},
		"a hash without an id": {
			"auth0 hashes", `{"passwordHash":"hunter2"}`, "0 \nerror kratos: line 1 of the password hashes of Auth0: there is neither an _id nor an alt_id",
		},
		"identities lack a column, and no user is read": {
			"identities", "user_id,provider\n", "0 \nerror kratos: line 1 of the identities of Supabase: there is no column \"provider_id\"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			records := readers[tc.reader](strings.NewReader(tc.input))
			wantRecords(t, records, tc.want)
			for _, err := range readers[tc.reader](strings.NewReader(tc.input)) {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error has a value: %v", err)
				}
			}
		})
	}
}

// A file that cannot be read ends the export with the error of the file.
func TestUnreadableExports(t *testing.T) {
	t.Parallel()
	broken := errors.New("input/output error")
	for name, start := range map[string]string{
		"okta":     `[{"id":"1"},`,
		"cognito":  `{"Users":[{"Username":"1"},`,
		"auth0":    `{"user_id":"auth0|1"}` + "\n",
		"clerk":    "id,primary_email_address\n1,\n",
		"supabase": "id,email,encrypted_password\n1,,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, errs := collect(readers[name](io.MultiReader(strings.NewReader(start), iotest.ErrReader(broken))))
			if len(errs) != 2 || errs[0] != nil || !errors.Is(errs[1], broken) || list[1].Line != 0 {
				t.Errorf("%d records, %v", len(list), errs)
			}
		})
	}
	for name := range map[string]bool{"auth0 hashes": true, "identities": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, errs := collect(readers[name](iotest.ErrReader(broken)))
			if len(errs) != 1 || !errors.Is(errs[0], broken) || list[0].Line != 0 {
				t.Errorf("%d records, %v", len(list), errs)
			}
		})
	}
}

// endless is a file that does not end: start, and then repeat for ever.
type endless struct {
	start, repeat string
	read          int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		if at := e.read + i; at < len(e.start) {
			p[i] = e.start[at]
		} else {
			p[i] = e.repeat[(at-len(e.start))%len(e.repeat)]
		}
	}
	e.read += len(p)
	return len(p), nil
}

// Accounts are read one by one: a reader is never far ahead of the record that it yields.
func TestExportsAreStreamed(t *testing.T) {
	t.Parallel()
	picture := strings.Repeat("x", 2000) // so that the file is longer than an account can be
	for name, file := range map[string]*endless{
		"okta":     {start: `[`, repeat: `{"id":"1","picture":"` + picture + `"},`},
		"cognito":  {start: `{"Users":[`, repeat: `{"Username":"ann","picture":"` + picture + `"},`},
		"keycloak": {start: `{"realm":"demo","users":[`, repeat: `{"id":"1","picture":"` + picture + `"},`},
		"auth0":    {repeat: `{"user_id":"auth0|1","picture":"` + picture + `"}` + "\n"},
		"clerk":    {start: "id,primary_email_address,picture\n", repeat: "1,a@kratoskit.example," + picture + "\n"},
		"supabase": {start: "id,email,encrypted_password,picture\n", repeat: "1,a@kratoskit.example,," + picture + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const count = 3000
			n := 0
			for _, err := range readers[name](file) {
				if n++; err != nil || n == count {
					if err != nil {
						t.Error(err)
					}
					break
				}
			}
			if ahead := file.read - len(file.start) - n*len(file.repeat); n != count || ahead > 256<<10 {
				t.Errorf("%d records, and %d bytes ahead", n, ahead)
			}
		})
	}
}
