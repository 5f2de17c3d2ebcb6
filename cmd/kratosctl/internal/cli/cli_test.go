package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a command and returns its exit status and what it prints.
func run(t *testing.T, in string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = Run(t.Context(), args, strings.NewReader(in), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	warning := writeFile(t, "kratos.yml", "secrets: {default: [9f86d081884c7d659a2feaa0c55ad015]}\n")
	clean := writeFile(t, "kratos.yml", "serve: {admin: {host: 127.0.0.1}}\nselfservice: {methods: {password: {enabled: false}}}\nsecrets: {default: [9f86d081884c7d659a2feaa0c55ad015]}\n")
	bad := writeFile(t, "kratos.yml", "dsn: memory\n")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string // in what is printed
	}{
		"doctor finds nothing but infos": {[]string{"doctor", "--config", clean}, 0, "errors: 0, warnings: 0, infos: 3"},
		"doctor finds warnings":          {[]string{"doctor", "--config", warning}, 1, "warning: the admin API listens on all addresses"},
		"doctor finds errors":            {[]string{"doctor", "--config", bad}, 2, "error: the database is in memory [dsn-memory]"},
		"doctor ignores a finding":       {[]string{"doctor", "--config", bad, "--ignore", "dsn-memory"}, 1, "warnings: "},
		"doctor without a URL":           {[]string{"doctor"}, 3, "kratos: doctor needs"},
		"doctor without its file":        {[]string{"doctor", "--config", bad + ".missing"}, 3, "kratos: --config: "},
		"doctor with an unknown flag":    {[]string{"doctor", "--x"}, 3, "unknown flag: --x"},
		"doctor with an argument":        {[]string{"doctor", "x"}, 3, `unknown command "x"`},
		"doctor cannot reach anything":   {[]string{"doctor", "--public", "http://127.0.0.1:1"}, 3, "--public cannot be reached"},
		"validate without a URL":         {[]string{"validate"}, 2, `required flag(s) "public" not set`},
		"validate without its file":      {[]string{"validate", "--public", "http://127.0.0.1:1", bad + ".missing"}, 2, "kratos: open "},
		"validate without a server":      {[]string{"validate", "--public", "http://127.0.0.1:1"}, 2, "kratos: "},
		"an unknown command":             {[]string{"x"}, 2, `unknown command "x"`},
		"help":                           {[]string{"--help"}, 0, "doctor"},
		"import without a format":        {[]string{"import", "x"}, 2, `required flag(s) "from" not set`},
		"import without a file":          {[]string{"import", "--from", "jsonl"}, 2, "requires at least 1 arg(s)"},
		"import without its file":        {[]string{"import", "--from", "jsonl", "--admin", "http://127.0.0.1:1", bad + ".missing"}, 2, "kratos: open "},
		"import without a server":        {[]string{"import", "--from", "jsonl", "--admin", "http://127.0.0.1:1", "-"}, 2, "kratos: "},
		"export with an argument":        {[]string{"export", "x"}, 2, "unknown command"},
		"import with examples":           {[]string{"import", "--help"}, 0, "kratosctl import --from firebase"},
		"completions of formats":         {[]string{"__complete", "import", "--from", "key"}, 0, "keycloak"},
		"help with examples":             {[]string{"doctor", "--help"}, 0, "kratosctl doctor --public https://auth.example.org"},
		"completions":                    {[]string{"completion", "bash"}, 0, "bash completion"},
		"completions of kinds":           {[]string{"__complete", "doctor", "--ignore", "cookie-s"}, 0, "cookie-samesite"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, out, errOut := run(t, `{"traits":{}}`, c.args...)
			if status != c.status || !strings.Contains(out+errOut, c.want) {
				t.Errorf("exit status %d, want %d; printed:\n%s%s\nwant %s", status, c.status, out, errOut, c.want)
			}
		})
	}
}

