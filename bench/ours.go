package main

import (
	"context"
	"encoding/json"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// ours is this SDK.
type ours struct {
	client  *kratos.Client
	admin   *kratos.Admin
	patches []kratos.IdentityPatch
}

func newOurs(url string) (*ours, error) {
	client, err := kratos.NewClient(url, kratos.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	admin, err := kratos.NewAdmin(url, kratos.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	patches := make([]kratos.IdentityPatch, batchSize)
	for i := range patches {
		patches[i].Create = kratos.CreateIdentity{SchemaID: "default", Traits: map[string]any{"email": address(i)}}
		patches[i].PatchID = patchID(i)
	}
	return &ours{client, admin, patches}, nil
}

func (c *ours) whoami(ctx context.Context) (string, error) {
	session, err := c.client.Whoami(ctx, kratos.Token(sessionToken))
	if err != nil {
		return "", err
	}
	return session.Identity.ID, nil
}

func (c *ours) loginFlow(ctx context.Context, yield func(input)) error {
	flow, err := c.client.Login.Get(ctx, flowID)
	if err != nil {
		return err
	}
	for i := range flow.UI.Nodes {
		node := &flow.UI.Nodes[i]
		in := input{kind: string(node.Type), name: node.Attributes.Name, inputType: string(node.Attributes.Type)}
		// The value is JSON here, and decoded already at the incumbent: decoding it is part of reading it.
		if node.Attributes.Value != nil {
			if err := json.Unmarshal(node.Attributes.Value, &in.value); err != nil {
				return err
			}
		}
		if node.Meta.Label != nil {
			in.label = node.Meta.Label.Text
		}
		yield(in)
	}
	return nil
}

func (c *ours) identities(ctx context.Context, n int, yield func(string)) error {
	for identity, err := range c.admin.Identities(ctx, kratos.PageSize(n)) {
		if err != nil {
			return err
		}
		yield(identity.ID)
	}
	return nil
}

func (c *ours) batch(ctx context.Context, yield func(patch, identity string)) error {
	results, err := c.admin.BatchPatchIdentities(ctx, c.patches)
	if err != nil {
		return err
	}
	for i := range results {
		yield(results[i].PatchID, results[i].IdentityID)
	}
	return nil
}
