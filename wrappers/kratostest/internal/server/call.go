package server

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/front"
)

// maxBody is the most bytes of a request body that Kratos reads.
const maxBody = 5 << 20

// call is a request that is handled. The lock of the server is held.
type call struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	op    operation
	admin bool
	body  []byte // the request body
	large bool   // the body was too large, and body is cut
}

// serve handles a request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, op operation, admin bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{Server: s, w: &delayed{ResponseWriter: w}, r: r, op: op, admin: admin, body: body, large: err != nil}
	if front.DatabaseDown(r.Context()) && c.needsDatabase() {
		c.handle((*call).databaseDown)
		return
	}
	c.handle(op.handle)
}

// handle sends the response that a handler makes with the lock of the server held.
func (c *call) handle(handler func(*call)) {
	func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.standardHeaders()
		handler(c)
		c.bound()
	}()
	c.w.(*delayed).send()
}

// delayed keeps a response until the lock of the server is free.
type delayed struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (d *delayed) WriteHeader(status int) {
	if d.status == 0 {
		d.status = status
	}
}

func (d *delayed) Write(p []byte) (int, error) {
	d.WriteHeader(http.StatusOK)
	return d.body.Write(p)
}

// send sends the response.
func (d *delayed) send() {
	d.WriteHeader(http.StatusOK)
	d.ResponseWriter.WriteHeader(d.status)
	_, _ = d.ResponseWriter.Write(d.body.Bytes()) // the client is gone
}

// standardHeaders sets the headers that do not depend on the operation.
func (c *call) standardHeaders() {
	if c.admin {
		return
	}
	c.w.Header().Add("Vary", "Origin")
	if strings.HasPrefix(c.r.URL.Path, "/health/") || c.r.URL.Path == "/version" {
		return
	}
	c.w.Header().Add("Vary", "Cookie")
	if c.op.csrf && c.csrfCookie() == "" {
		c.setCSRF(newCSRF())
	}
}

// noCache sets the header of responses that must not be cached.
func (c *call) noCache() {
	c.w.Header().Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
}

// query returns a parameter of the URL.
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// native reports whether the operation is for native clients.
func (c *call) native() bool { return strings.HasSuffix(c.r.URL.Path, "/api") }

// acceptsJSON reports whether the client asked for JSON in its Accept header.
func (c *call) acceptsJSON() bool {
	return negotiate(c.r.Header.Get("Accept")) == "application/json"
}

// wantsJSON reports whether the client sent JSON or asked for it.
func (c *call) wantsJSON() bool {
	return c.acceptsJSON() || c.r.Header.Get("Content-Type") == "application/json"
}

// negotiate returns the type among those that Kratos offers that an Accept header prefers.
func negotiate(accept string) string {
	best, bestQ := "text/html", -1.0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := quality(params)
		name = strings.ToLower(strings.TrimSpace(name))
		switch name {
		case "text/html", "text/*", "*/*", "application/json":
		default:
			continue
		}
		if q > bestQ {
			best, bestQ = name, q
		}
	}
	return best
}

// quality returns the parameter q of a part of an Accept header.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if name != "q" {
			continue
		}
		var q float64
		if json.Unmarshal([]byte(value), &q) == nil {
			return q
		}
	}
	return 1
}
