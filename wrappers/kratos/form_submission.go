package kratos

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// Submission is what a browser submitted to your own server, for every flow: a form
// ([Form.Submission]), or JSON ([json.Unmarshal]), which with a csrf_token only needs the ID of the
// flow. Otherwise Submit adds the flow's CSRF token, so your server needs its own protection, such
// as [http.CrossOriginProtection].
type Submission map[string]any

// formField has the values of a field of a form, which distinguishes a form from JSON.
type formField []string

const maxSubmission = 5 << 20 // bytes, Kratos' own limit

var errSubmission = errors.New("kratos: the submission is not a JSON object, or larger than 5 MiB")

// UnmarshalJSON decodes an object of at most 5 MiB.
func (p *Submission) UnmarshalJSON(body []byte) error {
	if len(body) > maxSubmission {
		return errSubmission
	}
	var members map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&members) != nil || members == nil {
		return errSubmission
	}
	*p = members
	return nil
}

// check refuses a submission that must not be sent to this type of flow. The form may be unknown.
func (p Submission) check(op, flow string, form Form) error {
	if hasConflict(p) {
		return newArgumentError(op, "two fields of the form are in conflict, as a and a.b are")
	}
	if flow != "Recovery" && flow != "Verification" {
		return nil
	}
	method := fieldText(p["method"])
	if method == "" && fieldText(p["code"]) != "" { // from which Kratos infers the method
		return nil
	}
	if !form.canRecover(method) {
		return newArgumentError(op, "the flow does not have this method, and could not be continued after it")
	}
	return nil
}

// body returns the body of the request: a [gen.Form], or a map for JSON.
func (p Submission) body(csrf string) any {
	if !p.isForm() {
		body := maps.Clone(map[string]any(p))
		if body == nil {
			body = map[string]any{}
		}
		if csrf != "" {
			body["csrf_token"] = csrf
		}
		return body
	}
	form := gen.Form{}
	for name, value := range p {
		values, err := fieldValues(value)
		if err != nil {
			return map[string]any(p) // encoding it fails as well
		}
		form[name] = values
	}
	if csrf != "" {
		form["csrf_token"] = []string{csrf}
	}
	return form
}

func (p Submission) isForm() bool {
	for _, value := range p {
		if _, ok := value.(formField); ok {
			return true
		}
	}
	return false
}

// fieldValues returns a member as values of a form field. Kratos decodes an object in it as JSON.
func fieldValues(member any) ([]string, error) {
	switch member := member.(type) {
	case formField:
		return member, nil
	case string:
		return []string{member}, nil
	}
	text, err := json.Marshal(member)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		list = []json.RawMessage{text}
	}
	var values []string
	for _, item := range list {
		values = append(values, valueText(item))
	}
	return values, nil
}

// fieldText returns the text of a member, the first of several as Kratos does.
func fieldText(member any) string {
	switch member := member.(type) {
	case string:
		return member
	case formField:
		if len(member) > 0 {
			return member[0]
		}
	}
	return ""
}

// hasConflict reports whether a member has a value where another needs an object ("a" and "a.b").
func hasConflict(members map[string]any) bool {
	for name := range members {
		for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
			if _, ok := members[name[:i]]; ok {
				return true
			}
		}
	}
	return false
}

func (p Submission) loginBody(csrf string) any        { return p.body(csrf) }
func (p Submission) settingsBody(csrf string) any     { return p.body(csrf) }
func (p Submission) recoveryBody(csrf string) any     { return p.body(csrf) }
func (p Submission) verificationBody(csrf string) any { return p.body(csrf) }

func (p Submission) registrationBody(csrf string) any {
	if p["screen"] == string(RegistrationScreenPrevious) && !p.isForm() {
		p = maps.Clone(p)
		p["method"] = methodProfileBack
	}
	return p.body(csrf)
}
