package bulk

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/transport"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Mapping says what the columns of a CSV file become, by the names in its first line. Other columns
// are ignored, and so are empty values.
type Mapping map[string]Column

// Column is what becomes of the values of a column, such as [Trait].
type Column struct{ set func(*row, string) error }

// row is a record in the making.
type row struct {
	Record
	traits, public, admin map[string]any
	verified              []string // traits
}

// Trait is a trait with a string. A name with dots, such as "name.first", is that of a nested
// member.
func Trait(name string) Column {
	return Column{func(r *row, value string) error { return setMember(r.traits, name, value) }}
}

// TraitJSON is a trait with a value in JSON, such as a number or true.
func TraitJSON(name string) Column {
	return Column{func(r *row, value string) error {
		if !json.Valid([]byte(value)) {
			return errors.New("the value is not JSON")
		}
		return setMember(r.traits, name, json.RawMessage(value))
	}}
}

// Verified says whether the email address or phone number of a trait is verified: true, false, yes,
// no, 1 or 0. A phone number begins with +.
func Verified(trait string) Column {
	return Column{func(r *row, value string) error {
		switch strings.ToLower(value) {
		case "true", "yes", "1":
			r.verified = append(r.verified, trait)
		case "false", "no", "0":
		default:
			return errors.New("the value is not true, false, yes, no, 1 or 0")
		}
		return nil
	}}
}

// PasswordHash is a hash in a format that [kratos.HashedPassword] accepts.
func PasswordHash() Column {
	return Column{func(r *row, value string) error {
		r.Identity.Credentials.Password.Config.HashedPassword = value
		return nil
	}}
}

// Password is a password in plaintext: see [Hash].
func Password() Column {
	return Column{func(r *row, value string) error {
		r.Identity.Credentials.Password.Config.Password = value
		return nil
	}}
}

// OIDCSubject is the sub claim of the account at the OpenID Connect provider with this id.
func OIDCSubject(provider string) Column {
	return Column{func(r *row, value string) error {
		kratos.OIDCLink(provider, value)(&r.Identity.Credentials)
		return nil
	}}
}

// MetadataPublic is a string in the metadata that the person can read.
func MetadataPublic(name string) Column {
	return Column{func(r *row, value string) error { return setMember(r.public, name, value) }}
}

// MetadataAdmin is a string in the metadata that only administrators can read.
func MetadataAdmin(name string) Column {
	return Column{func(r *row, value string) error { return setMember(r.admin, name, value) }}
}

// Reference is the id in the other system: the Ref of a [Record].
func Reference() Column {
	return Column{func(r *row, value string) error { r.Ref = value; return nil }}
}

// ExternalID is the external id of the identity.
func ExternalID() Column {
	return Column{func(r *row, value string) error { r.Identity.ExternalID = value; return nil }}
}

// State is "active" or "inactive".
func State() Column {
	return Column{func(r *row, value string) error {
		r.Identity.State = kratos.IdentityState(value)
		if r.Identity.State != kratos.IdentityStateActive && r.Identity.State != kratos.IdentityStateInactive {
			return errors.New("the value is not active or inactive")
		}
		return nil
	}}
}

// SchemaID is the id of the identity schema.
func SchemaID() Column {
	return Column{func(r *row, value string) error { r.Identity.SchemaID = value; return nil }}
}

// setMember sets a member of an object by its name with dots.
func setMember(object map[string]any, name string, value any) error {
	for {
		first, rest, nested := strings.Cut(name, ".")
		if !nested {
			object[first] = value
			return nil
		}
		if object[first] == nil {
			object[first] = map[string]any{}
		}
		inner, ok := object[first].(map[string]any)
		if !ok {
			return errors.New("two columns are the same member")
		}
		object, name = inner, rest
	}
}

// maxRow is the number of bytes of a row. A quote that is not closed makes the rest of a file one
// row.
const maxRow = 10 << 20

