package server

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"slices"
	"sort"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// addSettings makes a new flow one of the settings of a session, and keeps it.
func (c *call) addSettings(f *flow, s *session) {
	f.Identity, f.Session = s.Identity, s
	c.abandonPaused()
	c.fillSettings(f)
	c.flows[f.ID] = f
}

// fillSettings makes the first form of a settings flow.
func (c *call) fillSettings(f *flow) {
	f.State = "show_form"
	c.addCSRF(f)
	for _, method := range c.settingsMethods() {
		if !c.enabled(method) {
			continue
		}
		switch method {
		case "profile":
			c.addProfileFields(f)
		case "password":
			f.UI.add(
				input("password", "password", "password", nil).required().autocomplete("new-password").label(kratos.MessageLabelPassword),
				submitButton("password", "method", "password", kratos.MessageLabelSave),
			)
		case "totp":
			c.addTOTPFields(f)
		case "lookup_secret":
			addLookupFields(f)
		}
	}
	c.sortSettings(&f.UI, f.Identity)
}

func (c *call) addProfileFields(f *flow) {
	f.UI.add(c.traitNodes(c.schema(f.Identity.SchemaID), "profile")...)
	f.UI.setTraits(f.Identity.Traits)
	f.UI.add(submitButton("profile", "method", "profile", kratos.MessageLabelSave))
}

// addTOTPFields adds the fields to add an authenticator app, or to remove that which there is.
func (c *call) addTOTPFields(f *flow) {
	if f.Identity.Credentials["totp"] != nil {
		f.UI.add(submitButton("totp", "totp_unlink", "true", kratos.MessageSettingsUnlinkTOTP).required())
		return
	}
	key := c.newTOTPKey(f.Identity)
	f.TOTPURL = key.URL()
	f.UI.add(
		imageNode("totp", "totp_qr", key).label(kratos.MessageSettingsTOTPImage),
		textNode("totp", "totp_secret_key", message.New(kratos.MessageSettingsTOTPSecret, "secret", key.Secret())).label(kratos.MessageSettingsTOTPSecretLabel),
		input("totp", "totp_code", "text", nil).required().label(kratos.MessageLabelVerifyCode),
		submitButton("totp", "method", "totp", kratos.MessageLabelSave),
	)
}

// newTOTPKey returns a key for an authenticator app.
func (s *Server) newTOTPKey(i *identity) *otp.Key {
	account := s.schema(i.SchemaID).Read(i.Traits).TOTPAccount
	if account == "" {
		account = i.ID
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "kratostest", AccountName: account, SecretSize: 20})
	if err != nil {
		panic("kratostest: cannot make a key: " + err.Error()) // the issuer and the account are not empty
	}
	return key
}

// imageNode returns an image of a key as a QR code.
func imageNode(group, id string, key *otp.Key) *node {
	const size = 256
	var encoded bytes.Buffer
	if image, err := key.Image(size/2, size/2); err == nil { // enough for a camera, and faster
		_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&encoded, image) // a buffer takes all
	}
	return &node{
		Type: "img", Group: group, Messages: []message.Message{},
		Attributes: attributes{
			ID: id, Src: "data:image/png;base64," + base64.StdEncoding.EncodeToString(encoded.Bytes()), Width: size, Height: size, NodeType: "img",
		},
	}
}

// textNode returns a text.
func textNode(group, id string, text message.Message) *node {
	return &node{Type: "text", Group: group, Messages: []message.Message{}, Attributes: attributes{ID: id, Text: &text, NodeType: "text"}}
}

// settingsGroups are the groups of the form in their order, and settingsOrder that of the fields
// after those of traits.
var (
	settingsGroups = []string{"default", "profile", "password", "lookup_secret", "totp"}
	settingsOrder  = []string{
		"lookup_secret_reveal", "lookup_secret_regenerate", "lookup_secret_codes", "lookup_secret_confirm",
		"totp_qr", "totp_secret_key", "totp_unlink", "totp_code",
	}
)

// sortSettings sorts a form by groups, and within a group by the order of fields.
func (s *Server) sortSettings(u *ui, i *identity) {
	var order []string
	for _, field := range s.schema(i.SchemaID).Fields() {
		order = append(order, field.Name)
	}
	order = append(order, settingsOrder...)
	sort.SliceStable(u.Nodes, func(i, j int) bool {
		a, b := u.Nodes[i], u.Nodes[j]
		if a.Group != b.Group {
			return slices.Index(settingsGroups, a.Group) < slices.Index(settingsGroups, b.Group)
		}
		if pa, pb := position(a, order), position(b, order); pa != pb {
			return pa < pb
		}
		return fmt.Sprint(a.Attributes.Value) < fmt.Sprint(b.Attributes.Value)
	})
}
