package throttle

import (
	"mime"
	"net/http"
)

// recorder passes a response on, and keeps its status and the beginning of its JSON.
type recorder struct {
	http.ResponseWriter
	status    int
	body      []byte
	truncated bool
}

// flushRecorder is a recorder of a writer that can flush.
type flushRecorder struct{ *recorder }

// FlushError flushes the writer.
func (f flushRecorder) FlushError() error {
	f.begin(http.StatusOK)
	return http.NewResponseController(f.ResponseWriter).Flush()
}

// Flush flushes the writer.
func (f flushRecorder) Flush() { _ = f.FlushError() }

// record returns a recorder, and the writer to pass on, which can flush if w can.
func record(w http.ResponseWriter) (*recorder, http.ResponseWriter) {
	resp := &recorder{ResponseWriter: w}
	switch w.(type) {
	case http.Flusher, interface{ FlushError() error }:
		return resp, flushRecorder{resp}
	}
	return resp, resp
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader keeps the status, if it is a final one.
func (r *recorder) WriteHeader(status int) {
	if status >= 200 {
		r.begin(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) begin(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write keeps JSON up to a limit.
func (r *recorder) Write(p []byte) (int, error) {
	r.begin(http.StatusOK)
	if mediaType, _, _ := mime.ParseMediaType(r.Header().Get("Content-Type")); isJSON(mediaType) {
		n := min(len(p), maxResponse-len(r.body))
		r.body = append(r.body, p[:n]...)
		r.truncated = r.truncated || n < len(p)
	}
	return r.ResponseWriter.Write(p)
}

func (r *recorder) statusCode() int {
	if r.status == 0 {
		return http.StatusOK // of a handler that wrote nothing
	}
	return r.status
}
