package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// check checks that a client returns what was sent, because failed calls are fast.
func check(ctx context.Context, c client) error {
	who, err := c.whoami(ctx)
	if want := "79c2b471-b2c4-4e7e-938d-70ae65447d2a"; err != nil || who != want {
		return fmt.Errorf("whoami returns %q, %v, want %q", who, err, want)
	}
	var inputs []input
	err = c.loginFlow(ctx, func(in input) { inputs = append(inputs, in) })
	if want := wantInputs(); err != nil || !slices.Equal(inputs, want) {
		return fmt.Errorf("the login flow has the nodes %v, %v, want %v", inputs, err, want)
	}
	for _, n := range listSizes {
		var ids []string
		err := c.identities(ctx, n, func(id string) { ids = append(ids, id) })
		if err != nil || !slices.Equal(ids, makeNames(n, identityID)) {
			return fmt.Errorf("a list of %d identities has %d other ids, %v", n, len(ids), err)
		}
	}
	var patches, ids []string
	err = c.createBatch(ctx, func(patch, id string) { patches, ids = append(patches, patch), append(ids, id) })
	if err != nil || !slices.Equal(ids, makeNames(batchSize, identityID)) || !slices.Equal(patches, makeNames(batchSize, patchID)) {
		return fmt.Errorf("a batch of %d has %d other results, %v", batchSize, len(ids), err)
	}
	return nil
}

func makeNames(n int, name func(int) string) []string {
	var names []string
	for i := range n {
		names = append(names, name(i))
	}
	return names
}

// wantInputs decodes the recorded flow without any of the clients.
func wantInputs() []input {
	var flow struct {
		UI struct {
			Nodes []struct {
				Type       string
				Attributes struct{ Name, Type, Value string }
				Meta       struct{ Label struct{ Text string } }
			}
		}
	}
	if err := json.Unmarshal(loginFlowBody, &flow); err != nil {
		panic(err)
	}
	var inputs []input
	for _, n := range flow.UI.Nodes {
		inputs = append(inputs, input{n.Type, n.Attributes.Name, n.Attributes.Type, n.Attributes.Value, n.Meta.Label.Text})
	}
	return inputs
}