// CSV reads identities from a file with comma-separated values ([RFC 4180]), whose first line has
// the names of the columns. A byte order mark is ignored. Line is that at which a row begins.
//
// [RFC 4180]: https://www.rfc-editor.org/rfc/rfc4180
func CSV(r io.Reader, mapping Mapping) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		limited := &transport.LimitedReader{R: openText(r), Left: maxRow}
		rows := csv.NewReader(limited)
		rows.FieldsPerRecord, rows.ReuseRecord = -1, true
		columns, err := readHeader(rows, mapping)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for {
			limited.Left = maxRow
			values, err := rows.Read()
			var syntax *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return
			case limited.Err != nil:
				yield(Record{}, errors.New("kratos: CSV: a row is longer than 10 MiB (is a quote not closed?), or the file cannot be read"))
				return
			case errors.As(err, &syntax):
				err = fmt.Errorf("kratos: CSV: line %d: %w", syntax.Line, syntax.Err)
				if !yield(Record{Line: syntax.StartLine}, err) {
					return
				}
				continue
			case err != nil:
				yield(Record{}, err)
				return
			}
			line, _ := rows.FieldPos(0)
			if !yield(columns.record(line, values)) {
				return
			}
		}
	}
}

// columns are those of a file, with a zero Column for those that are ignored.
type columns struct {
	names  []string
	values []Column
}

func readHeader(rows *csv.Reader, mapping Mapping) (columns, error) {
	header, err := rows.Read()
	switch {
	case errors.Is(err, errGzip), errors.Is(err, errUTF16):
		return columns{}, fmt.Errorf("kratos: CSV: %w", err)
	case err != nil:
		return columns{}, errors.New("kratos: CSV: the file has no first line with the names of the columns")
	}
	c := columns{names: slices.Clone(header)}
	for i, name := range c.names {
		c.names[i] = strings.TrimSpace(name)
		c.values = append(c.values, mapping[c.names[i]])
	}
	for _, name := range slices.Sorted(maps.Keys(mapping)) {
		if !slices.Contains(c.names, name) {
			return columns{}, fmt.Errorf("kratos: CSV: %w: the file has no column %q", kratos.ErrInvalidArgument, name)
		}
	}
	return c, nil
}

// record returns the record of a row.
func (c columns) record(line int, values []string) (Record, error) {
	r := row{Record: Record{Line: line}, traits: map[string]any{}, public: map[string]any{}, admin: map[string]any{}}
	if len(values) != len(c.names) {
		return r.Record, fmt.Errorf("kratos: CSV: the row has %d values, and the first line %d", len(values), len(c.names))
	}
	for i, value := range values {
		if c.values[i].set == nil || value == "" {
			continue
		}
		if err := c.values[i].set(&r, strings.Clone(value)); err != nil {
			return r.Record, fmt.Errorf("kratos: CSV: column %q: %w", c.names[i], err)
		}
	}
	return r.finish()
}

// finish returns the record of a row whose values are set.
func (r *row) finish() (Record, error) {
	r.Identity.Traits = r.traits
	if len(r.public) > 0 {
		r.Identity.MetadataPublic = r.public
	}
	if len(r.admin) > 0 {
		r.Identity.MetadataAdmin = r.admin
	}
	for _, name := range r.verified {
		address, _ := member(r.traits, name).(string)
		if address == "" {
			return r.Record, fmt.Errorf("kratos: CSV: the trait %q is verified and has no value", name)
		}
		via := kratos.AddressChannelEmail
		if strings.HasPrefix(address, "+") {
			via = kratos.AddressChannelSMS
		}
		r.Identity.VerifiableAddresses = append(r.Identity.VerifiableAddresses, kratos.VerifiableAddress{Value: address, Via: via, Verified: true, Status: kratos.AddressStatusCompleted})
	}
	return r.Record, nil
}

// member returns the member of an object by its name with dots, or nil.
func member(object map[string]any, name string) any {
	first, rest, nested := strings.Cut(name, ".")
	if !nested {
		return object[first]
	}
	inner, _ := object[first].(map[string]any)
	return member(inner, rest)
}
