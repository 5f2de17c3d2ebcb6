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
		"a path that there is not":   {"GET /no", []error{validate.ErrUnknownPath, kratos.ErrInvalidArgument}, []error{validate.ErrUnknownMethod, kratos.ErrUnexpectedResponse}},
		"a method that there is not": {"PUT /sessions", []error{validate.ErrUnknownMethod, kratos.ErrInvalidArgument}, []error{validate.ErrUnknownPath}},
		"a body that is missing":     {create, []error{kratos.ErrInvalidArgument}, []error{validate.ErrUnknownPath, validate.ErrUnknownMethod, validate.ErrTooLarge, nil}},
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

// A body is read to a limit, and goes on to be what it was.
func TestALargeBodyIsNotJudged(t *testing.T) {
	t.Parallel()
	body := `{"traits":{"a":"` + strings.Repeat("x", 1000) + `"}}`
	for name, getBody := range map[string]bool{"which can be had again": true, "which can be read once": false} {
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
				if text(err) != want || errors.Is(err, validate.ErrTooLarge) != (want != "") {
					t.Errorf("limit %d: %v", limit, err)
				}
				if again := readAll(t, r.Body); again != body {
					t.Errorf("limit %d: the body has %d bytes afterwards", limit, len(again))
				}
			}
		})
	}
}

// broken is a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestABodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRequest(t, create, asJSON, "")
	r.Body, r.GetBody = io.NopCloser(broken{}), nil
	if err := validate.Request(r); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
	r.GetBody = func() (io.ReadCloser, error) { return nil, http.ErrBodyReadAfterClose }
	if err := validate.Request(r); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Error(err)
	}
}

// A request that was not made by [http.NewRequest] has the method GET if it has none, and may have
// no body.
func TestARequestWithoutMethodAndBody(t *testing.T) {
	t.Parallel()
	r := &http.Request{URL: &url.URL{Path: "/sessions/whoami"}}
	if err := validate.Request(r, nil); err != nil || r.Body != nil {
		t.Error(err)
	}
}

// An error has a hundred problems at most, and shows the first of them.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	err := validate.Request(newRequest(t, batch, asJSON, `{"identities":[`+strings.Repeat("5,", 999)+`5]}`))
	if n := len(problems(t, err)); n != 100 {
		t.Errorf("%d problems", n)
	}
	if !strings.HasSuffix(err.Error(), "; /identities/7 must be an object (type); and 92 more") {
		t.Error(err)
	}
}
