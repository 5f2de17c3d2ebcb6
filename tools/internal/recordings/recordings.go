// Package recordings reads, checks and selects recorded exchanges with real servers.
package recordings

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// exchange is a request to a real server, and its answer.
type exchange struct {
	Version  string `json:"version"`
	Config   string `json:"config"`
	Scenario string `json:"scenario"`
	N        int    `json:"n"`
	Op       string `json:"op"`
	Kind     string `json:"kind"`
	Response struct {
		Status  int                 `json:"status"`
		Headers map[string]anyValue `json:"headers"`
		Body    string              `json:"body"`
	} `json:"response"`

	line []byte
}

// anyValue is a header's value, recorded as a string or as a list of them.
type anyValue []string

func (v *anyValue) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*v = anyValue{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(v))
}

func (e *exchange) header(name string) string {
	for key, values := range e.Response.Headers {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// usable reports whether the exchange tells something about the spec: it is of an operation that
// the spec has, asked of the right port with a real id.
func (e *exchange) usable() bool {
	return !strings.HasPrefix(e.Op, "_") && !strings.Contains(e.Scenario, "wrong-server") && !strings.Contains(e.Scenario, "odd/empty-ids")
}

// exception is a way in which recorded answers differ from the effective spec, and stay so.
type exception struct {
	op, finding *regexp.Regexp
	reason      string
}

func except(op, finding, reason string) exception {
	return exception{regexp.MustCompile("^(?:" + op + ")$"), regexp.MustCompile(finding), reason}
}

var exceptions = []exception{
	except("createFedcmFlow", "^404: content type text/plain$", "Open-source servers do not have this path: it is the page of the router."),
	except("getIdentitySchema", "^404: content type text/plain$", "With a slash in the id the path is another one: it is the page of the router."),
}

// Validate validates the answers in files against the effective spec.
func Validate(p project.Project, files []string, out io.Writer) error {
	spec, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		return err
	}
	closeObjects(spec)
	findings := map[string]int{}
	answers, excepted := 0, 0
	used := make([]bool, len(exceptions))
	err = eachExchange(files, func(e *exchange) error {
		if !e.usable() {
			return nil
		}
		answers++
		for _, finding := range differences(spec, e) {
			if i := exceptionFor(e.Op, finding); i >= 0 {
				used[i] = true
				excepted++
				continue
			}
			findings[e.Op+": "+finding]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d recorded answers, %d differences from the effective spec, %d of them excepted\n", answers, len(findings)+excepted, excepted)
	for i, e := range exceptions {
		if used[i] {
			fmt.Fprintf(out, "  excepted: %s %s: %s\n", e.op, e.finding, e.reason)
		}
	}
	if len(findings) == 0 {
		return nil
	}
	var lines []string
	for _, finding := range slices.Sorted(maps.Keys(findings)) {
		lines = append(lines, fmt.Sprintf("%4d  %s", findings[finding], finding))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// closeObjects makes the schemas refuse members that they do not name, so that a member that the
// spec lacks is noticed.
func closeObjects(spec *openapi3.T) {
	closed := false
	for _, schema := range spec.Components.Schemas {
		more := &schema.Value.AdditionalProperties
		if len(schema.Value.Properties) > 0 && more.Schema == nil && more.Has == nil {
			more.Has = &closed
		}
	}
}

// tellingHeaders are those that a client acts upon.
var tellingHeaders = []string{"Link", "Location", "Ory-Session-Cache-For", "X-Kratos-Authenticated-Identity-Id", "X-Total-Count"}

func exceptionFor(op, finding string) int {
	for i, e := range exceptions {
		if e.op.MatchString(op) && e.finding.MatchString(finding) {
			return i
		}
	}
	return -1
}

// differences tells how a recorded answer differs from what the spec says of its operation.
func differences(spec *openapi3.T, e *exchange) []string {
	op := find(spec, e.Op)
	if op == nil {
		return []string{"the spec does not have this operation"}
	}
	status := strconv.Itoa(e.Response.Status)
	ref := op.Responses.Value(status)
	if ref == nil {
		ref = op.Responses.Default()
	}
	if ref == nil {
		return []string{status + ": the spec has no such status, and no default"}
	}
	var found []string
	for name, header := range ref.Value.Headers {
		if header.Value.Required && e.header(name) == "" {
			found = append(found, status+": header "+name+" is missing")
		}
	}
	for _, name := range tellingHeaders {
		if e.Response.Status < 400 && e.header(name) != "" && ref.Value.Headers[name] == nil {
			found = append(found, status+": the spec has no header "+name)
		}
	}
	if e.Response.Body == "" {
		if len(ref.Value.Content) > 0 && e.Response.Status/100 != 3 {
			found = append(found, status+": no body")
		}
		return found
	}
	if len(ref.Value.Content) == 0 && e.Response.Status/100 == 3 {
		return found // the page that goes with a redirect
	}
	kind, _, _ := mime.ParseMediaType(e.header("Content-Type"))
	media := ref.Value.Content.Get(kind)
	if media == nil {
		return append(found, status+": content type "+kind)
	}
	if kind != "application/json" {
		return found
	}
	var body any
	if err := json.Unmarshal([]byte(e.Response.Body), &body); err != nil {
		return append(found, status+": the body is no JSON")
	}
	return append(found, schemaDifferences(status, media.Schema.Value, body)...)
}

func schemaDifferences(status string, schema *openapi3.Schema, body any) []string {
	err := schema.VisitJSON(body, openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.EnableFormatValidation())
	var found []string
	var collect func(error)
	collect = func(err error) {
		var many openapi3.MultiError
		var one *openapi3.SchemaError
		switch {
		case errors.As(err, &many):
			for _, err := range many {
				collect(err)
			}
		case errors.As(err, &one):
			found = append(found, fmt.Sprintf("%s: /%s: %s: %s", status, numbers.ReplaceAllString(strings.Join(one.JSONPointer(), "/"), "*"), one.SchemaField, one.Reason))
		default:
			found = append(found, status+": "+err.Error())
		}
	}
	if err != nil {
		collect(err)
	}
	return found
}

var numbers = regexp.MustCompile(`\b\d+\b`)

func find(spec *openapi3.T, id string) *openapi3.Operation {
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID == id {
				return op
			}
		}
	}
	return nil
}

// eachExchange hands over the exchanges in files, which may be compressed.
func eachExchange(files []string, handle func(*exchange) error) error {
	for _, file := range files {
		if err := eachExchangeOf(file, handle); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func eachExchangeOf(file string, handle func(*exchange) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		e := &exchange{line: bytes.Clone(lines.Bytes())}
		if err := json.Unmarshal(e.line, e); err != nil {
			return err
		}
		if err := handle(e); err != nil {
			return err
		}
	}
	return lines.Err()
}
