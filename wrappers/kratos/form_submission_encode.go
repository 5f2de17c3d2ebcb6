package kratos

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Submission returns what a browser posted, for [FlowClient.Submit]. It fails with
// [ErrInvalidArgument] if the form does not have the method, fields are in conflict ("a" and
// "a.b"), or transient_payload is not a JSON object.
func (f Form) Submission(values url.Values) (Submission, error) {
	const op = "Submission"
	if tooLarge(values) {
		return nil, newArgumentError(op, "the form has more than 5 MiB, or a name of more than 32 parts")
	}
	method, ok := f.method(values)
	if !ok {
		return nil, newArgumentError(op, "the form has no such method, or no button was pressed")
	}
	body := f.fields(values)
	if method != "" {
		body["method"] = formField{method}
	}
	payload, ok := transientPayload(values)
	if !ok {
		return nil, newArgumentError(op, "transient_payload is not a JSON object, or two fields of it are in conflict")
	}
	if payload != "" {
		body[payloadName] = formField{payload}
	}
	if text := fieldText(body[upstreamName]); text != "" && !isObject(text) {
		return nil, newArgumentError(op, "upstream_parameters is not a JSON object")
	}
	if hasConflict(body) {
		return nil, newArgumentError(op, "two fields of the form are in conflict, as a and a.b are")
	}
	return body, nil
}

const (
	maxParts     = 32 // of the name of a field
	payloadName  = "transient_payload"
	upstreamName = "upstream_parameters"
)

// knownFields are the fields that Kratos accepts in submissions, even if the form does not have
// them: the page can be older than the state of the flow.
var knownFields = []string{
	"address", "code", "email", "id_token", "id_token_nonce", "identifier", "link", "lookup_secret", "lookup_secret_confirm",
	"lookup_secret_disable", "lookup_secret_regenerate", "lookup_secret_reveal", "passkey_login", "passkey_register", "passkey_remove",
	"passkey_settings_register", "password", "password_identifier", "provider", "resend", "screen", "totp_code", "totp_unlink", "unlink",
	upstreamName, "webauthn_login", "webauthn_register", "webauthn_register_displayname", "webauthn_remove",
}

// knownMethods are the methods of Kratos.
var knownMethods = []string{
	string(UINodeGroupCode), string(UINodeGroupIdentifierFirst), string(UINodeGroupLink), string(UINodeGroupLookupSecret),
	string(UINodeGroupOIDC), string(UINodeGroupPasskey), string(UINodeGroupPassword), string(UINodeGroupProfile), methodProfileBack,
	string(UINodeGroupSAML), string(UINodeGroupTOTP), string(UINodeGroupWebAuthn),
}

func tooLarge(values url.Values) bool {
	size := 0
	for name, posted := range values {
		for _, value := range posted {
			size += len(name) + len(value) + 2
		}
		if size > maxSubmission || strings.Count(name, ".") >= maxParts {
			return true
		}
	}
	return false
}

// method returns the method that was submitted, or "" where Kratos infers it, and whether the form
// can be submitted with it.
func (f Form) method(values url.Values) (method string, ok bool) {
	if method = values.Get("method"); method != "" {
		return method, f.accepts(method)
	}
	button := f.buttonMethod(values)
	if button != "" && f.isFlow("recovery", "verification") { // which need a method
		return button, true
	}
	return "", button != "" || f.filledByScript(values)
}

// accepts reports whether a method can be submitted to the flow. Recoveries and verifications
// cannot be continued after an unknown method. Other flows reject it, or had it when the page was
// rendered.
func (f Form) accepts(method string) bool {
	switch {
	case f.isFlow("login", "registration", "settings"):
		return f.hasMethod(method) || slices.Contains(knownMethods, method)
	case f.isFlow("recovery", "verification"):
		return f.canRecover(method)
	}
	return f.hasMethod(method)
}

// canRecover reports whether a recovery or verification can be continued after a method: one of the
// form, or of Kratos if the form is unknown.
func (f Form) canRecover(method string) bool {
	if slices.ContainsFunc(f.UIContainer.Nodes, func(n UINode) bool { return n.Group != UINodeGroupDefault }) {
		return f.hasMethod(method)
	}
	return method == string(UINodeGroupCode) || method == string(UINodeGroupLink)
}

// isFlow reports whether the form belongs to one of these flows, by its action.
func (f Form) isFlow(flows ...string) bool {
	action, err := url.Parse(f.Action)
	return err == nil && slices.ContainsFunc(flows, func(flow string) bool { return strings.HasSuffix(action.Path, "/self-service/"+flow) })
}

// hasMethod reports whether the form has a button for this method, or fields of its group.
func (f Form) hasMethod(method string) bool {
	return slices.ContainsFunc(f.UIContainer.Nodes, func(n UINode) bool {
		return n.Attributes.Name == "method" && valueText(n.Attributes.Value) == method || n.Group != UINodeGroupDefault && string(n.Group) == method
	})
}

