package hooks_test

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	key         = "a-key-of-the-hooks"
	triggerID   = "5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a01"
	requestID   = "5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a02"
	identityID  = "5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a03"
	addressMail = "ada@example.org"
)

var caller = hooks.APIKey("X-Kratos-Key", key)

// newIdentity returns an identity as hooks get it.
func newIdentity() *kratos.Identity {
	return &kratos.Identity{ID: identityID, SchemaID: "person", SchemaURL: "https://kratos.example/schemas/cGVyc29u", State: kratos.IdentityStateActive,
		RawTraits: json.RawMessage(`{"email":"` + addressMail + `"}`), RawMetadataPublic: json.RawMessage(`{"plan":"free"}`),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: addressMail, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusPending}}}
}

// newCall returns a call after a registration.
func newCall() *hooks.Call {
	identity := newIdentity()
	return &hooks.Call{
		Flow:             hooks.Flow{Name: hooks.FlowRegistration, Type: kratos.FlowTypeBrowser, Active: kratos.CredentialsTypePassword},
		Identity:         identity,
		Session:          &kratos.Session{ID: "5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a04", AAL: kratos.AAL1, Identity: identity},
		TransientPayload: json.RawMessage(`{"invite":"x"}`),
		Header:           http.Header{"User-Agent": {"test"}}, TriggerID: triggerID, RequestID: requestID,
	}
}

// errorList keeps what OnError gets.
type errorList struct {
	mu   sync.Mutex
	errs []error
}

func (l *errorList) option() hooks.Option {
	return hooks.OnError(func(_ context.Context, err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.errs = append(l.errs, err)
	})
}

func (l *errorList) all() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.errs
}

func allow(context.Context, *hooks.Call) hooks.Response { return hooks.Allow() }

// serve returns the response of a handler.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decide calls a hook that must give Kratos a response that it accepts.
func decide(t *testing.T, h http.Handler, c *hooks.Call) *hookstest.Outcome {
	t.Helper()
	outcome, err := hookstest.Decide(h, hookstest.NewRequest(caller, c))
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}
