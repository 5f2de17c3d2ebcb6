package recordings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// Recorder records HTTP exchanges with a Kratos as JSON lines for [Validate] and [Select].
// Recordings have secrets: record test servers only.
type Recorder struct {
	version string
	router  routers.Router

	mu  sync.Mutex
	out io.Writer
	n   int
}

// recordedLine is the JSON line of an exchange.
type recordedLine struct {
	Version  string   `json:"version"`
	Config   string   `json:"config"`
	Scenario string   `json:"scenario"`
	N        int      `json:"n"`
	Op       string   `json:"op"`
	Kind     string   `json:"kind"`
	Path     string   `json:"path_template"`
	Request  request  `json:"request"`
	Response response `json:"response"`
}

type request struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Path    string      `json:"path"`
	Query   string      `json:"query"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body"`
}

type response struct {
	Status  int         `json:"status"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body"`
}

// NewRecorder returns a recorder that writes to out. The effective spec of the project has the
// names of the operations.
func NewRecorder(p project.Project, version string, out io.Writer) (*Recorder, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	return &Recorder{version: version, router: router, out: out}, err
}

// Proxy returns a reverse proxy to a port of the server, public or admin, that records the
// exchanges.
func (r *Recorder) Proxy(target *url.URL, port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			http.Error(w, "cannot read the request body", http.StatusBadRequest)
			return
		}
		op, path := r.operation(in)
		proxy := &httputil.ReverseProxy{
			Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(target)
				p.Out.Header.Del("Accept-Encoding") // so that the response is not compressed
				p.Out.Body, p.Out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			},
			ModifyResponse: func(resp *http.Response) error {
				data, err := io.ReadAll(resp.Body)
				if err != nil {
					return err
				}
				resp.Body = io.NopCloser(bytes.NewReader(data))
				return r.write(recordedLine{
					Version: r.version, Config: "recorded", Scenario: port, Op: op, Kind: port, Path: path,
					Request:  request{in.Method, in.URL.String(), in.URL.Path, in.URL.RawQuery, in.Header, string(body)},
					Response: response{resp.StatusCode, resp.Header, string(data)},
				})
			},
		}
		proxy.ServeHTTP(w, in)
	})
}

// operation returns the operationId and path of a request. That of an unknown path begins with an
// underscore, so that it is not validated.
func (r *Recorder) operation(in *http.Request) (op, path string) {
	requested := in.Clone(in.Context())
	requested.URL.Scheme, requested.URL.Host = "http", "localhost"
	route, _, err := r.router.FindRoute(requested)
	if err != nil {
		return "_unknown", in.URL.Path
	}
	return route.Operation.OperationID, route.Path
}

func (r *Recorder) write(l recordedLine) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	l.N = r.n
	return json.NewEncoder(r.out).Encode(l)
}

// ServerVersion fetches the version of a server from its admin port.
func ServerVersion(client *http.Client, admin *url.URL) (string, error) {
	resp, err := client.Get(admin.JoinPath("version").String())
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var body struct {
		Version string `json:"version"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&body); err != nil || body.Version == "" {
		return "", fmt.Errorf("%s has no version: is it the admin port?", admin.Redacted())
	}
	return body.Version, nil
}
