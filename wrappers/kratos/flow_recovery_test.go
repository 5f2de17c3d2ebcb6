package kratos_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// With a code, the address is not sent: Kratos would ignore the code and send another one.
func TestARecoveryByAddressOrCode(t *testing.T) {
	t.Parallel()
	var body string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
		reply{status: 200, body: flowBody("f", "sent_email", "[]", "[]")}.ServeHTTP(w, r)
	}))
	browser := client.Browser(fromBrowser())
	for name, tc := range map[string]struct {
		method kratos.RecoveryCode
		want   string
	}{
		"an address":                           {kratos.RecoveryCode{Email: "ada@example.org"}, `{"email":"ada@example.org","method":"code"}`},
		"a code":                               {kratos.RecoveryCode{Code: "123456"}, `{"code":"123456","method":"code"}`},
		"an address and a code":                {kratos.RecoveryCode{Email: "ada@example.org", Code: "123456"}, `{"code":"123456","method":"code"}`},
		"an address and a code, and a payload": {kratos.RecoveryCode{Email: "ada@example.org", Code: "123456", TransientPayload: map[string]int{"n": 1}}, `{"code":"123456","method":"code","transient_payload":{"n":1}}`},
	} {
		t.Run(name, func(t *testing.T) {
			for mode, flows := range map[string]kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery]{"native": client.Recovery, "browser": browser.Recovery} {
				t.Run(mode, func(t *testing.T) {
					if _, err := flows.Submit(t.Context(), newFlow[kratos.RecoveryFlow]("f"), tc.method); err != nil {
						t.Errorf("%s, %s: %v", name, mode, err)
					}
					if body != tc.want {
						t.Errorf("%s, %s: sent %s, want %s", name, mode, body, tc.want)
					}
				})
			}
		})
	}
}
