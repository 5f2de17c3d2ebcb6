package kratos_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// One program recovers accounts on all versions: the address is sent as the member that the form
// asks for.
func TestRecoveryAddressOfAForm(t *testing.T) {
	t.Parallel()
	const email = `{"type":"input","group":"code","attributes":{"name":"email","type":"email","node_type":"input"}}`
	const ask = `{"type":"input","group":"code","attributes":{"name":"recovery_address","type":"text","node_type":"input"}}`
	const hidden = `{"type":"input","group":"code","attributes":{"name":"recovery_address","type":"hidden","value":"a@example.org","node_type":"input"}}`
	const choice = `{"type":"input","group":"code","attributes":{"name":"recovery_select_address","type":"submit","value":"MTEd","node_type":"input"}}`
	const confirm = `{"type":"input","group":"code","attributes":{"name":"recovery_confirm_address","type":"text","node_type":"input"}}`
	const resend = `{"type":"input","group":"code","attributes":{"name":"recovery_confirm_address","type":"submit","value":"b@example.org","node_type":"input"}}`
	for name, tc := range map[string]struct {
		nodes  string
		method kratos.RecoveryCode
		want   string
	}{
		"an email address":        {email, kratos.RecoveryCode{Email: "a@example.org"}, `{"email":"a@example.org","method":"code"}`},
		"any recovery address":    {ask, kratos.RecoveryCode{Email: "a@example.org"}, `{"method":"code","recovery_address":"a@example.org"}`},
		"named as such":           {ask, kratos.RecoveryCode{RecoveryAddress: "a@example.org"}, `{"method":"code","recovery_address":"a@example.org"}`},
		"one of several":          {hidden + "," + choice, kratos.RecoveryCode{RecoverySelectAddress: "MTEd"}, `{"method":"code","recovery_address":"a@example.org","recovery_select_address":"MTEd"}`},
		"the full address":        {hidden + "," + confirm, kratos.RecoveryCode{Email: "b@example.org"}, `{"method":"code","recovery_address":"a@example.org","recovery_confirm_address":"b@example.org"}`},
		"the code":                {hidden + "," + resend, kratos.RecoveryCode{Email: "a@example.org", Code: "123456"}, `{"code":"123456","method":"code"}`},
		"another code":            {hidden + "," + resend, kratos.RecoveryCode{Email: "a@example.org"}, `{"method":"code","recovery_address":"a@example.org","recovery_confirm_address":"b@example.org"}`},
		"a code for an address":   {hidden + "," + resend, kratos.RecoveryCode{Email: "c@example.org"}, `{"method":"code","recovery_address":"a@example.org","recovery_confirm_address":"c@example.org"}`},
		"the code once more":      {hidden + "," + resend, kratos.RecoveryCode{RecoveryConfirmAddress: "a@example.org"}, `{"method":"code","recovery_address":"a@example.org","recovery_confirm_address":"a@example.org"}`},
		"back":                    {hidden + "," + resend, kratos.RecoveryCode{Screen: "previous"}, `{"method":"code","recovery_address":"a@example.org","screen":"previous"}`},
		"the code of older forms": {email, kratos.RecoveryCode{Email: "a@example.org", Code: "123456"}, `{"code":"123456","method":"code"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flow := `{"id":"` + idA + `","type":"api","state":"choose_method","ui":{"action":"a","method":"POST","nodes":[` + tc.nodes + `]}}`
			var body []byte
			client, _ := serve(t, routes{
				"GET /self-service/recovery/api": reply{status: 200, body: flow},
				"POST /self-service/recovery": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ = io.ReadAll(r.Body)
					reply{status: 200, body: flow}.ServeHTTP(w, r)
				}),
			})
			if _, err := client.Recovery.Do(t.Context(), tc.method); err != nil {
				t.Fatal(err)
			}
			if got, want := compact(t, string(body)), compact(t, tc.want); got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
		})
	}
}
