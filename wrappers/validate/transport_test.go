package validate_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// A client with the transport does not send an invalid request, and returns the violations.
func TestTransport(t *testing.T) {
	t.Parallel()
	next := &cannedTransport{status: 200, mediaType: "application/json", body: `{"id":"77aa"}`}
	admin, err := kratos.NewAdmin("http://kratos.internal:4434/base", kratos.WithHTTPClient(&http.Client{Transport: validate.Transport(next, validate.WithBasePath("/base"))}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: []string{"hunter2"}, State: "gone"})
	want := "kratos: createIdentity: " + kratos.ErrInvalidArgument.Error() + ": createIdentity: /state must be one of " + states + " (enum); /traits must be an object (type)"
	if err == nil || err.Error() != want || !errors.Is(err, kratos.ErrInvalidArgument) || errors.Is(err, kratos.ErrUnreachable) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if got := violations(t, err); len(got) != 2 || got[1].Pointer != "/traits" || got[1].Keyword != "type" {
		t.Errorf("%+v", got)
	}
	if next.requests != 0 {
		t.Error("the invalid request was sent")
	}
	if _, err := admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]any{}}); err != nil || next.requests != 1 {
		t.Errorf("the valid request: %v, sent %d times", err, next.requests)
	}
}

func TestWithResponses(t *testing.T) {
	t.Parallel()
	next := &cannedTransport{status: 200, mediaType: "application/json", body: `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","authenticated_at":"hunter2"}`}
	for name, c := range map[string]struct {
		opts []validate.Option
		want string
	}{
		"with WithResponses":    {[]validate.Option{validate.WithResponses()}, "kratos: toSession: " + kratos.ErrUnexpectedResponse.Error() + ": toSession: status 200: /authenticated_at must be a time such as 2006-01-02T15:04:05Z (format)"},
		"without WithResponses": {nil, ""},
	} {
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: validate.Transport(next, c.opts...)}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Whoami(t.Context(), kratos.SessionToken("t"))
		if name == "without WithResponses" {
			if err == nil || strings.Contains(err.Error(), "must be") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || err.Error() != c.want || !errors.Is(err, kratos.ErrUnexpectedResponse) {
			t.Errorf("%s: got  %v\nwant %s", name, err, c.want)
		}
	}
}

// closeCounter is a body that counts calls of Close.
type closeCounter struct {
	io.Reader
	times int
}

func (c *closeCounter) Close() error {
	c.times++
	return nil
}

// The transport sends the body of the request, closes it, and does not change the request.
func TestTransportAndBodies(t *testing.T) {
	t.Parallel()
	url := serve(t, echo)
	client := &http.Client{Transport: validate.Transport(nil)}
	for name, c := range map[string]struct {
		body string
		sent bool
	}{
		"a valid body":    {`{"traits":{"a":"` + strings.Repeat("x", 100_000) + `"}}`, true},
		"an invalid body": {`{"traits":[]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &closeCounter{Reader: strings.NewReader(c.body)}
			r, err := http.NewRequest("POST", url+"/admin/identities", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			before := r.Body
			resp, err := client.Do(r)
			if sent := err == nil; sent != c.sent {
				t.Fatal(err)
			}
			if r.Body != before || body.times == 0 {
				t.Errorf("the request was changed, or its body not closed (%d)", body.times)
			}
			if !c.sent {
				return
			}
			defer resp.Body.Close()
			if got := readAll(t, resp.Body); got != c.body {
				t.Errorf("%d bytes were sent, %d arrived", len(c.body), len(got))
			}
		})
	}
}

// A transport is safe for concurrent use, from the first request on.
func TestTransportIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	url := serve(t, echo)
	client := &http.Client{Transport: validate.Transport(nil, validate.WithStrict())}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			validate.Preload()
			for _, body := range []string{`{"traits":{}}`, `{"traits":[]}`} {
				resp, err := client.Post(url+"/admin/identities", "application/json", strings.NewReader(body))
				if valid := body == `{"traits":{}}`; valid != (err == nil) {
					t.Error(err)
				}
				if err == nil {
					_ = resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()
}
