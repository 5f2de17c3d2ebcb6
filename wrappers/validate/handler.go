package validate

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// Handler judges every request before next, a proxy to Kratos for instance, gets it. What has a
// problem is answered in the way that Kratos has for errors, with the problems as details: with 404
// if the path is unknown, 405 if the method is, 413 if the body is too large, and 400 otherwise. No
// answer repeats anything of the request.
//
// What the description says is what passes, even where Kratos takes more, which the documentation
// of the package lists. Nothing passes that Kratos would read in another way.
//
// Paths that browsers need and the description lacks pass: links in mails, and the way back from
// providers. So does a browser's question whether it may send a request from another origin, if the
// request is one of the API.
func Handler(next http.Handler, opts ...Option) http.Handler {
	s := newSettings(opts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // whose body may be replaced
		if err := s.request(r); err != nil {
			refuse(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers a request that has a problem.
func refuse(w http.ResponseWriter, err error) {
	status, reason, problems := http.StatusBadRequest, "The request cannot be read.", []Violation{}
	var e *Error
	if errors.As(err, &e) {
		problems = e.Violations
		reason = strings.TrimPrefix(e.Error(), "kratos: ")
	}
	switch {
	case errors.Is(err, ErrUnknownPath):
		status = http.StatusNotFound
	case errors.Is(err, ErrUnknownMethod):
		status = http.StatusMethodNotAllowed
		w.Header().Set("Allow", strings.TrimPrefix(problems[0].Message, "must be one of "))
	case errors.Is(err, ErrTooLarge):
		status = http.StatusRequestEntityTooLarge
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(envelope{refusal{
		Code: status, Status: http.StatusText(status), Message: "The request does not fit the API.",
		Reason: reason, Details: details{problems},
	}})
}

// envelope is how Kratos writes an error.
type envelope struct {
	Error refusal `json:"error"`
}

type refusal struct {
	Code    int     `json:"code"`
	Status  string  `json:"status"`
	Message string  `json:"message"`
	Reason  string  `json:"reason"`
	Details details `json:"details"`
}

type details struct {
	Problems []Violation `json:"problems"`
}
