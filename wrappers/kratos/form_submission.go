package kratos

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// Submission is what was submitted to the page's own server, as a method of every flow. It is one of
// two things:
//
//   - a form, made by [Form.Submission]. It is sent as a form, and Kratos reads it by its identity
//     schema, as it reads the forms that browsers send to it: an empty field is absent, "007" in a
//     field for numbers is 7, a field that is there twice is a list;
//   - the JSON of a single-page application, made by [json.Unmarshal]. It is sent as JSON, members
//     that this package does not know and integers of any size included.
//
// Submit adds the CSRF token of the flow in both cases, so the page's own server has to make sure
// that a request comes from its own pages: [http.CrossOriginProtection] does. It fails with
// [ErrInvalidArgument], and sends nothing, if a recovery or verification does not have the method, which
// would spoil the flow for good. A flow with only an id will do for JSON that has the csrf_token:
//
//	var body kratos.Submission
//	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body)
//	step, err := browser.Login.Submit(ctx, flow, body)
//
// Members can be added, such as a transient_payload for web hooks. A Submission has what the person
// typed, and must not be logged.
type Submission map[string]any

// formField has the values of one field of a form, which tells a form from JSON.
type formField []string

const maxPosted = 5 << 20 // bytes of a submission, as many as Kratos reads

var errSubmission = errors.New("kratos: the submission is not a JSON object, or larger than 5 MiB")

// UnmarshalJSON reads what a single-page application submits. It fails if that is not an object, or
// larger than 5 MiB.
func (p *Submission) UnmarshalJSON(body []byte) error {
	if len(body) > maxPosted {
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

// check refuses what must not be sent to this kind of flow, whose form may be unknown.
func (p Submission) check(op, flow string, form Form) error {
	if excludeEachOther(p) {
		return newArgumentError(op, "two fields of the form exclude each other")
	}
	if flow != "Recovery" && flow != "Verification" {
		return nil
	}
	method := fieldText(p["method"])
	if method == "" && fieldText(p["code"]) != "" { // Kratos knows which method this is
		return nil
	}
	if !form.canRecover(method) {
		return newArgumentError(op, "the flow has no such method, and would be spoilt by it")
	}
	return nil
}

// body returns what is sent: a [gen.Form], or an object for JSON.
func (p Submission) body(csrf string) any {
	if !p.isFormOf() {
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
			return map[string]any(p) // which cannot be encoded either
		}
		form[name] = values
	}
	if csrf != "" {
		form["csrf_token"] = []string{csrf}
	}
	return form
}

func (p Submission) isFormOf() bool {
	for _, value := range p {
		if _, ok := value.(formField); ok {
			return true
		}
	}
	return false
}

// fieldValues returns a member as a form has it: Kratos takes an object as JSON.
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

// fieldText returns a member that has one text, of several the first, which is the one that Kratos
// takes.
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

// excludeEachOther reports whether a member is at the place where another has to be an object ("a"
// and "a.b").
func excludeEachOther(members map[string]any) bool {
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
	if p["screen"] == string(RegistrationScreenPrevious) && !p.isFormOf() {
		p = maps.Clone(p)
		p["method"] = methodProfileBack
	}
	return p.body(csrf)
}
