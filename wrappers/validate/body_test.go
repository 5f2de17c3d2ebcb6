package validate_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

func TestErrorsOfRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line string
		is   []error
		not  []error
	}{
		"an unknown path":   {"GET /no", []error{validate.ErrPathNotFound, kratos.ErrInvalidArgument}, []error{validate.ErrMethodNotAllowed, kratos.ErrUnexpectedResponse}},
		"an unknown method": {"PUT /sessions", []error{validate.ErrMethodNotAllowed, kratos.ErrInvalidArgument}, []error{validate.ErrPathNotFound}},
		"a missing body":    {create, []error{kratos.ErrInvalidArgument}, []error{validate.ErrPathNotFound, validate.ErrMethodNotAllowed, validate.ErrBodyTooLarge, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := validate.Request(newRequest(t, c.line, "", ""))
			for _, target := range c.is {
				if !errors.Is(err, target) {
					t.Errorf("%v is not %v", err, target)
				}
			}
			for _, target := range c.not {
				if errors.Is(err, target) {
					t.Errorf("%v is %v", err, target)
				}
			}
		})
	}
}

// A body is read to the limit, and can be read again afterwards.
func TestMaxBody(t *testing.T) {
	t.Parallel()
	body := `{"traits":{"a":"` + strings.Repeat("x", 1000) + `"}}`
	for name, getBody := range map[string]bool{"with GetBody": true, "without GetBody": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for limit, want := range map[int64]string{
				int64(len(body)):     "",
				int64(len(body)) - 1: "createIdentity: body must have at most 1018 bytes (size)",
				0:                    "createIdentity: body must have at most 0 bytes (size)",
			} {
				r := newRequest(t, create, asJSON, body)
				if !getBody {
					r.GetBody = nil
				}
				err := validate.Request(r, validate.WithMaxBody(limit))
				if errorText(err) != want || errors.Is(err, validate.ErrBodyTooLarge) != (want != "") {
					t.Errorf("limit %d: %v", limit, err)
				}
				if again := readAll(t, r.Body); again != body {
					t.Errorf("limit %d: the body has %d bytes afterwards", limit, len(again))
				}
			}
		})
	}
}

// truncatedBody is a body whose connection breaks.
type truncatedBody struct{}

func (truncatedBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestUnreadableBody(t *testing.T) {
	t.Parallel()
	r := newRequest(t, create, asJSON, "")
	r.Body, r.GetBody = io.NopCloser(truncatedBody{}), nil
	if err := validate.Request(r); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
	r.GetBody = func() (io.ReadCloser, error) { return nil, http.ErrBodyReadAfterClose }
	if err := validate.Request(r); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Error(err)
	}
}

// As in net/http, an empty method is GET, and the body can be nil.
func TestRequestWithoutMethodAndBody(t *testing.T) {
	t.Parallel()
	r := &http.Request{URL: &url.URL{Path: "/sessions/whoami"}}
	if err := validate.Request(r, nil); err != nil || r.Body != nil {
		t.Error(err)
	}
}

// An error has at most 100 violations, and prints the first 8.
func TestManyViolations(t *testing.T) {
	t.Parallel()
	err := validate.Request(newRequest(t, batch, asJSON, `{"identities":[`+strings.Repeat("5,", 999)+`5]}`))
	if n := len(violations(t, err)); n != 100 {
		t.Errorf("%d violations", n)
	}
	if !strings.HasSuffix(err.Error(), "; /identities/7 must be an object (type); and 92 more") {
		t.Error(err)
	}
}
