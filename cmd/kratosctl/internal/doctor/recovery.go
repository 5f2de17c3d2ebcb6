package doctor

import "net/http"

// recovery checks the flag without which a native app gets no session from a recovery
// (https://www.ory.sh/docs/kratos/self-service/flows/account-recovery-password-reset).
//
// Kratos refuses a native form that is submitted with a cookie: with the flag by an error, and
// without it by a redirect to a new flow. The form has no address, so that no email is sent.
func (e *exam) recovery() {
	const path = "feature_flags.use_continue_with_transitions"
	start, err := e.get(e.public, "/self-service/recovery/api")
	if err != nil {
		return
	}
	f := readFlow(start)
	if f == nil || !f.hasGroup("code") {
		return // recovery is off, or by link, which opens in a browser
	}
	resp, err := e.send(request{
		method: http.MethodPost, base: e.public, path: "/self-service/recovery?flow=" + f.ID,
		cookies: []*http.Cookie{{Name: "kratosctl-doctor", Value: "1"}}, body: map[string]string{"method": "code"},
	})
	seen := "POST /self-service/recovery of a native flow with a cookie: " + outcome(resp, err)
	switch {
	case err == nil && resp.status == http.StatusSeeOther:
		e.report("recovery-native", "a native app gets no session from a recovery", path+": true", seen)
	case err != nil || resp.status != http.StatusBadRequest || !resp.isError():
		e.unchecked("recovery in native apps", "the response to a refused form is not known ("+seen+")", "look at "+path+" in kratos.yml")
	}
}
