package importspec_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// invalidFiles returns files that Kratos does not publish, with parts of the errors.
func invalidFiles(t testing.TB, p project.Project) map[string]struct {
	text []byte
	want string
} {
	good := apitest.Publish(t, p, nil)
	edited := func(location, value string) []byte {
		return apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Set(t, doc, location, value) })
	}
	schemas := func(n int, one func(i int) string) []byte {
		return apitest.Publish(t, p, func(doc *yaml.Node) {
			all := node.Find(doc, "/components/schemas")
			for i := range n {
				all.Content = append(all.Content, node.NewString(fmt.Sprintf("many%d", i)), apitest.ParseYAML(t, one(i)))
			}
		})
	}
	type broken = struct {
		text []byte
		want string
	}
	return map[string]broken{
		"an empty file":                      {nil, "is empty"},
		"white space":                        {[]byte(" \n\t"), "is empty"},
		"a page of HTML":                     {[]byte("<!DOCTYPE html><html>404</html>"), "is HTML or XML"},
		"a truncated file":                   {good[:len(good)/2], "is truncated"},
		"a file truncated in a token":        {good[:len(good)-3], "is truncated"},
		"two values":                         {append(bytes.Clone(good), good...), "data after the JSON value"},
		"YAML":                               {[]byte("openapi: 3.0.3\npaths: {}\n"), "is not a JSON object"},
		"a YAML bomb":                        {[]byte("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"), "is not a JSON object"},
		"a list":                             {[]byte("[1]"), "is not a JSON object"},
		"a string":                           {[]byte(`"openapi"`), "is not a JSON object"},
		"another JSON file":                  {[]byte(`{"name": "kratos", "version": "1"}`), "has no member openapi"},
		"Swagger 2":                          {[]byte(`{"swagger": "2.0", "paths": {}}`), "is Swagger 2.0"},
		"OpenAPI 3.1":                        {bytes.Replace(good, []byte("3.0.3"), []byte("3.1.0"), 1), "is OpenAPI 3.1.0, not 3.0"},
		"a version that is not a string":     {[]byte(`{"openapi": 3.0}`), "has no member openapi"},
		"no paths":                           {[]byte(`{"openapi": "3.0.3", "info": {}, "components": {}}`), "has no object paths"},
		"another API":                        {[]byte(`{"openapi": "3.0.3", "info": {"version": "v1.3.6"}, "paths": {"/relation-tuples": {"get": {"operationId": "getRelationships", "responses": {"200": {"description": "d"}}}}}, "components": {"schemas": {}}}`), "has 0 of the 11 operations"},
		"another version":                    {edited("/info/version", "v25.4.0"), "is version v25.4.0, not v1.3.6"},
		"a duplicate key":                    {bytes.Replace(good, []byte(`"paths": {`), []byte(`"paths": {}, "paths": {`), 1), "/paths is a duplicate"},
		"NUL bytes":                          {bytes.Replace(good, []byte("v1.3.6"), []byte("v1\x00.3.6"), 1), "contains NUL bytes"},
		"NUL escaped in a name":              {bytes.Replace(good, []byte(`"sessionDevice": {`), []byte(`"session\u0000Device": {`), 1), "which does not exist"},
		"a name with white space":            {edited("/components/schemas/session/properties", `{" id": {type: string}}`), "white space or control characters"},
		"a line end in a name":               {edited("/components/schemas/session/properties", `{"id\nx": {type: string}}`), "white space or control characters"},
		"a name that OpenAPI forbids":        {edited("/components/schemas/a b", "{type: string}"), "which OpenAPI does not allow"},
		"a path without a slash":             {edited("/paths/admin", "{get: {operationId: x, responses: {'200': {description: d}}}}"), "is not a path"},
		"invalid UTF-8":                      {bytes.Replace(good, []byte("v1.3.6"), []byte("v1.\xff3.6"), 1), "is not valid UTF-8"},
		"UTF-16":                             {[]byte("\xff\xfe{\x00}\x00"), "is not valid UTF-8"},
		"a reference to an unknown schema":   {edited("/components/schemas/session/properties/active", "{$ref: '#/components/schemas/nobody'}"), `refers to "#/components/schemas/nobody", which does not exist`},
		"a reference to a file":              {edited("/components/schemas/session/properties/active", "{$ref: '/etc/passwd'}"), "which is not in the file"},
		"a reference to a URL":               {edited("/components/schemas/session/properties/active", "{$ref: 'https://example.org/x.json#/y'}"), "which is not in the file"},
		"a schema that refers to itself":     {edited("/components/schemas/session", "{$ref: '#/components/schemas/session'}"), "refers to itself"},
		"a composition that contains itself": {edited("/components/schemas/session", "{allOf: [{$ref: '#/components/schemas/identity'}, {$ref: '#/components/schemas/session'}]}"), "refers to itself"},
		"exponentially many references": {schemas(40, func(i int) string {
			return fmt.Sprintf("{type: object, properties: {a: {$ref: '#/components/schemas/many%d'}, b: {$ref: '#/components/schemas/many%d'}}}", min(i+1, 39), min(i+1, 39))
		}), "has more nested references than tools can follow"},
		"exponentially many compositions": {schemas(40, func(i int) string {
			if i == 39 {
				return "{type: object}"
			}
			return fmt.Sprintf("{allOf: [{$ref: '#/components/schemas/many%d'}, {$ref: '#/components/schemas/many%d'}]}", i+1, i+1)
		}), "has more nested references than tools can follow"},
		"nested too deeply":                {[]byte(`{"openapi":` + strings.Repeat("[", 100_000)), "is nested deeper than"},
		"too many members":                 {schemas(6000, func(int) string { return "{type: string}" }), "has more than 5000 members"},
		"a list where an object belongs":   {edited("/paths/~1version", "[get]"), "must be an object or a list, and is the other one"},
		"a string where an object belongs": {edited("/components/schemas/session", "hello"), `must be an object or a list, and is the value "hello"`},
		"an unknown type":                  {edited("/components/schemas/session/properties/active", "{type: truth}"), "truth"},
		"an undeclared path parameter":     {edited("/paths/~1a~1{id}", "{get: {operationId: a, responses: {'200': {description: d}}}}"), "id"},
		"a duplicate operationId":          {edited("/paths/~1a", "{get: {operationId: toSession, responses: {'200': {description: d}}}}"), "toSession"},
		"an unknown keyword":               {edited("/components/schemas/session/properties/active", "{const: true}"), "const"},
	}
}

