package hooks_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// discard is a response that is not kept.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// fullCall returns a call with all members that Kratos sends for a person with an address and a
// session.
func fullCall() *hooks.Call {
	c, now := newCall(), time.Date(2026, 11, 1, 12, 0, 0, 123456000, time.UTC)
	c.Flow.Name, c.Flow.RequestedAAL, c.Flow.IssuedAt, c.Flow.ExpiresAt = hooks.FlowLogin, kratos.AAL1, now, now
	c.Identity.CreatedAt, c.Identity.UpdatedAt, c.Identity.StateChangedAt = now, now, now
	c.Identity.VerifiableAddresses = []kratos.VerifiableAddress{{ID: triggerID, Value: addressMail, Via: kratos.AddressChannelEmail,
		Status: kratos.AddressStatusCompleted, Verified: true, VerifiedAt: now, CreatedAt: now, UpdatedAt: now}}
	c.Identity.RecoveryAddresses = []kratos.RecoveryAddress{{ID: triggerID, Value: addressMail, Via: "email", CreatedAt: now, UpdatedAt: now}}
	c.Session.Active, c.Session.AuthenticatedAt, c.Session.IssuedAt, c.Session.ExpiresAt = true, now, now, now
	c.Session.AuthenticationMethods = []kratos.SessionAuthenticationMethod{{Method: kratos.AuthenticationMethodPassword, AAL: kratos.AAL1, CompletedAt: now}}
	c.Session.Devices = []kratos.SessionDevice{{ID: triggerID, IPAddress: "192.0.2.1", UserAgent: "Mozilla/5.0", Location: "Berlin"}}
	c.Header = http.Header{"User-Agent": {"Mozilla/5.0"}, "Accept": {"application/json"}, "Content-Type": {"application/json"}, "Content-Length": {"120"}}
	return c
}

// repeated returns a function that serves the same request again.
func repeated(tb testing.TB, h http.Handler) func() {
	r := hookstest.NewRequest(caller, fullCall())
	body := bodyOf(tb, r)
	reader := bytes.NewReader(body)
	r.Body = io.NopCloser(reader)
	w := discard{http.Header{}}
	return func() {
		reader.Reset(body)
		h.ServeHTTP(w, r)
	}
}

func TestAllocationsOfACall(t *testing.T) {
	var errs errorList
	serve := repeated(t, hooks.Handler(caller, allow, errs.option()))
	if got := testing.AllocsPerRun(500, serve); got > maxAllocations {
		t.Errorf("%v allocations, want at most %d", got, maxAllocations)
	}
	if got := errs.all(); len(got) > 0 {
		t.Errorf("reported %v", got)
	}
}

func BenchmarkHandler(b *testing.B) {
	serve := repeated(b, hooks.Handler(caller, allow))
	b.ReportAllocs()
	for b.Loop() {
		serve()
	}
}
