package kratostest

import (
	"io"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
)

// labHooks are the web hooks of the recorded servers.
func labHooks() []Hook {
	receiver := Receiver{Caller: hooks.APIKey("X-Lab-Key", "a-key-of-the-tests"), Handler: http.HandlerFunc(labHook)}
	return []Hook{{Trigger: "registration.after.password", Kind: hooks.Decide, Receiver: receiver}}
}

// labHook refuses addresses of some people, and sets metadata of the others.
func labHook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(string(body), "hookblock") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"messages":[{"instance_ptr":"#/traits/email","messages":[{"id":1234,"text":"refused","type":"error","context":{"value":"hookblock","n":1}}]}]}`)
		return
	}
	_, _ = io.WriteString(w, `{"identity":{"metadata_public":{"hooked":true},"metadata_admin":{"by":"lab"}}}`)
}