func TestDoctorPrints(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "kratos.yml", "dsn: memory\nserve: {admin: {host: 10.0.0.1}}\nselfservice: {methods: {password: {enabled: false}}}\nsecrets: {default: [9f86d081884c7d659a2feaa0c55ad015]}\n")
	_, out, _ := run(t, "", "doctor", "--config", config)
	const text = `error: the database is in memory [dsn-memory]
    why:  All identities are lost when Kratos stops.
    fix:  dsn: postgres://…
    seen: kratos.yml:1: dsn: "memory"
`
	if !strings.HasPrefix(out, text) {
		t.Errorf("%s\nwant %s", out, text)
	}
	_, out, _ = run(t, "", "doctor", "--json", "--config", config)
	const encoded = `{
  "findings": [
    {
      "id": "dsn-memory",
      "severity": "error",
      "what": "the database is in memory",
      "why": "All identities are lost when Kratos stops.",
      "fix": "dsn: postgres://…",
      "evidence": "kratos.yml:1: dsn: \"memory\""
    },
`
	if !strings.HasPrefix(out, encoded) {
		t.Errorf("%s\nwant %s", out, encoded)
	}
}

// personSchema is an identity schema that requires an email address.
const personSchema = `{"type":"object","properties":{"traits":{"type":"object","properties":{"email":{"type":"string","format":"email"}},"required":["email"]}}}`

func schemaServer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /schemas/person", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, personSchema)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestValidate(t *testing.T) {
	t.Parallel()
	public := schemaServer(t)
	const good, bad = `{"schema_id":"person","traits":{"email":"a@example.org"}}`, `{"schema_id":"person","traits":{"email":"hunter2"}}`
	for name, c := range map[string]struct {
		in     string
		args   []string
		status int
		want   string
	}{
		"JSON lines that are valid":        {good + "\n" + good + "\n", nil, 0, "valid: 2, invalid: 0\n"},
		"an array that is valid":           {"\uFEFF [" + good + "," + good + "]", nil, 0, "valid: 2, invalid: 0\n"},
		"CRLF and empty lines":             {good + "\r\n\r\n" + good + "\r\n", nil, 0, "valid: 2, invalid: 0\n"},
		"one that is invalid":              {good + bad + good, nil, 1, "object 2: /traits/email must have the format email (format)"},
		"all that are invalid are counted": {bad + good + bad, nil, 1, "valid: 1, invalid: 2\n"},
		"traits alone":                     {`{"email":"a@example.org"}`, []string{"--traits", "--schema", "person"}, 0, "valid: 1, invalid: 0\n"},
		"invalid traits alone":             {`{}`, []string{"--traits", "--schema", "person"}, 1, "object 1: "},
		"identities without a schema":      {`{"traits":{"email":"a@example.org"}}`, []string{"--schema", "person"}, 0, "valid: 1, invalid: 0\n"},
		"a schema that the server lacks":   {`{"schema_id":"x","traits":{}}`, nil, 2, "object 1: kratos: "},
		"invalid JSON":                     {good + `{"hunter2`, nil, 2, "kratos: object 2 is not valid JSON, at byte "},
		"an array that does not end":       {"[" + good, nil, 2, "at byte "},
		"a value that is not an object":    {`"hunter2"`, nil, 2, "object 1: kratos: it is not an identity"},
		"an identity without traits":       {`{"email":"hunter2"}`, nil, 2, "with --traits, the objects are traits"},
		"no object":                        {" \n", nil, 2, "kratos: the input has no JSON object"},
		"an empty array":                   {"[]", nil, 2, "kratos: the input has no JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, out, errOut := run(t, c.in, append([]string{"validate", "--public", public}, c.args...)...)
			if status != c.status || !strings.Contains(out+errOut, c.want) || strings.Contains(out+errOut, "hunter2") {
				t.Errorf("exit status %d, want %d; printed:\n%s%s\nwant %s", status, c.status, out, errOut, c.want)
			}
		})
	}
	file := writeFile(t, "identities.jsonl", good)
	if status, out, errOut := run(t, "", "validate", "--public", public, file); status != 0 || out != "valid: 1, invalid: 0\n" {
		t.Errorf("a file: exit status %d, %s%s", status, out, errOut)
	}
}
