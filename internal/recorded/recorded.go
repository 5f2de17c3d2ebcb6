// Package recorded reads recordings of exchanges with real servers: files of JSON lines, one
// exchange a line, which may be compressed. Those that this repository keeps are in
// testdata/recorded; a test that reads recordings has the flag -recorded for others:
//
//	var recordings = flag.String(recorded.Flag, recorded.Kept("../.."), recorded.Usage)
package recorded

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// The flag of tests that read recordings. Its default is [Kept].
const (
	Flag  = "recorded"
	Usage = "read the recordings in the files that match `pattern`, ending in .jsonl or .jsonl.gz"
)

// maxLine is the most bytes that one exchange may have.
const maxLine = 64 << 20

// Exchange is a request to a real server, and its response.
type Exchange struct {
	// Version of the server, such as "1.3.6", and the name of its configuration.
	Version, Config string
	// Scenario is what the request was a part of, and N its number there.
	Scenario string
	N        int
	// Op is the operationId. It begins with "_" for a call that the API's description lacks, such
	// as opening the link in a mail.
	Op string
	// Kind is who sent the request: "native", "ajax", "browser" or "admin".
	Kind string

	Request struct {
		Method, URL string
		Headers     Header
		Body        string
	}
	Response struct {
		Status  int
		Headers Header
		Body    string
	}

	// Line is the exchange as it was recorded.
	Line []byte `json:"-"`
}

// Header is a header with canonical names. A value is recorded as a string or as a list of strings.
type Header http.Header

// UnmarshalJSON reads a header as it was recorded.
func (h *Header) UnmarshalJSON(text []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	*h = Header{}
	for name, field := range fields {
		var one string
		var values []string
		if json.Unmarshal(field, &one) == nil {
			values = []string{one}
		} else if err := json.Unmarshal(field, &values); err != nil {
			return err
		}
		name = http.CanonicalHeaderKey(name)
		(*h)[name] = append((*h)[name], values...)
	}
	return nil
}

// Get returns the first value of a field, or "".
func (h Header) Get(name string) string { return http.Header(h).Get(name) }

// String names the exchange: by version, scenario, operation and number.
func (e *Exchange) String() string {
	return fmt.Sprintf("%s %s %s %d", e.Version, e.Scenario, e.Op, e.N)
}

// Described reports whether the exchange is of an operation that the API's description has, with
// arguments that a client means: a recording also has links of mails and callbacks, calls of the
// wrong port, and empty ids.
func (e *Exchange) Described() bool { return !strings.HasPrefix(e.Op, "_") && !e.Odd() }

// Odd reports whether the request was wrong on purpose: sent to the wrong port, or with an empty
// id.
func (e *Exchange) Odd() bool {
	return e.Op == "_odd" || strings.Contains(e.Scenario, "wrong-server") || strings.Contains(e.Scenario, "odd/empty-ids")
}

// HTTPRequest returns the request as package net/http has it. Its body can be read once.
func (e *Exchange) HTTPRequest() (*http.Request, error) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return nil, fmt.Errorf("recorded: %s: the URL of the request is not valid", e)
	}
	return &http.Request{
		Method: e.Request.Method, URL: u, Header: http.Header(e.Request.Headers).Clone(), Body: io.NopCloser(strings.NewReader(e.Request.Body)),
	}, nil
}

// HTTPResponse returns the response as package net/http has it, with its request. Its body can be
// read once.
func (e *Exchange) HTTPResponse() (*http.Response, error) {
	r, err := e.HTTPRequest()
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: e.Response.Status, Header: http.Header(e.Response.Headers).Clone(), Body: io.NopCloser(strings.NewReader(e.Response.Body)),
		Request: r,
	}, nil
}

// Kept returns the pattern of the recordings that the repository with this root keeps.
func Kept(root string) string {
	return filepath.Join(root, "testdata", "recorded", "*.jsonl")
}

// Files returns the files that match a pattern, in the order of their names. None, or one whose
// name does not end in .jsonl or .jsonl.gz, is an error.
func Files(pattern string) ([]string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("recorded: pattern %q: %w", pattern, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("recorded: no file matches %q", pattern)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(file, ".gz"); filepath.Ext(name) != ".jsonl" {
			return nil, fmt.Errorf("recorded: %s does not end in .jsonl or .jsonl.gz", file)
		}
	}
	return files, nil
}

// Read returns all exchanges in the files that match a pattern.
func Read(pattern string) ([]*Exchange, error) {
	files, err := Files(pattern)
	if err != nil {
		return nil, err
	}
	var all []*Exchange
	for e, err := range Exchanges(files...) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// Exchanges yields the exchanges in files, one after the other, up to the first error. The error
// names the file and line, and nothing of what is there.
func Exchanges(files ...string) iter.Seq2[*Exchange, error] {
	return func(yield func(*Exchange, error) bool) {
		for _, file := range files {
			if err := readFile(file, func(e *Exchange) bool { return yield(e, nil) }); err != nil {
				if !errors.Is(err, errStopped) {
					yield(nil, fmt.Errorf("recorded: %s%w", file, err))
				}
				return
			}
		}
	}
}

// errStopped is that the caller wants no more.
var errStopped = errors.New("stopped")

func readFile(file string, handle func(*Exchange) bool) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf(": %w", err)
	}
	defer f.Close()
	r := io.Reader(f)
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf(": %w", err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		e := &Exchange{Line: bytes.Clone(lines.Bytes())}
		if json.Unmarshal(e.Line, e) != nil {
			return fmt.Errorf(":%d: not an exchange in JSON", n)
		}
		if !handle(e) {
			return errStopped
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf(":%d: %w", n+1, err)
	}
	return nil
}
