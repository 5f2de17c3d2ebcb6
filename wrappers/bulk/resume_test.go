package bulk_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// interrupted runs an import of n records that ends with several batches in doubt, and returns its
// journal.
func interrupted(t *testing.T, fake *fakeKratos, admin *kratos.Admin, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	fake.fault = func(n int, _ *http.Request) fault { return fault{breaks: n > 1, processed: n == 2} }
	report, err := bulk.Import(t.Context(), admin, source(n, nil), bulk.BatchItems(50), bulk.Journal(path), bulk.MaxOutage(time.Millisecond))
	if !errors.Is(err, bulk.ErrOutage) || report.Created == 0 || report.Unsettled == 0 {
		t.Fatalf("%+v, %v", *report, err)
	}
	fake.mu.Lock()
	defer fake.mu.Unlock()
	fake.fault, fake.requests = nil, nil
	return path
}

// Kratos is asked once for the records in doubt, and the others do not wait for its response.
func TestResumedImportSendsWhileItLooks(t *testing.T) {
	t.Parallel()
	const n = 1000
	fake := &fakeKratos{}
	sent := make(chan struct{})
	var once sync.Once
	resumed := false
	admin := newFake(t, fake, kratos.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		switch {
		case !resumed:
		case r.Method == http.MethodPatch:
			once.Do(func() { close(sent) })
		case strings.HasSuffix(r.URL.Path, "/identities") && !r.URL.Query().Has("ids"):
			select {
			case <-sent:
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		return http.DefaultTransport.RoundTrip(r)
	})}))
	journal := interrupted(t, fake, admin, n)
	resumed = true
	report, err := bulk.Import(t.Context(), admin, source(n, nil), bulk.BatchItems(50), bulk.Journal(journal))
	if err != nil || report.Created != n || report.Unsettled != 0 {
		t.Fatalf("%+v, %v", *report, err)
	}
	fake.wantEachOnce(t, n)
	listings := 0
	for _, r := range fake.requests {
		if r == "GET0" {
			listings++
		}
	}
	if listings != 1 {
		t.Errorf("%d listings: %v", listings, fake.requests)
	}
}

// An import that was canceled while its last batch was on its way is complete.
func TestCanceledImportThatIsComplete(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	fake := &fakeKratos{fault: func(n int, _ *http.Request) fault {
		if n == 3 {
			cancel()
		}
		return fault{}
	}}
	report, err := bulk.Import(ctx, newFake(t, fake), source(30, nil), bulk.BatchItems(10), bulk.Workers(1))
	if err != nil || report.Created != 30 || report.Unsettled != 0 {
		t.Errorf("%+v, %v", *report, err)
	}
}

// A journal is of one server. Another URL of the server is not another server.
func TestJournalOfAnotherServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	first := &fakeKratos{}
	if _, err := bulk.Import(t.Context(), newFake(t, first), source(30, nil), bulk.Journal(path)); err != nil {
		t.Fatal(err)
	}
	other := &fakeKratos{}
	report, err := bulk.Import(t.Context(), newFake(t, other), source(60, nil), bulk.Journal(path))
	if !errors.Is(err, bulk.ErrJournalServer) || !slices.Equal(other.requests, []string{"GETids"}) {
		t.Errorf("%+v, %v, sent %v", *report, err, other.requests)
	}
	if report, err := bulk.Import(t.Context(), newFake(t, &fakeKratos{identities: first.identities}), source(60, nil), bulk.Journal(path)); err != nil || report.Created != 60 {
		t.Errorf("at another URL: %+v, %v", *report, err)
	}
	if report, err := bulk.Import(t.Context(), newFake(t, other), source(61, nil), bulk.Journal(path), bulk.AnyServer()); err != nil || report.Created != 61 {
		t.Errorf("with AnyServer: %+v, %v", *report, err)
	}
}

// Nothing of a source that has changed is sent, whatever the size of the batches.
func TestJournalOfAChangedSource(t *testing.T) {
	t.Parallel()
	fake := &fakeKratos{}
	admin := newFake(t, fake)
	journal := interrupted(t, fake, admin, 200)
	changed := func(r *bulk.Record) {
		if r.Line > 60 {
			r.Identity.Traits = map[string]any{"email": "other" + email(r.Line)}
		}
	}
	_, err := bulk.Import(t.Context(), admin, source(200, changed), bulk.BatchItems(1), bulk.Journal(journal))
	if !errors.Is(err, bulk.ErrJournalSource) || slices.ContainsFunc(fake.requests, func(r string) bool { return r != "GETids" }) {
		t.Errorf("%v, sent %v", err, fake.requests)
	}
}

// A canceled import ends after the time of one batch, even if Kratos does not respond.
func TestCanceledImportEnds(t *testing.T) {
	for name, delays := range map[string]struct{ batch, listing time.Duration }{
		"batches hang":               {batch: time.Hour},
		"a listing does not respond": {batch: 5 * time.Second, listing: time.Hour},
		"all is slow":                {batch: 45 * time.Second, listing: 29 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := roundTripper(func(r *http.Request) (*http.Response, error) {
					delay, body := delays.listing, `[]`
					switch {
					case strings.HasSuffix(r.URL.Path, "/version"):
						delay, body = 0, `{"version":"v1.3.1"}`
					case r.Method == http.MethodPatch:
						delay = delays.batch
					}
					select {
					case <-time.After(delay):
					case <-r.Context().Done():
						return nil, r.Context().Err()
					}
					if r.Method == http.MethodPatch {
						return nil, errors.New("the connection breaks")
					}
					header := http.Header{"Content-Type": {"application/json"}}
					return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				})
				admin := kratos.Must(kratos.NewAdmin("http://kratos.example", kratos.WithHTTPClient(&http.Client{Transport: transport})))
				for after := range 20 {
					ctx, cancel := context.WithCancel(t.Context())
					began := time.Now()
					time.AfterFunc(time.Duration(after)*10*time.Second, func() { began = time.Now(); cancel() })
					_, err := bulk.Import(ctx, admin, source(3000, nil), bulk.MaxOutage(time.Hour))
					if took := time.Since(began); !errors.Is(err, context.Canceled) || took > 131*time.Second {
						t.Errorf("canceled after %d s: ended after %v, %v", after*10, took, err)
					}
				}
			})
		})
	}
}
