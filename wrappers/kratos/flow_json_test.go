package kratos_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// differences lists where two JSON values differ, by the path of the member, and how.
func differences(before, after any, path string) []string {
	switch b := before.(type) {
	case map[string]any:
		a, _ := after.(map[string]any)
		var all []string
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if _, ok := a[name]; !ok {
				all = append(all, fmt.Sprintf("lost: %s/%s", path, name))
				continue
			}
			all = append(all, differences(b[name], a[name], path+"/"+name)...)
		}
		for _, name := range slices.Sorted(maps.Keys(a)) {
			if _, ok := b[name]; !ok {
				all = append(all, fmt.Sprintf("invented: %s/%s", path, name))
			}
		}
		return all
	case []any:
		a, _ := after.([]any)
		if len(a) != len(b) || a == nil {
			return []string{"another list: " + path}
		}
		var all []string
		for i := range b {
			all = append(all, differences(b[i], a[i], path+"/*")...)
		}
		return all
	}
	if before != after {
		return []string{"changed: " + path}
	}
	return nil
}

// recordedFlows are all recorded responses with a flow, each with the type to decode it into.
func recordedFlows(t *testing.T) (all []*recorded.Exchange) {
	t.Helper()
	for _, e := range exchanges(t) {
		var shape struct{ UI *struct{} }
		if json.Unmarshal([]byte(e.Response.Body), &shape) == nil && shape.UI != nil && target(e) != nil {
			all = append(all, e)
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d flows", len(all))
	}
	return all
}

var engines = map[string]func([]byte, any) error{"encoding/json": json.Unmarshal, "json/v2": jsonv2.Unmarshal}

// again decodes data into v with an engine, and returns the encoded v.
func again(t *testing.T, engine, text string, v any) any {
	t.Helper()
	if err := engines[engine]([]byte(text), v); err != nil {
		t.Fatalf("%s: %v", engine, err)
	}
	written, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, written)
}

// A flow is encoded as Kratos sent it: nothing is lost, and nothing added.
func TestFlowsAreWrittenAsTheyCame(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	for _, e := range recordedFlows(t) {
		for engine := range engines {
			for _, d := range differences(parsed(t, []byte(e.Response.Body)), again(t, engine, e.Response.Body, target(e)), "") {
				found[d] = e.String() + ", " + engine
			}
		}
	}
	for d, where := range found {
		t.Errorf("%s, for example in %s", d, where)
	}
}

// The same holds for single forms and nodes.
func TestFormsAreWrittenAsTheyCame(t *testing.T) {
	t.Parallel()
	for _, e := range recordedFlows(t) {
		var body struct{ UI json.RawMessage }
		if err := json.Unmarshal([]byte(e.Response.Body), &body); err != nil {
			t.Fatal(err)
		}
		for engine := range engines {
			var form kratos.Form
			for _, d := range differences(parsed(t, body.UI), again(t, engine, string(body.UI), &form), "") {
				t.Errorf("%s: %s, by %s", e, d, engine)
			}
			nodes, _ := parsed(t, body.UI).(map[string]any)["nodes"].([]any)
			for i, node := range form.UIContainer.Nodes {
				written, err := json.Marshal(node)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range differences(nodes[i], parsed(t, written), "/nodes/*") {
					t.Errorf("%s: %s, by %s", e, d, engine)
				}
			}
		}
	}
}

// withMore adds a member to every object.
func withMore(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			withMore(member)
		}
		v["zz_new"] = map[string]any{"a": json.Number("12345678901234567890"), "b": nil}
	case []any:
		for _, item := range v {
			withMore(item)
		}
	}
}

// Members that a newer Kratos adds to a flow are encoded too, after decoding by the client and by
// encoding/json.
func TestUnknownMembersOfFlowsSurvive(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	for _, e := range recordedFlows(t) {
		newer := parsed(t, []byte(e.Response.Body))
		withMore(newer)
		text, err := json.Marshal(newer)
		if err != nil {
			t.Fatal(err)
		}
		for engine := range engines {
			for _, d := range differences(newer, again(t, engine, string(text), target(e)), "") {
				found[d] = e.String() + ", " + engine
			}
		}
	}
	for d, where := range found {
		t.Errorf("%s, for example in %s", d, where)
	}
}

