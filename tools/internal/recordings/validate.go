// Package recordings records, validates and selects HTTP exchanges with real servers.
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

	"github.com/kratoskit/kratos-go/tools/internal/messages"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// exchange is a recorded request and its response.
type exchange struct {
	Version  string `json:"version"`
	Config   string `json:"config"`
	Scenario string `json:"scenario"`
	N        int    `json:"n"`
	Op       string `json:"op"`
	Kind     string `json:"kind"`
	Response struct {
		Status  int                     `json:"status"`
		Headers map[string]stringOrList `json:"headers"`
		Body    string                  `json:"body"`
	} `json:"response"`

	line []byte
}

// stringOrList is the value of a header, recorded as a string or a list.
type stringOrList []string

func (v *stringOrList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*v = stringOrList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(v))
}

func (e *exchange) responseHeader(name string) string {
	for key, values := range e.Response.Headers {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// isRelevant reports whether the exchange shows how the API works: the operation is described, and
// the request was sent to the right port with an id.
func (e *exchange) isRelevant() bool {
	return !strings.HasPrefix(e.Op, "_") && !strings.Contains(e.Scenario, "wrong-server") && !strings.Contains(e.Scenario, "odd/empty-ids")
}

// exception is an accepted difference of recorded responses from the effective spec.
type exception struct {
	op, difference *regexp.Regexp
	reason         string
}

func except(op, finding, reason string) exception {
	return exception{regexp.MustCompile("^(?:" + op + ")$"), regexp.MustCompile(finding), reason}
}

var exceptions = []exception{
	except("createFedcmFlow", "^404: content type text/plain$", "Open-source servers lack this path: the router responds."),
	except("getIdentitySchema", "^404: content type text/plain$", "With a slash in the id the path is another one: the router responds."),
}

// messageID matches the number of a message; other ids are strings.
var messageID = regexp.MustCompile(`"id":\s*([145]\d{6})\b`)

// unknownMessages returns the messages of a response that api/messages.yaml lacks.
func unknownMessages(known map[int]bool, body string) []string {
	var found []string
	for _, m := range messageID.FindAllStringSubmatch(body, -1) {
		if id, err := strconv.Atoi(m[1]); err == nil && known != nil && !known[id] {
			found = append(found, "message "+m[1]+" is not in api/messages.yaml")
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Validate validates the responses in files against the effective spec and the table of messages.
func Validate(p project.Project, files []string, out io.Writer) error {
	spec, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		return err
	}
	forbidUnknownProperties(spec)
	known, err := messages.Known(p)
	if err != nil {
		return err
	}
	findings := map[string]int{}
	responses, excepted := 0, 0
	used := make([]bool, len(exceptions))
	err = eachExchange(files, func(e *exchange) error {
		if !e.isRelevant() {
			return nil
		}
		responses++
		for _, finding := range append(differences(spec, e), unknownMessages(known, e.Response.Body)...) {
			if i := findException(e.Op, finding); i >= 0 {
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
	fmt.Fprintf(out, "%d recorded responses, %d differences from the effective spec, %d of them exceptions\n", responses, len(findings)+excepted, excepted)
	for i, e := range exceptions {
		if used[i] {
			fmt.Fprintf(out, "  exception: %s %s: %s\n", e.op, e.difference, e.reason)
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

// forbidUnknownProperties makes schemas reject properties that they do not define, to find
// properties that the description lacks.
func forbidUnknownProperties(spec *openapi3.T) {
	closed := false
	for _, schema := range spec.Components.Schemas {
		additional := &schema.Value.AdditionalProperties
		if len(schema.Value.Properties) > 0 && additional.Schema == nil && additional.Has == nil {
			additional.Has = &closed
		}
	}
}

// clientHeaders are the headers that clients use.
var clientHeaders = []string{"Link", "Location", "Ory-Session-Cache-For", "X-Kratos-Authenticated-Identity-Id", "X-Total-Count"}

func findException(op, finding string) int {
	for i, e := range exceptions {
		if e.op.MatchString(op) && e.difference.MatchString(finding) {
			return i
		}
	}
	return -1
}

// differences returns how a recorded response differs from the description.
func differences(spec *openapi3.T, e *exchange) []string {
	op := findOperation(spec, e.Op)
	if op == nil {
		return []string{"the spec lacks this operation"}
	}
	status := strconv.Itoa(e.Response.Status)
	ref := op.Responses.Value(status)
	if ref == nil {
		ref = op.Responses.Default()
	}
	if ref == nil {
		return []string{status + ": the spec lacks this status, and a default"}
	}
	var found []string
	for name, header := range ref.Value.Headers {
		if header.Value.Required && e.responseHeader(name) == "" {
			found = append(found, status+": header "+name+" is missing")
		}
	}
	for _, name := range clientHeaders {
		if e.Response.Status < 400 && e.responseHeader(name) != "" && ref.Value.Headers[name] == nil {
			found = append(found, status+": the spec lacks the header "+name)
		}
	}
	if e.Response.Body == "" {
		if len(ref.Value.Content) > 0 && e.Response.Status/100 != 3 {
			found = append(found, status+": no body")
		}
		return found
	}
	if len(ref.Value.Content) == 0 && e.Response.Status/100 == 3 {
		return found // the HTML page of a redirect
	}
	mediaType, _, _ := mime.ParseMediaType(e.responseHeader("Content-Type"))
	media := ref.Value.Content.Get(mediaType)
	if media == nil {
		return append(found, status+": content type "+mediaType)
	}
	if mediaType != "application/json" {
		return found
	}
	var body any
	if err := json.Unmarshal([]byte(e.Response.Body), &body); err != nil {
		return append(found, status+": the body is not JSON")
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
			found = append(found, fmt.Sprintf("%s: /%s: %s: %s", status, indexPattern.ReplaceAllString(strings.Join(one.JSONPointer(), "/"), "*"), one.SchemaField, one.Reason))
		default:
			found = append(found, status+": "+err.Error())
		}
	}
	if err != nil {
		collect(err)
	}
	return found
}

var indexPattern = regexp.MustCompile(`\b\d+\b`)

func findOperation(spec *openapi3.T, id string) *openapi3.Operation {
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID == id {
				return op
			}
		}
	}
	return nil
}

// eachExchange calls handle for each exchange in files, which may be compressed with gzip.
func eachExchange(files []string, handle func(*exchange) error) error {
	for _, file := range files {
		if err := eachExchangeIn(file, handle); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func eachExchangeIn(file string, handle func(*exchange) error) error {
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
