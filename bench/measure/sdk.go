package main

import (
	"cmp"
	"context"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// sdkClient is this SDK.
type sdkClient struct {
	client  *kratos.Client
	admin   *kratos.Admin
	patches []kratos.IdentityPatch
}

func newSDK(url string) (*sdkClient, error) {
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
	return &sdkClient{client, admin, patches}, nil
}

func (c *sdkClient) whoami(ctx context.Context) (string, error) {
	session, err := c.client.Whoami(ctx, kratos.SessionToken(sessionToken))
	if err != nil {
		return "", err
	}
	return session.Identity.ID, nil
}

func (c *sdkClient) loginFlow(ctx context.Context, yield func(input)) error {
	flow, err := c.client.Login.Get(ctx, flowID)
	if err != nil {
		return err
	}
	for _, n := range flow.Form().Nodes() {
		yield(input{kind: string(n.Type), name: n.Name, inputType: cmp.Or(string(n.InputType), n.ScriptType), value: n.Value, label: n.Label.Text})
	}
	return nil
}

func (c *sdkClient) identities(ctx context.Context, n int, yield func(string)) error {
	for identity, err := range c.admin.Identities(ctx, kratos.ListIdentities{PageSize: n}) {
		if err != nil {
			return err
		}
		yield(identity.ID)
	}
	return nil
}

func (c *sdkClient) createBatch(ctx context.Context, yield func(patch, identity string)) error {
	results, err := c.admin.BatchPatchIdentities(ctx, c.patches)
	if err != nil {
		return err
	}
	for i := range results {
		yield(results[i].PatchID, results[i].IdentityID)
	}
	return nil
}
