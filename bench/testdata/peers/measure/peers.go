package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/go-faster/jx"
	"github.com/google/uuid"

	"github.com/kratoskit/kratos-go/bench/peers/oapi"
	"github.com/kratoskit/kratos-go/bench/peers/ogen"
)

func newPeers(url string) (oapiPeer, ogenPeer client, err error) {
	if oapiPeer, err = newOapi(url); err != nil {
		return nil, nil, err
	}
	ogenPeer, err = newOgen(url)
	return oapiPeer, ogenPeer, err
}

// oapiClient is the client that oapi-codegen generates by default.
type oapiClient struct {
	api   *oapi.ClientWithResponses
	batch oapi.PatchIdentitiesBody
}

func newOapi(url string) (*oapiClient, error) {
	api, err := oapi.NewClientWithResponses(url, oapi.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	schema, items := "default", make([]oapi.IdentityPatch, batchSize)
	for i := range items {
		id := uuid.MustParse(patchID(i))
		items[i] = oapi.IdentityPatch{
			Create:  &oapi.CreateIdentityBody{SchemaId: &schema, Traits: map[string]any{"email": address(i)}},
			PatchId: &id,
		}
	}
	return &oapiClient{api, oapi.PatchIdentitiesBody{Identities: &items}}, nil
}

func (c *oapiClient) whoami(ctx context.Context) (string, error) {
	token := sessionToken
	resp, err := c.api.ToSessionWithResponse(ctx, &oapi.ToSessionParams{XSessionToken: &token})
	if err != nil {
		return "", err
	}
	if resp.JSON200 == nil {
		return "", statusError(resp.HTTPResponse)
	}
	return resp.JSON200.Identity.Id.String(), nil
}

func (c *oapiClient) loginFlow(ctx context.Context, yield func(input)) error {
	resp, err := c.api.GetLoginFlowWithResponse(ctx, &oapi.GetLoginFlowParams{Id: flowID})
	if err != nil {
		return err
	}
	if resp.JSON200 == nil {
		return statusError(resp.HTTPResponse)
	}
	for i := range *resp.JSON200.Ui.Nodes {
		node := &(*resp.JSON200.Ui.Nodes)[i]
		in := input{kind: string(node.Type)}
		attributes, err := node.Attributes.ValueByDiscriminator()
		if err != nil {
			return err
		}
		switch a := attributes.(type) {
		case oapi.UiNodeInputAttributes:
			in.name, in.inputType = a.Name, string(a.Type)
			in.value, _ = a.Value.(string)
		case oapi.UiNodeScriptAttributes:
			in.inputType = a.Type
		}
		if node.Meta.Label != nil {
			in.label = node.Meta.Label.Text
		}
		yield(in)
	}
	return nil
}

func (c *oapiClient) identities(ctx context.Context, n int, yield func(string)) error {
	size := int64(n)
	resp, err := c.api.ListIdentitiesWithResponse(ctx, &oapi.ListIdentitiesParams{PageSize: &size})
	if err != nil {
		return err
	}
	if resp.JSON200 == nil {
		return statusError(resp.HTTPResponse)
	}
	for i := range *resp.JSON200 {
		yield((*resp.JSON200)[i].Id.String())
	}
	return nil
}

func (c *oapiClient) createBatch(ctx context.Context, yield func(patch, identity string)) error {
	resp, err := c.api.BatchPatchIdentitiesWithResponse(ctx, c.batch)
	if err != nil {
		return err
	}
	if resp.JSON200 == nil {
		return statusError(resp.HTTPResponse)
	}
	for _, item := range *resp.JSON200.Identities {
		yield(item.PatchId.String(), item.Identity.String())
	}
	return nil
}

func statusError(resp *http.Response) error {
	return fmt.Errorf("unexpected response: %s", resp.Status)
}

// ogenClient is the client that ogen generates.
type ogenClient struct {
	api   *ogen.Client
	batch ogen.PatchIdentitiesBody
}

func newOgen(url string) (*ogenClient, error) {
	api, err := ogen.NewClient(url, ogen.WithClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	// Its traits are encoded here, which favors this client: the call does not encode them.
	items := make([]ogen.IdentityPatch, batchSize)
	for i := range items {
		email, err := json.Marshal(address(i))
		if err != nil {
			return nil, err
		}
		items[i] = ogen.IdentityPatch{
			Create: ogen.NewOptCreateIdentityBody(ogen.CreateIdentityBody{
				SchemaID: ogen.NewOptString("default"),
				Traits:   ogen.CreateIdentityBodyTraits{"email": jx.Raw(email)},
			}),
			PatchID: ogen.NewOptUUID(uuid.MustParse(patchID(i))),
		}
	}
	return &ogenClient{api, ogen.PatchIdentitiesBody{Identities: items}}, nil
}

func (c *ogenClient) whoami(ctx context.Context) (string, error) {
	resp, err := c.api.ToSession(ctx, ogen.ToSessionParams{XSessionToken: ogen.NewOptString(sessionToken)})
	if err != nil {
		return "", err
	}
	session, ok := resp.(*ogen.SessionHeaders)
	if !ok {
		return "", fmt.Errorf("unexpected response: %T", resp)
	}
	return session.Response.Identity.Value.ID.String(), nil
}

func (c *ogenClient) loginFlow(ctx context.Context, yield func(input)) error {
	resp, err := c.api.GetLoginFlow(ctx, ogen.GetLoginFlowParams{ID: flowID})
	if err != nil {
		return err
	}
	flow, ok := resp.(*ogen.LoginFlow)
	if !ok {
		return fmt.Errorf("unexpected response: %T", resp)
	}
	for i := range flow.UI.Nodes {
		node := &flow.UI.Nodes[i]
		in := input{kind: string(node.Type), label: node.Meta.Label.Value.Text}
		switch node.Attributes.Type {
		case ogen.UiNodeInputAttributesUiNodeAttributes:
			a := &node.Attributes.UiNodeInputAttributes
			in.name, in.inputType = a.Name, string(a.Type)
			if a.Value.Type() == jx.String {
				if in.value, err = jx.DecodeBytes(a.Value).Str(); err != nil {
					return err
				}
			}
		case ogen.UiNodeScriptAttributesUiNodeAttributes:
			in.inputType = node.Attributes.UiNodeScriptAttributes.Type
		}
		yield(in)
	}
	return nil
}

func (c *ogenClient) identities(ctx context.Context, n int, yield func(string)) error {
	resp, err := c.api.ListIdentities(ctx, ogen.ListIdentitiesParams{PageSize: ogen.NewOptInt64(int64(n))})
	if err != nil {
		return err
	}
	list, ok := resp.(*ogen.ListIdentitiesHeaders)
	if !ok {
		return fmt.Errorf("unexpected response: %T", resp)
	}
	for i := range list.Response {
		yield(list.Response[i].ID.String())
	}
	return nil
}

func (c *ogenClient) createBatch(ctx context.Context, yield func(patch, identity string)) error {
	resp, err := c.api.BatchPatchIdentities(ctx, &c.batch)
	if err != nil {
		return err
	}
	results, ok := resp.(*ogen.BatchPatchIdentitiesResponse)
	if !ok {
		return fmt.Errorf("unexpected response: %T", resp)
	}
	for i := range results.Identities {
		item := &results.Identities[i].Value
		yield(item.PatchID.Value.String(), item.Identity.Value.String())
	}
	return nil
}