func TestUnknownMembersOfAFlowAreReachable(t *testing.T) {
	t.Parallel()
	body := strings.Replace(flowBody("f", "choose_method", wrong, "[]"), `"group":"password"`, `"group":"password","zz":2`, 1)
	body = strings.Replace(body, `"id":"f"`, `"id":"f","zz":1`, 1)
	client, _ := serve(t, routes{"GET /self-service/login/flows": reply{status: 200, body: body}, "POST /self-service/login": reply{status: 400, body: body}})
	flow, err := client.Login.Get(t.Context(), "f")
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Login.Submit(t.Context(), flow, kratos.LoginPassword{})
	for name, flow := range map[string]*kratos.LoginFlow{"fetched": flow, "refused": kratos.RejectedFlow[kratos.LoginFlow](err)} {
		t.Run(name, func(t *testing.T) {
			if string(flow.AdditionalProperties["zz"]) != "1" || string(flow.UI.Nodes[1].AdditionalProperties["zz"]) != "2" {
				t.Errorf("%s, %s", flow.AdditionalProperties, flow.UI.Nodes[1].AdditionalProperties)
			}
		})
	}
}

// Changes by a program are encoded.
func TestAChangedFlowIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	var flow kratos.LoginFlow
	if err := json.Unmarshal([]byte(`{"id":"f","refresh":false,"organization_id":null,"oauth2_login_request":{"skip":false,"subject":"","zz":1},"ui":{"action":"a","method":"POST","nodes":[
		{"type":"input","group":"default","attributes":{"node_type":"input","name":"a","type":"text","disabled":false},"messages":[],"meta":{}}]}}`), &flow); err != nil {
		t.Fatal(err)
	}
	flow.Refresh, flow.OrganizationID, flow.UI.Nodes[0].Attributes.Disabled = true, idA, true
	flow.OAuth2LoginRequest.Skip, flow.OAuth2LoginRequest.Subject = true, "s"
	flow.AdditionalProperties = map[string]json.RawMessage{"id": json.RawMessage(`"other"`), "more": json.RawMessage(`[1]`)}
	written, err := json.Marshal(flow)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":"f"`, `"refresh":true`, `"organization_id":"` + idA + `"`, `"disabled":true`, `"skip":true`, `"subject":"s"`, `"zz":1`, `"more":[1]`} {
		t.Run(want, func(t *testing.T) {
			if name, _, _ := strings.Cut(want, ":"); strings.Count(string(written), name+":") != 1 || !strings.Contains(string(written), want) {
				t.Errorf("no %s, or more than one, in %s", want, written)
			}
		})
	}
	for _, other := range []string{"text", "img", "a", "script", "div"} {
		t.Run(other, func(t *testing.T) {
			written, err := json.Marshal(gen.UINodeAttributes{NodeType: gen.UINodeType(other)})
			if err != nil || string(written) != `{"node_type":"`+other+`"}` {
				t.Errorf("%s, %v", written, err)
			}
		})
	}
}

// A malformed flow is an error.
func TestBrokenFlows(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"id":1}`, `{"id":"f","ui":{"nodes":{}}}`, `{"id":"f","ui":{"nodes":[1]}}`, `[]`, `{"id":"f"`, `{"id":"f"} x`, `{"zz":1,"id":"f","expires_at":"x"}`} {
		t.Run(body, func(t *testing.T) {
			client, _ := serve(t, routes{"GET /self-service/login/flows": reply{status: http.StatusOK, body: body}})
			if flow, err := client.Login.Get(t.Context(), "f"); err == nil || strings.Contains(err.Error(), body) {
				t.Errorf("%v, %v", flow, err)
			}
			if err := json.Unmarshal([]byte(body), new(kratos.LoginFlow)); err == nil {
				t.Errorf("%s was read", body)
			}
		})
	}
}
