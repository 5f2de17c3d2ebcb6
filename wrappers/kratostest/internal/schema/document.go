package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// keywords are the keywords of a subschema that the JSON Schema library does not keep.
type keywords struct {
	names  []string // the properties, in the order of the file
	types  []string // as they are written
	format string
	config *extension
}

// extension is the value of the [keyword] "ory.sh/kratos".
//
// [keyword]: https://www.ory.sh/docs/kratos/manage-identities/customize-identity-schema
type extension struct {
	Credentials struct {
		Password struct {
			Identifier bool `json:"identifier"`
		} `json:"password"`
		WebAuthn struct {
			Identifier bool `json:"identifier"`
		} `json:"webauthn"`
		Passkey struct {
			DisplayName bool `json:"display_name"`
		} `json:"passkey"`
		TOTP struct {
			AccountName bool `json:"account_name"`
		} `json:"totp"`
		Code struct {
			Identifier bool   `json:"identifier"`
			Via        string `json:"via"`
		} `json:"code"`
	} `json:"credentials"`
	Verification struct {
		Via string `json:"via"`
	} `json:"verification"`
	Recovery struct {
		Via string `json:"via"`
	} `json:"recovery"`
}

const extensionKeyword = "ory.sh/kratos"

// check returns an error if codes cannot be sent on a channel.
func (e *extension) check() error {
	via := map[string]string{"verification": e.Verification.Via, "recovery": e.Recovery.Via}
	if e.Credentials.Code.Identifier {
		via["credentials.code"] = e.Credentials.Code.Via
		if via["credentials.code"] == "" {
			return errors.New(extensionKeyword + ": credentials.code.via is missing")
		}
	}
	for name, channel := range via {
		if channel != "" && channel != viaEmail && channel != viaSMS {
			return fmt.Errorf("%s: %s.via is %q, not email or sms", extensionKeyword, name, channel)
		}
	}
	return nil
}

// identifies reports whether the value is an identifier of the user, for a label.
func (e *extension) identifies() bool {
	c := e.Credentials
	return c.Password.Identifier || c.WebAuthn.Identifier || c.Code.Identifier || c.Passkey.DisplayName || c.TOTP.AccountName
}

// schemaDocument is the JSON of a schema, with what the JSON Schema library does not keep of it.
type schemaDocument struct {
	value    any
	keywords map[string]*keywords // by the location of an object
	labels   []string             // titles of identifiers
}

func readDocument(data []byte) (*schemaDocument, error) {
	d := &schemaDocument{keywords: map[string]*keywords{}}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	value, _, err := d.read(dec, location+"#")
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has more than one JSON value")
	}
	d.value = value
	return d, nil
}

// read returns the next value, and the names of its members in their order.
func (d *schemaDocument) read(dec *json.Decoder, at string) (any, []string, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, nil, fmt.Errorf("it is not valid JSON: %w", err)
	}
	switch token {
	case json.Delim('{'):
		return d.readObject(dec, at)
	case json.Delim('['):
		list, err := d.readList(dec, at)
		return list, nil, err
	}
	return token, nil, nil
}

func (d *schemaDocument) readList(dec *json.Decoder, at string) (any, error) {
	list := []any{}
	for dec.More() {
		item, _, err := d.read(dec, at+"/"+strconv.Itoa(len(list)))
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := dec.Token()
	return list, err
}

func (d *schemaDocument) readObject(dec *json.Decoder, at string) (any, []string, error) {
	object, k := map[string]any{}, &keywords{}
	var names []string
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("it is not valid JSON: %w", err)
		}
		name, _ := token.(string)
		value, members, err := d.read(dec, at+"/"+escape(name))
		if err != nil {
			return nil, nil, err
		}
		if name == "properties" {
			k.names = members
		}
		if _, twice := object[name]; !twice {
			names = append(names, name)
		}
		object[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil, fmt.Errorf("it is not valid JSON: %w", err)
	}
	return object, names, d.keep(at, object, k)
}

// escape returns a name as the JSON Schema library has it in the location of a subschema.
func escape(name string) string {
	return url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1"))
}

// keep adds the keywords of an object, which may be a subschema.
func (d *schemaDocument) keep(at string, object map[string]any, k *keywords) error {
	switch types := object["type"].(type) {
	case string:
		k.types = []string{types}
	case []any:
		for _, t := range types {
			name, _ := t.(string)
			k.types = append(k.types, name)
		}
	}
	k.format, _ = object["format"].(string)
	d.keywords[at] = k
	config, ok := object[extensionKeyword].(map[string]any)
	if !ok {
		return nil
	}
	data, err := json.Marshal(config)
	if err != nil {
		return err
	}
	k.config = &extension{}
	if json.Unmarshal(data, k.config) != nil {
		return fmt.Errorf("a member of %s has another type", extensionKeyword)
	}
	if title, _ := object["title"].(string); title != "" && k.config.identifies() {
		d.labels = append(d.labels, title)
	}
	return k.config.check()
}

// order returns the names of fields in the order of the properties; names in lists and other
// subschemas are not among them.
func (d *schemaDocument) order() []string { return d.appendOrder(nil, location+"#", "") }

func (d *schemaDocument) appendOrder(order []string, at, name string) []string {
	k := d.keywords[at]
	if k == nil || !slices.Equal(k.types, []string{"object"}) {
		return append(order, name)
	}
	for _, property := range k.names {
		order = d.appendOrder(order, at+"/properties/"+escape(property), join(name, property))
	}
	return order
}

// join returns the name of the field of a member.
func join(name, member string) string {
	member = strings.ReplaceAll(member, ".", `\.`)
	if name == "" {
		return member
	}
	return name + "." + member
}

// decode decodes JSON with numbers as they are written.
func decode(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return v, nil
}
