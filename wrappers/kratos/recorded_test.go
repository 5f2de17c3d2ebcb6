package kratos_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var recordings = flag.String(recorded.Flag, recorded.Kept(root), recorded.Usage)

// exchanges are those recorded of operations that the API's description has.
func exchanges(t testing.TB) []*recorded.Exchange {
	t.Helper()
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e *recorded.Exchange) bool { return !e.Described() })
}

// models has what the wrapper decodes the successes of an operation into; flows can come instead of
// any.
var models = map[string]func() any{
	"toSession": model[kratos.Session], "getSession": model[kratos.Session], "extendSession": model[kratos.Session],
	"listSessions": model[[]kratos.Session], "listMySessions": model[[]kratos.Session], "listIdentitySessions": model[[]kratos.Session],
	"disableMyOtherSessions": model[gen.DeleteMySessionsCount], "exchangeSessionToken": model[kratos.SuccessfulCodeExchange],
	"createIdentity": model[kratos.Identity], "getIdentity": model[kratos.Identity], "getIdentityByExternalID": model[kratos.Identity], "updateIdentity": model[kratos.Identity], "patchIdentity": model[kratos.Identity],
	"listIdentities": model[[]kratos.Identity], "batchPatchIdentities": model[gen.BatchPatchIdentitiesResponse],
	"createRecoveryCodeForIdentity": model[kratos.RecoveryCodeForIdentity], "createRecoveryLinkForIdentity": model[kratos.RecoveryLinkForIdentity],
	"listIdentitySchemas": model[[]kratos.IdentitySchema], "getIdentitySchema": model[json.RawMessage],
	"listCourierMessages": model[[]kratos.CourierMessage], "getCourierMessage": model[kratos.CourierMessage],
	"getFlowError": model[kratos.FlowError], "createBrowserLogoutFlow": model[kratos.LogoutFlow],
	"getVersion": model[gen.Version], "isAlive": model[gen.HealthStatus], "isReady": model[gen.HealthStatus],
	"updateLoginFlow": model[gen.SuccessfulNativeLogin], "updateRegistrationFlow": model[gen.SuccessfulNativeRegistration],
	"createFedcmFlow": model[kratos.FedCMFlow], "updateFedcmFlow": model[gen.SuccessfulNativeLogin],
}

func model[T any]() any { return new(T) }

// flowModels has the flow of each flow's operations.
var flowModels = map[string]func() any{
	"Login": model[kratos.LoginFlow], "Registration": model[kratos.RegistrationFlow], "Settings": model[kratos.SettingsFlow],
	"Recovery": model[kratos.RecoveryFlow], "Verification": model[kratos.VerificationFlow],
}

// target returns the value that a response is decoded into, by its members, as the package does.
func target(e *recorded.Exchange) any {
	var shape struct{ UI, Error json.RawMessage }
	_ = json.Unmarshal([]byte(e.Response.Body), &shape)
	if shape.UI != nil {
		var ui struct{ Action string }
		_ = json.Unmarshal(shape.UI, &ui)
		for name, flow := range flowModels {
			// A registration can continue as a login flow; the form's action says which it is.
			if strings.Contains(ui.Action, "/self-service/"+strings.ToLower(name)) || ui.Action == "" && strings.Contains(e.Op, name) {
				return flow()
			}
		}
		for name, flow := range flowModels {
			if strings.Contains(e.Op, name) {
				return flow()
			}
		}
	}
	if e.Response.Status >= 400 {
		return new(gen.ErrorGeneric)
	}
	if m := models[e.Op]; m != nil {
		return m()
	}
	return nil
}

// losses are the members of responses from Kratos that decoding loses, by path, with the reason.
var losses = map[string]string{}

// Decoding loses nothing that a real server sent: each response is decoded, encoded and compared.
func TestNothingRecordedIsLost(t *testing.T) {
	t.Parallel()
	decoded, lost := 0, map[string]string{}
	for _, e := range exchanges(t) {
		if !isJSON(e) {
			continue
		}
		v, paths := encodedAgain(t, e, []byte(e.Response.Body))
		if v == nil {
			continue
		}
		decoded++
		for _, path := range paths {
			if losses[path] == "" {
				lost[path] = e.String()
			}
		}
	}
	for path, where := range lost {
		t.Errorf("lost: %s, for example in %s", path, where)
	}
	t.Logf("%d recorded responses decoded, %d losses, %d of them known", decoded, len(lost)+len(losses), len(losses))
	if decoded < 300 {
		t.Errorf("only %d responses were decoded", decoded)
	}
}

