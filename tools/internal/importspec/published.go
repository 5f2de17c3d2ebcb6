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
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const (
	mostBytes   = 4 << 20 // Kratos publishes less than half a megabyte
	mostDepth   = 64      // and nests less than 20 levels
	mostMembers = 5000    // of one object or list
	mostHops    = 5
	mostTime    = time.Minute
)

// fetch reads a URL, or a file whose path is absolute or begins at the root of the repository, up
// to limits that no API description comes near.
func fetch(ctx context.Context, p project.Project, from string) ([]byte, error) {
	if u, err := url.Parse(from); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return download(ctx, u)
	}
	if strings.Contains(from, "://") {
		return nil, fmt.Errorf("%q is neither a file nor the URL of one (https://…)", node.Shorten(from))
	}
	if !filepath.IsAbs(from) {
		from = p.Path(from)
	}
	info, err := os.Stat(from)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", from)
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f, from)
}

func download(ctx context.Context, u *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(to *http.Request, via []*http.Request) error {
		if len(via) > mostHops {
			return fmt.Errorf("more than %d redirects", mostHops)
		}
		if via[0].URL.Scheme == "https" && to.URL.Scheme != "https" {
			return errors.New("a redirect from https to http")
		}
		return nil
	}}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the server answers %s", u.Redacted(), answer.Status)
	}
	return readLimited(answer.Body, u.Redacted())
}

func readLimited(r io.Reader, name string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("%s has more than %d MB, which no API description of Kratos has", name, mostBytes>>20)
	}
	return text, nil
}

// parsePublished reads a published API description: JSON, OpenAPI 3.0, in which every reference
// leads to something inside.
func parsePublished(text []byte) (*yaml.Node, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	switch trimmed := bytes.TrimSpace(text); {
	case len(trimmed) == 0:
		return nil, errors.New("is empty")
	case trimmed[0] == '<':
		return nil, errors.New("is a page of HTML or XML, not JSON: take the URL of the raw file")
	case !utf8.Valid(text):
		return nil, errors.New("is not valid UTF-8")
	case bytes.IndexByte(text, 0) >= 0:
		return nil, errors.New("has NUL bytes in it")
	case trimmed[0] != '{':
		return nil, errors.New("is no JSON object; Kratos publishes its API as JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	doc, err := readValue(dec, 0, "")
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("ends in the middle, after %d bytes", len(text))
		}
		return nil, fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("at byte %d: goes on after its end", dec.InputOffset())
	}
	return doc, checkPublished(doc)
}

// readValue reads a JSON value as a YAML node, which keeps the order of members; a member given
// twice is an error.
func readValue(dec *json.Decoder, depth int, where string) (*yaml.Node, error) {
	if depth > mostDepth {
		return nil, fmt.Errorf("nests deeper than %d levels", mostDepth)
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
		if len(n.Content) > 2*mostMembers {
			return nil, fmt.Errorf("%s has more than %d members", node.Shorten(where), mostMembers)
		}
		at := where + "/*"
		if delim == '{' {
			tok, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, err := scalar(tok)
			if err != nil {
				return nil, err
			}
			at = where + "/" + name.Value
			if names[name.Value] {
				return nil, fmt.Errorf("%s is there twice", node.Shorten(at))
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

// checkPublished refuses what is no API description, and what could not be followed to an end.
func checkPublished(doc *yaml.Node) error {
	if swagger := node.Member(doc, "swagger"); swagger != nil {
		return fmt.Errorf("is Swagger %s, not OpenAPI 3.0: Kratos publishes both; take the other file", node.Shorten(swagger.Value))
	}
	version := node.Member(doc, "openapi")
	if version == nil || version.Tag != "!!str" {
		return errors.New("does not say that it is OpenAPI: it has no member openapi")
	}
	if !openAPI30.MatchString(version.Value) {
		return fmt.Errorf("is OpenAPI %s, not 3.0", node.Shorten(version.Value))
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
				return fmt.Errorf("components/%s has the name %q, which OpenAPI does not allow", components.Content[i].Value, node.Shorten(name))
			}
		}
	}
	return checkLoops(doc)
}

// checkReferences makes sure that every reference leads to something in doc.
func checkReferences(doc, n *yaml.Node, where string) error {
	if ref := node.Ref(n); ref != "" {
		if !strings.HasPrefix(ref, "#/") {
			return fmt.Errorf("%s refers to %q, outside of the file", where, node.Shorten(ref))
		}
		if node.Resolve(doc, ref) == nil {
			return fmt.Errorf("%s refers to %q, which is not there", where, node.Shorten(ref))
		}
	}
	for i, child := range n.Content {
		at := fmt.Sprintf("%s/%d", where, i)
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			at = where + "/" + n.Content[i-1].Value
		}
		if err := checkReferences(doc, child, at); err != nil {
			return err
		}
	}
	return nil
}
