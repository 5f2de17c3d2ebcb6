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

// Recorder writes the exchanges with a Kratos as lines of JSON, one for each, as [Validate] and
// [Select] read them. What it writes holds secrets: record test servers only.
type Recorder struct {
	version string
	router  routers.Router

	lock sync.Mutex
	out  io.Writer
	n    int
}

// line is what is written of an exchange.
type line struct {
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

// NewRecorder writes to out what a server of some version answers; the effective spec of the
// project names the operations.
func NewRecorder(p project.Project, version string, out io.Writer) (*Recorder, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	return &Recorder{version: version, router: router, out: out}, err
}

// Proxy forwards requests to a port of the server, and records them with the answers. The kind is
// that of the port: public or admin.
func (r *Recorder) Proxy(target *url.URL, kind string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		op, path := r.operation(in)
		proxy := &httputil.ReverseProxy{
			Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(target)
				p.Out.Header.Del("Accept-Encoding") // lest the answer is compressed
				p.Out.Body, p.Out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			},
			ModifyResponse: func(answer *http.Response) error {
				text, err := io.ReadAll(answer.Body)
				if err != nil {
					return err
				}
				answer.Body = io.NopCloser(bytes.NewReader(text))
				return r.write(line{
					Version: r.version, Config: "recorded", Scenario: kind, Op: op, Kind: kind, Path: path,
					Request:  request{in.Method, in.URL.String(), in.URL.Path, in.URL.RawQuery, in.Header, string(body)},
					Response: response{answer.StatusCode, answer.Header, string(text)},
				})
			},
		}
		proxy.ServeHTTP(w, in)
	})
}

// operation names what a request asks for; a path that the spec does not have begins with an
// underscore, and is not validated.
func (r *Recorder) operation(in *http.Request) (op, path string) {
	asked := in.Clone(in.Context())
	asked.URL.Scheme, asked.URL.Host = "http", "localhost"
	route, _, err := r.router.FindRoute(asked)
	if err != nil {
		return "_unknown", in.URL.Path
	}
	return route.Operation.OperationID, route.Path
}

func (r *Recorder) write(l line) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.n++
	l.N = r.n
	return json.NewEncoder(r.out).Encode(l)
}

// ServerVersion asks the admin port of a server for its version.
func ServerVersion(client *http.Client, admin *url.URL) (string, error) {
	answer, err := client.Get(admin.JoinPath("version").String())
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var body struct {
		Version string `json:"version"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&body); err != nil || body.Version == "" {
		return "", fmt.Errorf("%s does not tell its version: is it the admin port?", admin.Redacted())
	}
	return body.Version, nil
}
