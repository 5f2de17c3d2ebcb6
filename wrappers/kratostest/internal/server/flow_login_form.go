package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// fillLogin makes the first form of a login flow that replaces an expired one.
func (c *call) fillLogin(f *flow) { _ = c.fillLoginFor(f, nil) } // fails for second factors alone

// fillLoginFor makes the first form of a login flow. The session is nil for a person who is not
// logged in.
func (c *call) fillLoginFor(f *flow, s *session) *apiError {
	switch {
	case isUUID(f.Parameters.Get("organization")): // people of an organization log in with its provider
	case f.RequestedAAL == "aal2":
		if e := c.fillSecondFactor(f, s.Identity); e != nil {
			return e
		}
	case f.Refresh:
		c.fillRefresh(f, s.Identity)
	case c.config.IdentifierFirst:
		c.fillIdentifier(f)
	default:
		c.fillFirstFactor(f)
	}
	if f.Refresh {
		f.UI.say(kratos.MessageLoginAgain)
	}
	if s != nil && f.RequestedAAL > s.AAL {
		f.UI.say(kratos.MessageLoginSecondFactor)
	}
	c.sortLogin(f)
	if f.Type == "browser" {
		c.putCSRF(f)
	}
	if len(f.UI.Nodes) == 0 {
		f.UI.Nodes = nil // Kratos encodes a form without fields as null
	}
	return nil
}

// fillFirstFactor adds all first factors.
func (c *call) fillFirstFactor(f *flow) {
	if c.enabled("password") {
		f.UI.put(c.identifierNode(f, "default"))
		c.putCSRF(f)
		c.addPassword(f, kratos.MessageLoginPassword)
	}
	c.addCodeButton(f)
}

// addCodeButton adds the identifier and the button of codes, if they are a first factor.
func (c *call) addCodeButton(f *flow) {
	if !c.enabled("code") || !c.config.PasswordlessCode {
		return
	}
	f.UI.put(c.identifierNode(f, "default"))
	f.UI.add(submitButton("code", "method", "code", kratos.MessageLoginSendCode))
}

// fillRefresh adds the first factors of a person who authenticates again.
func (c *call) fillRefresh(f *flow, i *identity) {
	credential := i.Credentials["password"]
	if c.enabled("password") && credential != nil && len(credential.Identifiers) > 0 && (credential.Password != "" || credential.Hash != "") {
		c.putCSRF(f)
		f.UI.put(input("default", "identifier", "hidden", credential.Identifiers[0]))
		c.addPassword(f, kratos.MessageLogin)
	}
	c.addCodeButton(f)
}

// fillIdentifier adds the field of the identifier alone.
func (c *call) fillIdentifier(f *flow) {
	n := c.identifierNode(f, "identifier_first")
	if c.since("v1.3.6") {
		n.autocomplete("username webauthn")
	}
	c.putCSRF(f)
	f.UI.put(n)
	f.UI.add(submitButton("identifier_first", "method", "identifier_first", kratos.MessageLabelContinue))
}

// addPassword adds the password and its button.
func (c *call) addPassword(f *flow, label int64) {
	f.UI.put(input("password", "password", "password", nil).required().autocomplete("current-password").label(kratos.MessageLabelPassword))
	f.UI.add(submitButton("password", "method", "password", label))
}

// identifierNode returns the field of the identifier. Its label is that of the only identifier in
// the identity schema.
func (c *call) identifierNode(f *flow, group string) *node {
	n := input(group, "identifier", "text", "").required()
	identitySchema := c.loginSchema(f)
	i := slices.IndexFunc(identitySchema.Fields(), func(field schema.Field) bool {
		return field.Title != "" && field.Title == identitySchema.Label
	})
	if i < 0 {
		return n.label(kratos.MessageLabelID)
	}
	return n.label(kratos.MessageLabelTrait, c.titleContext(identitySchema.Fields()[i])...)
}

// loginSchema returns the identity schema that the fields of a flow are from.
func (c *call) loginSchema(f *flow) *schema.Schema {
	if wanted := c.schema(f.Parameters.Get("identity_schema")); wanted != nil && c.since("v25.4.0") {
		return wanted
	}
	return c.schema("")
}

// fillSecondFactor adds the second factors of a person.
func (c *call) fillSecondFactor(f *flow, i *identity) *apiError {
	if c.enabled("code") && c.config.SecondFactorCode {
		if e := c.addAddresses(f, i); e != nil {
			return e
		}
	}
	if c.enabled("totp") && i.Credentials["totp"] != nil {
		c.putCSRF(f)
		f.UI.put(input("totp", "totp_code", "text", "").required().label(kratos.MessageLoginTOTPLabel))
		f.UI.add(submitButton("totp", "method", "totp", kratos.MessageLoginTOTPButton))
	}
	if c.enabled("lookup_secret") && i.Credentials["lookup_secret"] != nil {
		c.putCSRF(f)
		f.UI.put(input("lookup_secret", "lookup_secret", "text", "").required().label(kratos.MessageLoginLookupLabel))
		f.UI.add(submitButton("lookup_secret", "method", "lookup_secret", kratos.MessageLoginLookupButton))
	}
	return nil
}

// addAddresses adds a button for each address that a code can be sent to, or for that in the trait
// that the parameter via names.
func (c *call) addAddresses(f *flow, i *identity) *apiError {
	var addresses []string
	if credential := i.Credentials["code"]; credential != nil {
		addresses = credential.Identifiers
	}
	if via := f.Parameters.Get("via"); via != "" {
		value := normalize(traitText(i.Traits, via))
		switch {
		case value == "":
			return newError(http.StatusBadRequest, "The trait that the query parameter via names has no value.")
		case len(addresses) > 0 && !slices.Contains(addresses, value):
			return newError(http.StatusBadRequest, "The trait that the query parameter via names is not an address for codes.")
		case len(addresses) > 0:
			addresses = []string{value}
		}
	}
	channels := c.codeChannels(i)
	for _, address := range addresses {
		f.UI.add(submitButton("code", "address", address, kratos.MessageLoginCodeAddress, "address", address, "channel", channels[address]))
	}
	if f.Type == "browser" {
		c.putCSRF(f)
	}
	return nil
}

// codeChannels returns the channel, "email" or "sms", of each address that a code can be sent to.
func (c *call) codeChannels(i *identity) map[string]string {
	return c.schema(i.SchemaID).Read(i.Traits).CodeVia
}

// traitText returns the text of a trait by its path with dots, or "".
func traitText(traits json.RawMessage, path string) string {
	var value any
	if json.Unmarshal(traits, &value) != nil {
		return ""
	}
	for _, name := range strings.Split(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	text, _ := value.(string)
	return text
}

// sortLogin sorts the form of a login: by groups, and within a group the CSRF token, the identifier
// and the password first, the buttons "method" last, and others by their values.
func (s *Server) sortLogin(f *flow) {
	groups := []string{"default", "code", "password", "totp", "lookup_secret"}
	order := []string{"csrf_token", "identifier", "password"}
	nodes := f.UI.Nodes
	group := func(n *node) int { return slices.Index(groups, n.Group) }
	sort.SliceStable(nodes, func(i, j int) bool { return group(nodes[i]) < group(nodes[j]) })
	sort.SliceStable(nodes, func(i, j int) bool {
		a, b := nodes[i], nodes[j]
		if a.Group != b.Group && !s.mixed(a, b) {
			return false
		}
		if pa, pb := position(a, order), position(b, order); pa != pb {
			return pa < pb
		}
		return fmt.Sprint(a.Attributes.Value) < fmt.Sprint(b.Attributes.Value)
	})
}
