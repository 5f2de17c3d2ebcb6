package main

import (
	"context"
	"net/http"
)

const (
	batchSize    = 1000
	flowID       = "a flow"
	sessionToken = "a session token"
	goroutines   = 64
)

var listSizes = []int{250, 1000}

// client is one of the compared clients. Its calls yield the values that a program would read from
// the response. The baseline yields nothing, because it does not decode responses.
type client interface {
	whoami(ctx context.Context) (identity string, err error)
	loginFlow(ctx context.Context, yield func(input)) error
	identities(ctx context.Context, n int, yield func(id string)) error
	createBatch(ctx context.Context, yield func(patch, identity string)) error
}

// input has the values of a node that a page shows.
type input struct{ kind, name, inputType, value, label string }

// The clients, in the order of the columns.
const (
	sdk = iota
	incumbent
	peerOapi
	peerOgen
	baseline
	numClients
)

var clientNames = [numClients]string{"kratos-go", "kratos-client-go", "oapi-codegen", "ogen", "net/http"}

func newClients(url string) (clients [numClients]client, err error) {
	if clients[sdk], err = newSDK(url); err != nil {
		return clients, err
	}
	if clients[peerOapi], clients[peerOgen], err = newPeers(url); err != nil {
		return clients, err
	}
	clients[incumbent], clients[baseline] = newIncumbent(url), newBaseline(url)
	return clients, nil
}

// newHTTPClient returns the HTTP client that all clients use. It keeps enough connections for all
// goroutines.
func newHTTPClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * goroutines, MaxIdleConnsPerHost: 2 * goroutines}}
}
