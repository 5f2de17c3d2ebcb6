package kratos

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// Form is the form of a flow. A template of html/template takes it as it is.
//
//	Action, Method string; Messages []Message; UIContainer.Nodes []UINode
type Form struct{ gen.UIContainer }

// Form returns the flow's form.
func (f *LoginFlow) Form() Form { return Form{f.UI} }

// Form returns the flow's form.
func (f *RegistrationFlow) Form() Form { return Form{f.UI} }

// Form returns the flow's form.
func (f *SettingsFlow) Form() Form { return Form{f.UI} }

// Form returns the flow's form.
func (f *RecoveryFlow) Form() Form { return Form{f.UI} }

// Form returns the flow's form.
func (f *VerificationFlow) Form() Form { return Form{f.UI} }

// HasErrors reports whether Kratos refused what was entered.
func (f Form) HasErrors() bool {
	for range f.errors() {
		return true
	}
	return false
}

// FieldErrors returns the errors by the name of the field ("traits.email").
func (f Form) FieldErrors() map[string][]Message {
	errs := map[string][]Message{}
	for field, m := range f.errors() {
		if field != "" {
			errs[field] = append(errs[field], m)
		}
	}
	return errs
}

// Value returns the value of an input as in [Node].Value, or "".
func (f Form) Value(name string) string {
	if n := f.input(name); n != nil {
		return valueText(n.Attributes.Value)
	}
	return ""
}

// Providers returns provider ids by button: "provider", "link" or "unlink".
func (f Form) Providers(button string) []string {
	var ids []string
	for _, n := range f.UIContainer.Nodes {
		if (n.Group == UINodeGroupOIDC || n.Group == UINodeGroupSAML) && n.Attributes.Name == button {
			ids = append(ids, valueText(n.Attributes.Value))
		}
	}
	return ids
}

// TOTPSecret returns the secret for an authenticator app in settings, or "".
func (f Form) TOTPSecret() string {
	for _, n := range f.UIContainer.Nodes {
		if n.Attributes.ID == "totp_secret_key" && n.Attributes.Text != nil {
			var context struct {
				Secret string `json:"secret"`
			}
			_ = json.Unmarshal(n.Attributes.Text.Context, &context)
			return context.Secret
		}
	}
	return ""
}

// TOTPQR returns the data URL of the QR code of [Form.TOTPSecret], or "".
func (f Form) TOTPQR() string {
	for _, n := range f.UIContainer.Nodes {
		if n.Attributes.ID == "totp_qr" {
			return n.Attributes.Src
		}
	}
	return ""
}

// LookupSecretCodes returns the unused backup codes that settings show: secrets.
func (f Form) LookupSecretCodes() []string {
	var codes []string
	for _, n := range f.UIContainer.Nodes {
		if n.Attributes.ID != "lookup_secret_codes" || n.Attributes.Text == nil {
			continue
		}
		var context struct {
			Secrets []Message `json:"secrets"`
		}
		_ = json.Unmarshal(n.Attributes.Text.Context, &context)
		for _, m := range context.Secrets {
			if m.ID == MessageLookupCode {
				codes = append(codes, m.Text)
			}
		}
	}
	return codes
}

// errors yields the messages that are errors, each with the name of its field, or "" if it belongs
// to none.
func (f Form) errors() iter.Seq2[string, Message] {
	return func(yield func(string, Message) bool) {
		for _, m := range f.Messages {
			if m.Type == UITextTypeError && !yield("", m) {
				return
			}
		}
		for _, n := range f.UIContainer.Nodes {
			for _, m := range n.Messages {
				if m.Type == UITextTypeError && !yield(n.Attributes.Name, m) {
					return
				}
			}
		}
	}
}

// hasMessage reports whether the form has a message with this id.
func (f Form) hasMessage(id int) bool {
	return slices.ContainsFunc(f.Messages, func(m Message) bool { return m.ID == id })
}

// errorIDs lists the ids of the messages that are errors, each with the name of its field:
// "4000006, password 4000002".
func (f Form) errorIDs() string {
	var ids []string
	for field, m := range f.errors() {
		ids = append(ids, strings.TrimSpace(sanitize(field)+" "+strconv.Itoa(m.ID)))
	}
	return strings.Join(ids, ", ")
}

// valueText returns a JSON value as text: the content of a string, other JSON as it is, "" for null.
func valueText(value json.RawMessage) string {
	if len(value) == 0 || string(value) == "null" {
		return ""
	}
	if s, ok := plainString(value); ok {
		return s
	}
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}

// plainString returns the content of a JSON string of printable ASCII without escapes. Most values
// of nodes are like this, and encoding/json takes several times as long.
func plainString(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return "", false
	}
	value = value[1 : len(value)-1]
	for _, c := range value {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return "", false
		}
	}
	return string(value), true
}