// isJSON reports whether a response has a JSON body.
func isJSON(e *recorded.Exchange) bool {
	return e.Response.Body != "" && strings.HasPrefix(e.Response.Headers.Get("Content-Type"), "application/json")
}

// encodedAgain decodes the body of a response, and returns the value, or nil if that fails, with the
// paths of the members that its encoding lacks.
func encodedAgain(t *testing.T, e *recorded.Exchange, body []byte) (v any, lost []string) {
	t.Helper()
	if v = target(e); v == nil {
		t.Errorf("%s: no type for this response", e)
		return nil, nil
	}
	if err := jsonv2.Unmarshal(body, v); err != nil {
		t.Errorf("%s: %v", e, err)
		return nil, nil
	}
	again, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return v, missing(parsed(t, body), parsed(t, again), "")
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// missing returns the paths of the members of before that after lacks or has with another value. A
// member whose value means the same as its absence may be missing.
func missing(before, after any, path string) (paths []string) {
	switch b := before.(type) {
	case map[string]any:
		a, _ := after.(map[string]any)
		for key, value := range b {
			name := key
			if len(key) == 36 {
				name = "*"
			}
			paths = append(paths, missing(value, a[key], path+"/"+name)...)
		}
	case []any:
		a, _ := after.([]any)
		for i, value := range b {
			var other any
			if i < len(a) {
				other = a[i]
			}
			paths = append(paths, missing(value, other, path+"/*")...)
		}
	default:
		if before != after && !(after == nil && empty(before)) && !sameTime(before, after) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func empty(v any) bool {
	return v == nil || v == "" || v == false || v == json.Number("0") || v == "0001-01-01T00:00:00Z"
}

// sameTime reports whether two strings are the same time in different formats.
func sameTime(a, b any) bool {
	var x, y struct{ T timeText }
	x.T.text, _ = a.(string)
	y.T.text, _ = b.(string)
	return x.T.equal(y.T)
}

// The package interprets every recorded response to a submission, and every error.
func TestRecordedResponses(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, e := range exchanges(t) {
		call := recordedCall(e)
		if call == nil {
			continue
		}
		headers := http.Header{}
		for _, name := range []string{"Content-Type", "Location", "Link", "X-Total-Count"} {
			if value := e.Response.Headers.Get(name); value != "" {
				headers.Set(name, value)
			}
		}
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithRetries(0), kratos.WithHTTPClient(&http.Client{Transport: canned{e.Response.Status, headers, e.Response.Body}}))
		if err != nil {
			t.Fatal(err)
		}
		done, err := call(client)
		checked++
		switch got := outcomeOf(done, err); got {
		case "unexpected":
			// Pages for browsers, pages of the router and other redirects are not responses to a
			// client.
			if e.Kind != "browser" && strings.HasPrefix(headers.Get("Content-Type"), "application/json") && e.Response.Status < 300 {
				t.Errorf("%s: unexpected: %v: %.200s", e, err, e.Response.Body)
			}
		case "done":
			if e.Response.Status != http.StatusOK {
				t.Errorf("%s: status %d is taken for a completed flow", e, e.Response.Status)
			}
		}
	}
	t.Logf("%d recorded responses", checked)
}

func TestMissing(t *testing.T) {
	t.Parallel()
	before := parsed(t, []byte(`{"a":{"b":[1,{"c":"x","d":null,"e":false}]},"n":12345678901234567890,"t":"2026-11-23T16:00:00.5Z"}`))
	after := parsed(t, []byte(`{"a":{"b":[1,{}]},"n":12345678901234567000,"t":"2026-11-23T16:00:00.500Z"}`))
	if got := strings.Join(missing(before, after, ""), " "); got != "/a/b/*/c /n" {
		t.Errorf("got %q", got)
	}
}