// An invalid file is an error, and changes nothing.
func TestInvalidFiles(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	before := apitest.ReadAPI(t, p)
	for name, tc := range invalidFiles(t, p) {
		_, err := importspec.Plan(p, tc.text, "v1.3.6")
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
			continue
		}
		if len(err.Error()) > 600 {
			t.Errorf("%s: the error has %d bytes: %.300s", name, len(err.Error()), err)
		}
		t.Logf("%s: %v", name, err)
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
}

// A source that cannot be read, or is too large or too slow, is an error, and changes nothing.
func TestInvalidSources(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	good := apitest.Publish(t, p, nil)
	before := apitest.ReadAPI(t, p)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/good", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		block := bytes.Repeat([]byte(" "), 1<<20)
		for r.Context().Err() == nil {
			_, _ = w.Write(block)
		}
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "{")
	})
	large := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 100<<20); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{
		"no/such/file.json":     "no such file",
		os.TempDir():            "is not a regular file",
		os.DevNull:              "is not a regular file",
		large:                   "has more than 4 MB",
		server.URL + "/nothing": "404 Not Found",
		server.URL + "/round":   "more than 5 redirects",
		server.URL + "/slow":    "deadline exceeded",
		server.URL + "/endless": "has more than 4 MB",
		server.URL + "/short":   "unexpected EOF",
		"http://127.0.0.1:1/":   "connection refused",
		"ftp://example.org/x":   "neither a file nor an HTTP URL",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := importspec.Import(ctx, p, from, "v1.3.6", io.Discard)
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", from, err, want)
			continue
		}
		t.Logf("%s: %v", from, err)
	}
	if err := importspec.Import(t.Context(), p, server.URL+"/moved", "v1.3.6", io.Discard); err != nil {
		t.Errorf("a redirect is not followed: %v", err)
	}
	for _, version := range []string{"latest", "v1.3.6\n", "../x", "v1.3.7"} {
		if err := importspec.Import(t.Context(), p, server.URL+"/good", version, io.Discard); err == nil {
			t.Errorf("version %q is accepted", version)
		}
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
}

// Planning the import of any file does not panic, and changes no file. The file is the text, or a
// valid file with one value replaced by the text.
func FuzzPlan(f *testing.F) {
	p := project.Project{Root: f.TempDir()}
	overlay := "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n  - target: $.components.schemas.dog\n    description: why\n    update: {x-go-name: Dog}\n"
	for path, text := range map[string]string{p.Contract(): apitest.ValidSpec, p.Corrections(): overlay, p.Golang(): strings.Replace(overlay, "Dog", "Hound", 1)} {
		if err := project.WriteFile(path, []byte(text)); err != nil {
			f.Fatal(err)
		}
	}
	good := apitest.Publish(f, p, nil)
	for i, text := range []string{
		string(good), "", "{}", "[]", "null", "true", "1e999", `"\u2028 x"`, `{"$ref": "#/components/schemas/dog"}`, `{"$ref": "#"}`, `{"$ref": 1}`, `{"allOf": [{"$ref": "#/components/schemas/cat"}]}`,
		`{"enum": [1, "1", null, {}, []]}`, `{"properties": {"a": null, "": {}}}`, `{"required": "x"}`, `[{"name": {}, "in": []}]`, `{"x-a": 1, "description": {}}`, `{"": {"": {}}}`,
	} {
		f.Add(text, uint(0))
		f.Add(text, uint(5*i))
		f.Add(text, uint(5*i+3))
	}
	before := apitest.ReadAPI(f, p)
	f.Fuzz(func(t *testing.T, text string, at uint) {
		published := []byte(text)
		if values := bytes.Split(good, []byte(": ")); at%uint(len(values)) > 0 {
			i := at % uint(len(values))
			values[i] = append([]byte(text), values[i][bytes.IndexByte(values[i], '\n'):]...)
			published = bytes.Join(values, []byte(": "))
		}
		got, err := importspec.Plan(p, published, "v1.2.3")
		if (err == nil) != (got != nil) {
			t.Errorf("got %v and %v", got, err)
		}
		if err != nil && strings.Contains(err.Error(), "cannot be parsed") {
			t.Errorf("it panics: %v", err)
		}
		for path, text := range before {
			if now, err := os.ReadFile(path); err != nil || string(now) != text {
				t.Errorf("%s was changed", path)
			}
		}
	})
}
