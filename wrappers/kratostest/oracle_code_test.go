package kratostest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

// wrongCode are the messages of a code that is not right.
var wrongCode = []string{"4010008", "4040003", "4060006", "4070006"}

// submittedCode matches a code, a TOTP code or a backup code in a body or a URL.
var submittedCode = regexp.MustCompile(`\b(code|totp_code|lookup_secret)("\s*:\s*"|=)([A-Za-z0-9]+)`)

// submission is what the request of an exchange submits.
type submission map[string]string

// submissionOf returns the texts in the body of a request, by name; those in objects as "traits.email".
func submissionOf(e *recorded.Exchange) submission {
	s := submission{}
	var body map[string]any
	if json.Unmarshal([]byte(e.Request.Body), &body) == nil {
		s.add("", body)
		return s
	}
	if form, err := url.ParseQuery(e.Request.Body); err == nil {
		for name := range form {
			s[name] = form.Get(name)
		}
	}
	return s
}

// add adds the texts in an object.
func (s submission) add(prefix string, object map[string]any) {
	for name, value := range object {
		switch value := value.(type) {
		case string:
			s[prefix+name] = value
		case map[string]any:
			s.add(prefix+name+".", value)
		}
	}
}

// address returns the address that the submission has, or "".
func (s submission) address() string {
	for _, name := range []string{"email", "identifier", "traits.email", "traits.phone", "recovery_confirm_address", "recovery_address", "phone", "address", "traits.username"} {
		if s[name] != "" {
			return s[name]
		}
	}
	return ""
}

// rightCodes returns the codes in a scenario that the recorded server accepted, or at first rejected
// for another reason than the code.
func rightCodes(scenario []*exchange) map[string]bool {
	right, known := map[string]bool{}, map[string]bool{}
	for i, e := range scenario {
		code := e.submitted["code"]
		if code == "" {
			code = e.query("code")
		}
		if code == "" || !strings.HasPrefix(e.Op, "update") && !strings.HasPrefix(e.Op, "_") {
			continue
		}
		form := shown(scenario[i:])
		accepted := form != nil && slices.Contains([]int{http.StatusOK, http.StatusSeeOther, http.StatusUnprocessableEntity}, e.response.status)
		if !rejectsCode(form) && (accepted || !known[code]) {
			right[code] = true
		}
		known[code] = true
	}
	return right
}

// shown returns the body of the response to the first exchange: for a redirect, that of the next
// exchange that reads the flow.
func shown(rest []*exchange) any {
	if rest[0].Response.Status != 303 {
		return rest[0].response.json
	}
	for _, next := range rest[1:] {
		if strings.HasPrefix(next.Op, "get") && next.flowID() == rest[0].flowID() {
			return next.response.json
		}
		if next.flowID() == rest[0].flowID() {
			break
		}
	}
	return nil
}

// rejectsCode reports whether a form has a message that a code is not right.
func rejectsCode(body any) bool {
	flow, _ := body.(map[string]any)
	ui, _ := flow["ui"].(map[string]any)
	messages, _ := ui["messages"].([]any)
	for _, m := range messages {
		message, _ := m.(map[string]any)
		if slices.Contains(wrongCode, number(message["id"])) {
			return true
		}
	}
	return false
}
