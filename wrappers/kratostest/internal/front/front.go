// Package front is what stands before the ports of a Kratos in a test: it keeps what requests were
// received, and makes requests fail.
package front

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxBody     = 5 << 20  // bytes of a request body that Kratos reads
	maxCalls    = 4096     // calls that are kept
	maxCallBody = 16 << 10 // bytes of a body that are kept
)

// Operation is an operation of the API, with its pattern of [http.ServeMux].
type Operation struct {
	ID, Pattern string
	Admin       bool
}

// Routes tell which operation a request is of. They can be shared.
type Routes struct {
	names         []string
	public, admin *http.ServeMux // their handlers are of type named
}

// named is an operation in a ServeMux, which is only asked for it.
type named string

func (named) ServeHTTP(http.ResponseWriter, *http.Request) {}

// NewRoutes returns the Routes of operations.
func NewRoutes(operations []Operation) *Routes {
	r := &Routes{public: http.NewServeMux(), admin: http.NewServeMux()}
	for _, op := range operations {
		mux := r.public
		if op.Admin {
			mux = r.admin
		}
		mux.Handle(op.Pattern, named(op.ID))
		r.names = append(r.names, op.ID)
	}
	return r
}

// operation returns the operation of a request, or "".
func (r *Routes) operation(request *http.Request, admin bool) string {
	mux := r.public
	if admin {
		mux = r.admin
	}
	handler, _ := mux.Handler(request)
	name, _ := handler.(named)
	return string(name)
}

// Front stands before two ports.
type Front struct {
	routes        *Routes
	public, admin http.Handler
	closed        chan struct{}
	database      bool

	mu     sync.Mutex
	faults []*plannedFault
	calls  []*Call
}

// Call is a request that was received. Its secrets are masked.
type Call struct {
	Operation string // "" if no operation has the path
	Time      time.Time
	Method    string
	Path      string
	Query     url.Values
	Header    http.Header
	Body      string // cut after 16 KiB
	Status    int    // of the response, 0 if there was none, or not yet
	Admin     bool   // on the admin port
}

// New returns a Front of two ports. The parameter database says whether the handlers respond to
// requests for which [DatabaseDown] is true; otherwise a Front does.
func New(public, admin http.Handler, routes *Routes, database bool) *Front {
	f := &Front{routes: routes, closed: make(chan struct{}), database: database}
	f.public, f.admin = f.port(public, false), f.port(admin, true)
	return f
}

// Public returns the handler of the public port.
func (f *Front) Public() http.Handler { return f.public }

// Admin returns the handler of the admin port.
func (f *Front) Admin() http.Handler { return f.admin }

// Close ends the requests that hang.
func (f *Front) Close() { close(f.closed) }

// port returns the handler of a port.
func (f *Front) port(next http.Handler, admin bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := f.routes.operation(r, admin)
		call := f.record(r, operation, admin)
		response := &statusWriter{ResponseWriter: w}
		defer func() { f.finish(call, response.status) }()
		if !f.fail(response, r, operation, next) {
			next.ServeHTTP(response, r)
		}
	})
}

// statusWriter keeps the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Calls returns the requests of an operation, or all for "", oldest first.
func (f *Front) Calls(operation string) ([]Call, error) {
	if err := f.checkOperation(operation); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []Call
	for _, c := range f.calls {
		if operation == "" || c.Operation == operation {
			found = append(found, *c)
		}
	}
	return found, nil
}

// record keeps a request.
func (f *Front) record(r *http.Request, operation string, admin bool) *Call {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), failing{err}, rest), rest}
	kept := &Call{
		Operation: operation, Time: time.Now(), Method: r.Method, Path: maskPath(r.URL.Path), Query: maskValues(r.URL.Query()),
		Header: maskHeader(r.Header), Body: maskBody(r.Header.Get("Content-Type"), body), Admin: admin,
	}
	if len(kept.Body) > maxCallBody {
		kept.Body = strings.ToValidUTF8(kept.Body[:maxCallBody], "")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.calls) - maxCalls + 1; n > 0 {
		f.calls = slices.Delete(f.calls, 0, n)
	}
	f.calls = append(f.calls, kept)
	return kept
}

// failing is a reader that fails with an error, or ends if it is nil.
type failing struct{ err error }

func (r failing) Read([]byte) (int, error) {
	if r.err == nil {
		return 0, io.EOF
	}
	return 0, r.err
}

// finish sets the status of a call.
func (f *Front) finish(call *Call, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	call.Status = status
}

// fail handles a request that has to fail, and reports whether it did.
func (f *Front) fail(w http.ResponseWriter, r *http.Request, operation string, next http.Handler) bool {
	planned := f.nextFault(operation)
	if planned == nil {
		return false
	}
	switch planned.Kind {
	case FaultHang:
		select {
		case <-r.Context().Done():
		case <-f.closed:
		}
		panic(http.ErrAbortHandler)
	case FaultDrop:
		drop(w)
	case FaultDatabaseDown:
		if !f.database {
			databaseDown(w, operation)
			break
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), databaseDownKey{}, true)))
	case FaultRateLimited:
		if planned.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(planned.RetryAfter.Seconds()))))
		}
		respond(w, http.StatusTooManyRequests, "The test limits the rate of this operation.")
	default:
		respond(w, planned.Status, "The test makes this operation fail.")
	}
	return true
}

type databaseDownKey struct{}

// DatabaseDown reports whether a request has to be handled as if the database had failed.
func DatabaseDown(ctx context.Context) bool { return ctx.Value(databaseDownKey{}) != nil }

// databaseDown responds to an operation as Kratos does to native clients while its database fails.
func databaseDown(w http.ResponseWriter, operation string) {
	switch operation {
	case "isReady":
		respond(w, http.StatusServiceUnavailable, "The database is not ready.")
	case "toSession", "listMySessions", "disableMyOtherSessions", "disableMySession":
		respond(w, http.StatusUnauthorized, "No session was found.")
	default:
		respond(w, http.StatusInternalServerError, "The database failed.")
	}
}

// respond responds with an error in the shape of Kratos'.
func respond(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"code": status, "status": http.StatusText(status), "reason": reason, "message": message(status),
	}})
}

// message returns the message of an error. That of 401 is Kratos': clients tell by it that a 401 is
// not from a gateway.
func message(status int) string {
	if status == http.StatusUnauthorized {
		return "The request could not be authorized"
	}
	return "the test makes this request fail"
}

// drop ends the connection within the response: a client cannot take this for a connection that
// was closed while it was idle, after which net/http sends idempotent requests again.
func drop(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Le"))
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}