// buttonMethod returns the method of the button that was pressed, for buttons that are not named
// method, such as those of providers.
func (f Form) buttonMethod(values url.Values) string {
	i := slices.IndexFunc(f.UIContainer.Nodes, func(n UINode) bool {
		return isButton(&n) && n.Group != UINodeGroupDefault && slices.Contains(values[n.Attributes.Name], valueText(n.Attributes.Value))
	})
	if i < 0 {
		return ""
	}
	return string(f.UIContainer.Nodes[i].Group)
}

// filledByScript reports whether a hidden field of a method, empty in the form, was filled in by a
// script that submitted the form without a button.
func (f Form) filledByScript(values url.Values) bool {
	return slices.ContainsFunc(f.UIContainer.Nodes, func(n UINode) bool {
		return n.Attributes.Type == UIInputTypeHidden && n.Group != UINodeGroupDefault && valueText(n.Attributes.Value) == "" && values.Get(n.Attributes.Name) != ""
	})
}

// fields returns the fields to send, without the method and the payload.
func (f Form) fields(values url.Values) Submission {
	body, inputs := Submission{}, f.inputs()
	lists := submittedLists(inputs, values)
	noTraits := false
	for name, posted := range values {
		node := inputs[name]
		root, _, _ := strings.Cut(name, ".")
		list, _ := splitItem(name)
		switch {
		case len(posted) == 0, name == "method", name == "csrf_token", root == payloadName, lists[name] != nil, lists[list] != nil:
		case node == nil && !slices.Contains(knownFields, root):
		case isEmptyText(node, posted):
			noTraits = true
		default:
			body[name] = coerce(node, posted)
		}
	}
	for name, items := range lists {
		if values := items.values(); len(values) > 0 {
			body[name] = values
		} else if len(items.items)+len(items.more) > 0 {
			noTraits = true
		}
	}
	isTrait := func(name string) bool { return strings.HasPrefix(name, "traits.") }
	if noTraits && !slices.ContainsFunc(slices.Collect(maps.Keys(body)), isTrait) {
		body["traits"] = formField{"{}"} // which Kratos decodes empty fields as
	}
	return body
}

// inputs returns the inputs by name, as [Form.Field] does.
func (f Form) inputs() map[string]*UINode {
	inputs := map[string]*UINode{}
	for i := range f.UIContainer.Nodes {
		n := &f.UIContainer.Nodes[i]
		if n.Type == UINodeTypeInput && inputs[n.Attributes.Name] == nil {
			inputs[n.Attributes.Name] = n
		}
	}
	return inputs
}

// isEmptyText reports whether a trait whose field is for text, or for another item of a list, was
// left empty. If the trait is a list, Kratos would decode it as a list with an empty text.
func isEmptyText(n *UINode, posted []string) bool {
	if n == nil || !strings.HasPrefix(n.Attributes.Name, "traits.") || n.Attributes.Type != UIInputTypeText && n.Attributes.Type != UIInputTypeHidden {
		return false
	}
	return !slices.ContainsFunc(posted, func(value string) bool { return value != "" })
}

// coerce returns the values of a field, and true where browsers send "on" for a checkbox.
func coerce(n *UINode, posted []string) formField {
	field := slices.Clone(formField(posted))
	if n == nil {
		return field
	}
	initial := string(n.Attributes.Value)
	if n.Attributes.Type != UIInputTypeCheckbox && initial != "true" && initial != "false" {
		return field
	}
	for i, value := range field {
		if value == "on" {
			field[i] = "true"
		}
	}
	return field
}

// list is a list that a form shows item by item, usually with an empty field for another item.
type list struct {
	items map[int]string
	more  []string
}

// submittedLists returns the lists that were submitted item by item. Kratos ignores items with
// numbers in their names.
func submittedLists(inputs map[string]*UINode, values url.Values) map[string]*list {
	shown := map[string][]int{}
	for name := range inputs {
		if of, i := splitItem(name); of != "" {
			shown[of] = append(shown[of], i)
		}
	}
	lists := map[string]*list{}
	for of, items := range shown {
		if inputs[of] != nil || slices.Max(items) == len(items)-1 { // not an object with numbers for names
			lists[of] = &list{items: map[int]string{}, more: values[of]}
		}
	}
	for name, posted := range values {
		if of, i := splitItem(name); lists[of] != nil && len(posted) > 0 {
			field := coerce(inputs[name], posted)
			lists[of].items[i] = field[len(field)-1]
		}
	}
	return lists
}

// splitItem returns the list that a field is an item of, by its name, and the number of the item; ""
// if it is not the name of an item.
func splitItem(name string) (list string, i int) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", 0
	}
	n, err := strconv.ParseUint(name[dot+1:], 10, 31)
	if err != nil {
		return "", 0
	}
	return name[:dot], int(n)
}

// values returns the items in order, without empty ones.
func (l *list) values() formField {
	var field formField
	for _, i := range slices.Sorted(maps.Keys(l.items)) {
		field = append(field, l.items[i])
	}
	return slices.DeleteFunc(append(field, l.more...), func(value string) bool { return value == "" })
}
