package main

import (
	"context"
	"net/http"
)

const (
	batchSize  = 1000
	flowID     = "a flow"
	goroutines = 64
)

var listSizes = []int{250, 1000}

// client is one of those that are compared. What a call yields is what a program would read of the answer; the floor
// yields nothing, because it decodes nothing.
type client interface {
	whoami(ctx context.Context) (identity string, err error)
	loginFlow(ctx context.Context, yield func(input)) error
	identities(ctx context.Context, n int, yield func(id string)) error
	batch(ctx context.Context, yield func(patch, identity string)) error
}

// input is what a page shows of a node.
type input struct{ kind, name, inputType, value, label string }

// newHTTPClient gives all clients the same connections: enough that none of the goroutines has to open new ones.
func newHTTPClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * goroutines, MaxIdleConnsPerHost: 2 * goroutines}}
}
