package main

import (
	"context"
	"net/http"

	ory "github.com/ory/kratos-client-go"
)

// incumbentClient is kratos-client-go, used as documented.
type incumbentClient struct {
	api     *ory.APIClient
	patches ory.PatchIdentitiesBody
}

func newIncumbent(url string) *incumbentClient {
	c := ory.NewConfiguration()
	c.Servers = ory.ServerConfigurations{{URL: url}}
	c.HTTPClient = newHTTPClient()
	patches := make([]ory.IdentityPatch, batchSize)
	for i := range patches {
		patches[i].SetCreate(*ory.NewCreateIdentityBody("default", map[string]any{"email": address(i)}))
		patches[i].SetPatchId(patchID(i))
	}
	return &incumbentClient{ory.NewAPIClient(c), ory.PatchIdentitiesBody{Identities: patches}}
}

func (c *incumbentClient) whoami(ctx context.Context) (string, error) {
	session, _, err := c.api.FrontendAPI.ToSession(ctx).XSessionToken(sessionToken).Execute()
	if err != nil {
		return "", err
	}
	return session.Identity.GetId(), nil
}

// requireSession is middleware as its users write it.
func (c *incumbentClient) requireSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, _, err := c.api.FrontendAPI.ToSession(r.Context()).XSessionToken(r.Header.Get("X-Session-Token")).Execute()
		if err != nil || !session.GetActive() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *incumbentClient) loginFlow(ctx context.Context, yield func(input)) error {
	flow, _, err := c.api.FrontendAPI.GetLoginFlow(ctx).Id(flowID).Execute()
	if err != nil {
		return err
	}
	for _, node := range flow.Ui.Nodes {
		in := input{kind: node.Type, label: node.Meta.Label.GetText()}
		switch a := node.Attributes.GetActualInstance().(type) {
		case *ory.UiNodeInputAttributes:
			in.name, in.inputType = a.Name, a.Type
			in.value, _ = a.Value.(string)
		case *ory.UiNodeScriptAttributes:
			in.inputType = a.Type
		}
		yield(in)
	}
	return nil
}

func (c *incumbentClient) identities(ctx context.Context, n int, yield func(string)) error {
	list, _, err := c.api.IdentityAPI.ListIdentities(ctx).PageSize(int64(n)).Execute()
	if err != nil {
		return err
	}
	for i := range list {
		yield(list[i].Id)
	}
	return nil
}

func (c *incumbentClient) createBatch(ctx context.Context, yield func(patch, identity string)) error {
	response, _, err := c.api.IdentityAPI.BatchPatchIdentities(ctx).PatchIdentitiesBody(c.patches).Execute()
	if err != nil {
		return err
	}
	for i := range response.Identities {
		yield(response.Identities[i].GetPatchId(), response.Identities[i].GetIdentity())
	}
	return nil
}
