package recorded_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

const line = `{"version":"1.3.6","config":"main","scenario":"native/login","n":7,"op":"getLoginFlow","kind":"native","path_template":"/x",` +
	`"request":{"method":"GET","url":"http://127.0.0.1:4433/self-service/login/flows?id=f","path":"/","query":"id=f","headers":{"accept":"text/html"},"body":"in"},` +
	`"response":{"status":200,"headers":{"set-cookie":["a=1","b=2"],"Content-Type":"application/json"},"body":"{}","ms":1.5}}`

func write(t *testing.T, name, text string) string {
	t.Helper()
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.jsonl", "a.jsonl.gz"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := recorded.Read(write(t, name, line+"\n"+line+"\n"))
			if err != nil || len(all) != 2 {
				t.Fatalf("%d exchanges, %v", len(all), err)
			}
			e := all[1]
			if got := e.String(); got != "1.3.6 native/login getLoginFlow 7" {
				t.Errorf("it is called %q", got)
			}
			if string(e.Line) != line {
				t.Errorf("line %s", e.Line)
			}
			resp, err := e.HTTPResponse()
			if err != nil {
				t.Fatal(err)
			}
			for what, values := range map[string][2]string{
				"method":        {resp.Request.Method, "GET"},
				"URL":           {resp.Request.URL.String(), "http://127.0.0.1:4433/self-service/login/flows?id=f"},
				"request body":  {body(t, resp.Request.Body), "in"},
				"one value":     {resp.Request.Header.Get("Accept"), "text/html"},
				"many values":   {strings.Join(resp.Header.Values("Set-Cookie"), " "), "a=1 b=2"},
				"media type":    {resp.Header.Get("Content-Type"), "application/json"},
				"response body": {body(t, resp.Body), "{}"},
			} {
				t.Run(what, func(t *testing.T) {
					if values[0] != values[1] {
						t.Errorf("got %q, want %q", values[0], values[1])
					}
				})
			}
		})
	}
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsNotARecording(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, text, want string }{
		"another ending":          {"a.json", line, "does not end in .jsonl or .jsonl.gz"},
		"another, compressed":     {"a.gz", line, "does not end in .jsonl or .jsonl.gz"},
		"not JSON":                {"a.jsonl", line + "\ns3cret", "a.jsonl:2: not an exchange"},
		"cut off":                 {"a.jsonl", line[:200], "a.jsonl:1: not an exchange"},
		"a header of a number":    {"a.jsonl", `{"request":{"headers":{"a":5}}}`, "a.jsonl:1: not an exchange"},
		"headers that are a list": {"a.jsonl", `{"request":{"headers":["s3cret"]}}`, "a.jsonl:1: not an exchange"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := recorded.Read(write(t, tc.file, tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%v, want %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the text quotes the recording: %v", err)
			}
		})
	}
	for name, tc := range map[string]struct{ pattern, want string }{
		"no file":             {filepath.Join(t.TempDir(), "*.jsonl"), "no file matches"},
		"no pattern":          {"", "no file matches"},
		"a malformed pattern": {"[", "syntax error in pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := recorded.Read(tc.pattern); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%v, want %q", err, tc.want)
			}
		})
	}
	t.Run("not compressed", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "a.jsonl.gz")
		if err := os.WriteFile(file, []byte(line), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := recorded.Read(file); err == nil || !strings.Contains(err.Error(), "a.jsonl.gz: ") {
			t.Errorf("%v", err)
		}
	})
}

func TestAReaderThatStops(t *testing.T) {
	t.Parallel()
	file := write(t, "a.jsonl", line+"\nnot JSON")
	n := 0
	for _, err := range recorded.Exchanges(file, file) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

// What is said of the exchanges that tests leave out.
func TestDescribed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		op, scenario   string
		described, odd bool
	}{
		"an operation":     {"getLoginFlow", "native/login", true, false},
		"a link of a mail": {"_verificationLink", "browser/verification", false, false},
		"a callback":       {"_oidcCallback", "browser/oidc", false, false},
		"odd":              {"_odd", "odd/paths", false, true},
		"the wrong port":   {"getIdentity", "wrong-server/admin", false, true},
		"an empty id":      {"getIdentity", "odd/empty-ids", false, true},
		"another oddity":   {"getIdentity", "odd/long-ids", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &recorded.Exchange{Op: tc.op, Scenario: tc.scenario}
			if e.Described() != tc.described {
				t.Errorf("described: %v", e.Described())
			}
			if e.Odd() != tc.odd {
				t.Errorf("odd: %v", e.Odd())
			}
		})
	}
}

// The recordings of this repository are of real servers only, and each is of one version.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	all, err := recorded.Read(recorded.Kept("../.."))
	if err != nil {
		t.Fatal(err)
	}
	continued, err := recorded.Read(recorded.Scenarios("../.."))
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, continued...)
	if len(all) < 1500 {
		t.Errorf("only %d exchanges", len(all))
	}
	for _, e := range all {
		if e.Version == "" || e.Op == "" {
			t.Errorf("%s: version %q, operation %q", e, e.Version, e.Op)
		}
		if e.Request.Method == "" || e.Response.Status == 0 {
			t.Errorf("%s: method %q, status %d", e, e.Request.Method, e.Response.Status)
		}
	}
}
