package kratostest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// compare returns what differs between a recorded response and the response of a Kratos.
func (w *rewriter) compare(recorded, actual *reply) []string {
	c := comparison{rewriter: w}
	if recorded.status != actual.status {
		c.differ("status %d≠%d, error and messages: %s ≠ %s", recorded.status, actual.status, gist(recorded), gist(actual))
		return c.differences
	}
	c.headers(recorded.header, actual.header)
	r, a := recorded.json, actual.json
	switch {
	case r != nil && a != nil:
		c.values("", "", r, a)
	case r != nil || a != nil, (recorded.body == "") != (actual.body == ""):
		c.differ("body %s≠%s", bodyKind(recorded, r), bodyKind(actual, a))
	}
	return c.differences
}

// gist returns the id and reason of the error in a response, or the messages of the form.
func gist(r *reply) string {
	body, _ := r.json.(map[string]any)
	if e, ok := body["error"].(map[string]any); ok {
		return fmt.Sprintf("%v %v", e["id"], e["reason"])
	}
	ui, _ := body["ui"].(map[string]any)
	if messages, ok := ui["messages"].([]any); ok {
		return "[" + messageNumbers(messages) + "]"
	}
	return r.header.Get("Location")
}

// bodyKind describes a body.
func bodyKind(r *reply, value any) string {
	switch {
	case r.body == "":
		return "empty"
	case value != nil:
		return "JSON"
	}
	return "text"
}

// comparison collects differences.
type comparison struct {
	*rewriter
	differences []string
}

func (c *comparison) differ(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

// exact are the members whose values have to be equal.
var exact = []string{
	"group", "type", "required", "disabled", "autocomplete", "node_type", "name", "pattern", "maxlength", "onclickTrigger", "method", "aal",
	"authenticator_assurance_level", "active", "state", "via", "verified", "status", "code", "requested_aal", "refresh", "action", "schema_id", "template_type",
	"channel", "send_count", "version", "identity_state", "organization_id", "property", "number",
}

// opaqueMembers are those whose contents are the user's or the text of the server.
var opaqueMembers = []string{"traits", "metadata_public", "metadata_admin", "transient_payload"}

// values compares two values of JSON. The member is the last name in the path.
func (c *comparison) values(path, member string, r, a any) {
	if kindOf(r) != kindOf(a) {
		c.differ("member %s %s≠%s", path, kindOf(r), kindOf(a))
		return
	}
	switch r := r.(type) {
	case map[string]any:
		c.objects(path, member, r, a.(map[string]any))
	case []any:
		c.lists(path, member, r, a.([]any))
	default:
		if r == a || !isExact(path, member) || member == "code" && kindOf(r) == "string" {
			return
		}
		c.differ("member %s %v≠%v", path, r, a)
	}
}

// isExact reports whether values of a member have to be equal.
func isExact(path, member string) bool {
	if strings.HasSuffix(path, "ui.action") || strings.HasSuffix(path, "script.id") {
		return false
	}
	return slices.Contains(exact, member)
}

// kindOf returns the type of a JSON value.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "list"
	}
	return "object"
}

// objects compares the members of two objects.
func (c *comparison) objects(path, member string, r, a map[string]any) {
	if slices.Contains(opaqueMembers, member) {
		return
	}
	if _, ok := r["text"]; ok && kindOf(r["id"]) == "number" && r["id"] != a["id"] {
		c.differ("message %s %v≠%v", path, number(r["id"]), number(a["id"]))
	}
	if member == "error" && r["id"] != a["id"] {
		c.differ("error id %v≠%v", r["id"], a["id"])
	}
	names := map[string]bool{}
	for name := range r {
		names[name] = true
	}
	for name := range a {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		below := strings.TrimPrefix(path+"."+name, ".")
		_, inR := r[name]
		_, inA := a[name]
		switch {
		case !inA && name == "autocomplete" && r[name] == "username webauthn": // of the passkeys of the recorded servers
		case !inA:
			c.differ("member %s missing", below)
		case !inR:
			c.differ("member %s extra", below)
		case name == "nodes" && kindOf(r[name]) == "list" && kindOf(a[name]) == "list":
			c.nodes(below, r[name].([]any), a[name].([]any))
		case name == "messages" && kindOf(r[name]) == "list" && kindOf(a[name]) == "list":
			if rm, am := messageNumbers(r[name]), messageNumbers(a[name]); rm != am {
				c.differ("messages %s [%s]≠[%s]", below, rm, am)
				continue
			}
			c.values(below, name, r[name], a[name])
		default:
			c.values(below, name, r[name], a[name])
		}
	}
}

// number formats the number of a message.
func number(value any) string {
	if n, ok := value.(float64); ok {
		return strconv.Itoa(int(n))
	}
	return "none"
}

// messageNumbers returns the numbers of a list of messages.
func messageNumbers(messages any) string {
	var numbers []string
	for _, m := range messages.([]any) {
		object, _ := m.(map[string]any)
		numbers = append(numbers, number(object["id"]))
	}
	return strings.Join(numbers, " ")
}

// lists compares two lists. Those of identities, sessions, messages, and of addresses have the
// elements of other scenarios too: only elements of the same thing are compared.
func (c *comparison) lists(path, member string, r, a []any) {
	if path != "" && len(r) != len(a) {
		c.differ("member %s length %d≠%d", path, len(r), len(a))
	}
	if len(r) > 0 && elementKey(r[0])+elementID(r[0]) != "" {
		pairs := c.align(r, a)
		if len(pairs) < len(r) && path != "" || len(pairs) == 0 && len(r) != len(a) {
			c.differ("member %s: %d of %d elements", path, len(pairs), len(r))
		}
		for _, pair := range pairs {
			c.values(path+"[]", member, pair[0], pair[1])
		}
		return
	}
	for i := range min(len(r), len(a)) {
		c.values(fmt.Sprintf("%s[%d]", path, i), member, r[i], a[i])
	}
}

// nodes compares the nodes of two forms, without those of the methods that are out of scope.
func (c *comparison) nodes(path string, r, a []any) {
	r, a = nodesInScope(r), nodesInScope(a)
	names := func(nodes []any) (names []string) {
		for _, n := range nodes {
			names = append(names, nodeName(n))
		}
		return names
	}
	if rn, an := names(r), names(a); !slices.Equal(rn, an) {
		c.differ("nodes %s %q≠%q", path, rn, an)
		return
	}
	for i := range r {
		c.values(path+"["+nodeName(r[i])+"]", "", r[i], a[i])
	}
}

// nodesInScope returns the nodes without those of the methods that are out of scope.
func nodesInScope(nodes []any) []any {
	return slices.DeleteFunc(slices.Clone(nodes), func(n any) bool {
		object, _ := n.(map[string]any)
		group, _ := object["group"].(string)
		return slices.Contains([]string{"oidc", "passkey", "webauthn", "saml"}, group)
	})
}

// nodeName returns the group of a node, and its name or id, and the value of a button.
func nodeName(n any) string {
	object, _ := n.(map[string]any)
	attributes, _ := object["attributes"].(map[string]any)
	text := fmt.Sprint(object["group"])
	for _, name := range []string{"name", "id"} {
		if value, ok := attributes[name].(string); ok {
			text += " " + value
		}
	}
	if attributes["type"] == "submit" {
		text += fmt.Sprintf("=%v", attributes["value"])
	}
	return text
}
