package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// validated is a request for a transport of package validate, and the call that sends the same
// request to a real Kratos.
type validated struct {
	name   string
	slow   bool // takes seconds
	method string
	path   string
	body   any
	call   func(context.Context) error
}

// validation is the share of a call's time that the validation of its request takes.
type validation struct {
	name  string
	share float64
}

func (v validation) target() target {
	return atMostPercent(v.name+" on a real Kratos: validation, share of the call", 100*v.share, 1)
}

const password = "correct horse battery staple"

// validatedRequests creates an identity and returns the requests to measure.
func validatedRequests(ctx context.Context, publicURL, adminURL string) ([]validated, error) {
	client, err := kratos.NewClient(publicURL, kratos.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	admin, err := kratos.NewAdmin(adminURL, kratos.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	email := unusedAddress(0)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{
		Traits:      map[string]any{"email": email},
		Credentials: kratos.Credentials(kratos.PlaintextPassword(password)),
	})
	if err != nil {
		return nil, err
	}
	flow, err := client.Login.Start(ctx) // a native flow, which can be submitted again after a login
	if err != nil {
		return nil, err
	}
	login := kratos.LoginPassword{Identifier: email, Password: password}
	body := gen.UpdateLoginFlowWithPasswordMethod{Method: "password", Identifier: email, Password: password}
	return []validated{
		{"login", false, "POST", "/self-service/login?flow=" + flow.ID, body, func(ctx context.Context) error {
			_, err := client.Login.Submit(ctx, flow, login)
			return err
		}},
		{"batch create of 1000", true, "PATCH", "/admin/identities", gen.PatchIdentitiesBody{Identities: newBatch()}, func(ctx context.Context) error {
			_, err := admin.BatchPatchIdentities(ctx, newBatch())
			return err
		}},
	}, nil
}

// newBatch returns a batch with new addresses.
func newBatch() []kratos.IdentityPatch {
	items := make([]kratos.IdentityPatch, batchSize)
	for i := range items {
		items[i].Create = kratos.CreateIdentity{SchemaID: "default", Traits: map[string]any{"email": unusedAddress(i)}}
		items[i].PatchID = patchID(i)
	}
	return items
}

func unusedAddress(i int) string {
	return fmt.Sprintf("bench-%d-%d@example.org", time.Now().UnixNano(), i)
}

// discardTransport returns a response without sending the request.
type discardTransport struct{}

func (discardTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
}

func measureValidation(ctx context.Context, o options) ([]validation, error) {
	requests, err := validatedRequests(ctx, o.publicURL, o.adminURL)
	if err != nil {
		return nil, err
	}
	validate.Preload()
	transport := validate.Transport(discardTransport{})
	var results []validation
	for _, v := range requests {
		request, err := v.request()
		if err != nil {
			return nil, err
		}
		validating := func() error {
			_, err := transport.RoundTrip(request)
			return err
		}
		calling := func() error { return v.call(ctx) }
		rounds := o.rounds
		if v.slow {
			rounds = o.slowRounds
		}
		var times [2][]float64
		for range rounds {
			for i, work := range []func() error{validating, calling} {
				seconds, err := timed(work, o.round)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", v.name, err)
				}
				times[i] = append(times[i], seconds)
			}
		}
		results = append(results, validation{v.name, medianRatio(times[0], times[1], unchanged)})
	}
	return results, nil
}

func (v validated) request() (*http.Request, error) {
	body, err := gen.MarshalBody(v.body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(v.method, "http://127.0.0.1"+v.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}
