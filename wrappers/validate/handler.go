package validate

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// Handler validates requests before they reach next, for example a reverse proxy to Kratos. It
// responds to an invalid request with an error in [Kratos' format], whose details list the
// violations. The status is 404 for [ErrPathNotFound], 405 for [ErrMethodNotAllowed], 413 for
// [ErrBodyTooLarge], and 400 otherwise.
//
// Some requests that are not in the API description are only validated by path and method:
//
//   - recovery and verification links, and the return from a login that another flow required
//   - OIDC callbacks
//   - CORS preflight requests for an operation of the API
//
// [Kratos' format]: https://www.ory.sh/docs/kratos/reference/api
func Handler(next http.Handler, opts ...Option) http.Handler {
	s := newSettings(opts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // a copy, because its body may be replaced
		if err := s.validateRequest(r); err != nil {
			writeError(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// writeError responds to an invalid request.
func writeError(w http.ResponseWriter, err error) {
	status, reason, violations := http.StatusBadRequest, "The request body cannot be read.", []Violation{}
	var e *Error
	if errors.As(err, &e) {
		violations = e.Violations
		reason = strings.TrimPrefix(e.Error(), "kratos: ")
	}
	switch {
	case errors.Is(err, ErrPathNotFound):
		status = http.StatusNotFound
	case errors.Is(err, ErrMethodNotAllowed):
		status = http.StatusMethodNotAllowed
		w.Header().Set("Allow", strings.Join(e.allow, ", "))
	case errors.Is(err, ErrBodyTooLarge):
		status = http.StatusRequestEntityTooLarge
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(errorEnvelope{errorBody{
		Code: status, Status: http.StatusText(status), Message: "The request violates the API description.",
		Reason: reason, Details: errorDetails{violations},
	}})
}

// errorEnvelope is an error in the format of Kratos.
type errorEnvelope struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    int          `json:"code"`
	Status  string       `json:"status"`
	Message string       `json:"message"`
	Reason  string       `json:"reason"`
	Details errorDetails `json:"details"`
}

type errorDetails struct {
	Violations []Violation `json:"violations"`
}
