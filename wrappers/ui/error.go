package ui

import (
	"errors"
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Error serves the error page (error.ui_url in Kratos' configuration, getFlowError).
func (p *Pages) Error() http.Handler {
	return p.withErrorPage(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := p.client.FlowError(r.Context(), r.URL.Query().Get("id"))
		switch {
		case errors.Is(err, kratos.ErrNotFound), errors.Is(err, kratos.ErrInvalidArgument), errors.Is(err, kratos.ErrForbidden), errors.Is(err, kratos.ErrFlowExpired):
			p.writeError(w, r, http.StatusNotFound, nil)
		case err != nil:
			p.writeError(w, r, http.StatusServiceUnavailable, nil)
		default:
			p.writeError(w, r, http.StatusOK, e)
		}
	}))
}

// writeError writes the error page for a status, or an error from Kratos.
func (p *Pages) writeError(w http.ResponseWriter, r *http.Request, status int, e *kratos.FlowError) {
	page := p.newPage(r, "error")
	page.Error = &Error{Status: status}
	switch {
	case e != nil:
		page.Error.ID = e.ID
		if e.Error != nil {
			page.Error.Status, page.Error.Message, page.Error.Reason = int(e.Error.Code), e.Error.Message, e.Error.Reason
		}
	case status == http.StatusNotFound:
		page.Lead = page.t.text("error.404")
	case status < 500:
		page.Lead = page.t.text("error.400")
	default:
		page.Lead = page.t.text("error.503")
	}
	page.Links = []Link{{Href: p.paths.Login, Text: page.t.text("link.login"), TestID: "login-link"}, {Href: p.paths.Home, Text: page.t.text("link.home")}}
	p.write(w, status, page)
}

// withErrorPage replaces the plain text of errors by the error page.
func (p *Pages) withErrorPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replaced := &errorWriter{ResponseWriter: w}
		next.ServeHTTP(replaced, r)
		if replaced.status != 0 {
			p.writeError(w, r, replaced.status, nil)
		}
	})
}

// errorWriter keeps back a response of plain text with the status of an error.
type errorWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status of an error.
func (w *errorWriter) WriteHeader(status int) {
	if status >= 400 && w.Header().Get("Content-Type") == "text/plain; charset=utf-8" {
		w.status = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *errorWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write drops the text of an error.
func (w *errorWriter) Write(p []byte) (int, error) {
	if w.status != 0 {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}
