package kratos_test

import (
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The code of a second factor is requested once, by whichever request the version of Kratos takes.
func TestSecondFactorCodeIsRequestedOnce(t *testing.T) {
	t.Parallel()
	const node = `{"type":"input","group":"code","attributes":{"name":"code","type":"text","node_type":"input"}}`
	flow := func(state string) string {
		return `{"id":"` + idA + `","type":"api","requested_aal":"aal2","state":"` + state + `","ui":{"action":"a","method":"POST","nodes":[` + node + `]}}`
	}
	for name, tc := range map[string]struct {
		state  string // when the flow starts
		method kratos.LoginCode
		posts  int
	}{
		"up to v25.4 by the submission": {"choose_method", kratos.LoginCode{Address: "a@example.org"}, 1},
		"from v26.2 on by the start":    {"sent_email", kratos.LoginCode{Address: "a@example.org"}, 0},
		"once more":                     {"sent_email", kratos.LoginCode{Address: "a@example.org", Resend: "code"}, 1},
		"the code":                      {"sent_email", kratos.LoginCode{Address: "a@example.org", Code: "123456"}, 1},
		"a first factor":                {"sent_email", kratos.LoginCode{Identifier: "a@example.org"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			posts := 0
			client, _ := serve(t, routes{
				"GET /self-service/login/api": reply{status: 200, body: flow(tc.state)},
				"POST /self-service/login": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					posts++
					reply{status: 400, body: flow("sent_email")}.ServeHTTP(w, r)
				}),
			})
			result, err := client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(t.Context(), tc.method, kratos.SessionToken("t"))
			if err != nil || result.Done || result.Flow.State != "sent_email" {
				t.Fatalf("got %v, %v", result, err)
			}
			if posts != tc.posts {
				t.Errorf("%d submissions, want %d", posts, tc.posts)
			}
		})
	}
}
