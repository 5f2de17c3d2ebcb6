package importspec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const (
	maxBytes        = 4 << 20 // Kratos publishes less than half of one MB
	maxDepth        = 64      // Kratos has less than 20
	maxMembers      = 5000    // of an object or list
	maxRedirects    = 5
	downloadTimeout = time.Minute
)

// Fetch reads a URL or file with limits. A relative path begins at the root of the repository.
func Fetch(ctx context.Context, p project.Project, from string) ([]byte, error) {
	if u, err := url.Parse(from); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return download(ctx, u)
	}
	if strings.Contains(from, "://") {
		return nil, fmt.Errorf("%q is neither a file nor an HTTP URL", node.Truncate(from))
	}
	from = p.Resolve(from)
	info, err := os.Stat(from)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", from)
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f, from)
}

func download(ctx context.Context, u *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(to *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("more than %d redirects", maxRedirects)
		}
		if via[0].URL.Scheme == "https" && to.URL.Scheme != "https" {
			return errors.New("a redirect from https to http")
		}
		return nil
	}}
	resp, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the server responds %s", u.Redacted(), resp.Status)
	}
	return readLimited(resp.Body, u.Redacted())
}

func readLimited(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s has more than %d MB", name, maxBytes>>20)
	}
	return data, nil
}

// parsePublished parses and checks a published API description: OpenAPI 3.0 as JSON, with
// references to itself only.
func parsePublished(data []byte) (*yaml.Node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch trimmed := bytes.TrimSpace(data); {
	case len(trimmed) == 0:
		return nil, errors.New("is empty")
	case trimmed[0] == '<':
		return nil, errors.New("is HTML or XML, not JSON: use the URL of the raw file")
	case !utf8.Valid(data):
		return nil, errors.New("is not valid UTF-8")
	case bytes.IndexByte(data, 0) >= 0:
		return nil, errors.New("contains NUL bytes")
	case trimmed[0] != '{':
		return nil, errors.New("is not a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	doc, err := readValue(dec, 0, "")
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isTruncated(err) {
			return nil, fmt.Errorf("is truncated after %d bytes", len(data))
		}
		return nil, fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("at byte %d: data after the JSON value", dec.InputOffset())
	}
	return doc, checkPublished(doc)
}

// isTruncated reports whether an error of encoding/json is about the end of the input. Since Go 1.27,
// it is a syntax error.
func isTruncated(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end")
}

// readValue reads a JSON value as a YAML node, preserving the order of members. A duplicate member
// is an error.
func readValue(dec *json.Decoder, depth int, location string) (*yaml.Node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("is nested deeper than %d levels", maxDepth)
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return scalar(tok)
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if delim == '{' {
		n = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	names := map[string]bool{}
	for dec.More() {
		if len(n.Content) > 2*maxMembers {
			return nil, fmt.Errorf("%s has more than %d members", node.Truncate(location), maxMembers)
		}
		at := location + "/*"
		if delim == '{' {
			tok, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, err := scalar(tok)
			if err != nil {
				return nil, err
			}
			at = location + "/" + name.Value
			if names[name.Value] {
				return nil, fmt.Errorf("%s is a duplicate", node.Truncate(at))
			}
			names[name.Value] = true
			n.Content = append(n.Content, name)
		}
		value, err := readValue(dec, depth+1, at)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, value)
	}
	_, err = dec.Token()
	return n, err
}

func scalar(tok json.Token) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v := tok.(type) {
	case nil:
		n.Tag, n.Value = "!!null", "null"
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(v)
	case json.Number:
		n.Tag, n.Value = "!!int", v.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case string:
		n.Tag, n.Value = "!!str", v
	default:
		return nil, fmt.Errorf("unexpected %v", tok)
	}
	return n, nil
}

var (
	openAPI30     = regexp.MustCompile(`^3\.0\.\d+$`)
	componentName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
)

// checkPublished rejects what is not an API description, or has cycles.
func checkPublished(doc *yaml.Node) error {
	if swagger := node.Member(doc, "swagger"); swagger != nil {
		return fmt.Errorf("is Swagger %s, not OpenAPI 3.0: Kratos publishes both; use the other file", node.Truncate(swagger.Value))
	}
	version := node.Member(doc, "openapi")
	if version == nil || version.Tag != "!!str" {
		return errors.New("is not OpenAPI: it has no member openapi")
	}
	if !openAPI30.MatchString(version.Value) {
		return fmt.Errorf("is OpenAPI %s, not 3.0", node.Truncate(version.Value))
	}
	for _, name := range []string{"info", "paths", "components"} {
		if n := node.Member(doc, name); n == nil || n.Kind != yaml.MappingNode {
			return fmt.Errorf("has no object %s", name)
		}
	}
	if err := checkReferences(doc, doc, ""); err != nil {
		return err
	}
	components := node.Member(doc, "components")
	for i := 0; i+1 < len(components.Content); i += 2 {
		for _, name := range node.Keys(components.Content[i+1]) {
			if !componentName.MatchString(name) {
				return fmt.Errorf("components/%s has the name %q, which OpenAPI does not allow", components.Content[i].Value, node.Truncate(name))
			}
		}
	}
	return checkCycles(doc)
}

// checkReferences returns an error for a reference that does not have a target in doc.
func checkReferences(doc, n *yaml.Node, location string) error {
	if ref := node.Ref(n); ref != "" {
		if !strings.HasPrefix(ref, "#/") {
			return fmt.Errorf("%s refers to %q, which is not in the file", location, node.Truncate(ref))
		}
		if node.Resolve(doc, ref) == nil {
			return fmt.Errorf("%s refers to %q, which does not exist", location, node.Truncate(ref))
		}
	}
	for i, child := range n.Content {
		at := fmt.Sprintf("%s/%d", location, i)
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			at = location + "/" + n.Content[i-1].Value
		}
		if err := checkReferences(doc, child, at); err != nil {
			return err
		}
	}
	return nil
}
