package server

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// parseSchema parses an identity schema. Schemas are parsed once in a process.
func parseSchema(source IdentitySchema) (*schema.Schema, error) {
	if known, ok := parsedSchemas.Load(source); ok {
		return known.(*schema.Schema), nil
	}
	parsed, err := schema.Parse(source.ID, []byte(source.JSON))
	if err != nil {
		return nil, err
	}
	parsedSchemas.Store(source, parsed)
	return parsed, nil
}

// newIdentity returns an identity that is not stored, with addresses and identifiers from its
// traits.
func (s *Server) newIdentity(schemaID string, traits json.RawMessage) *identity {
	now := s.now()
	i := &identity{
		ID: newID(), SchemaID: schemaID, State: "active", StateChangedAt: now, Traits: traits, Credentials: map[string]*credential{},
		CreatedAt: now, UpdatedAt: now,
	}
	s.readTraits(i)
	return i
}

// readTraits makes the addresses and the identifiers of an identity those of its traits. What was
// there stays as it is.
func (s *Server) readTraits(i *identity) {
	now := s.now()
	contents := s.schema(i.SchemaID).Read(i.Traits)
	var verifiable []*verifiableAddress
	for _, a := range contents.Verifiable {
		index := slices.IndexFunc(i.Verifiable, func(old *verifiableAddress) bool { return old.Value == a.Value && old.Via == a.Via })
		if index >= 0 {
			verifiable = append(verifiable, i.Verifiable[index])
			continue
		}
		verifiable = append(verifiable, &verifiableAddress{ID: newID(), Value: a.Value, Via: a.Via, Status: "pending", CreatedAt: now, UpdatedAt: now})
	}
	var recovery []*recoveryAddress
	for _, a := range contents.Recovery {
		index := slices.IndexFunc(i.Recovery, func(old *recoveryAddress) bool { return old.Value == a.Value && old.Via == a.Via })
		if index >= 0 {
			recovery = append(recovery, i.Recovery[index])
			continue
		}
		recovery = append(recovery, &recoveryAddress{ID: newID(), Value: a.Value, Via: a.Via, CreatedAt: now, UpdatedAt: now})
	}
	i.Verifiable, i.Recovery = verifiable, recovery
	for kind, identifiers := range contents.Identifiers {
		i.credential(s, kind).Identifiers = identifiers
	}
}

// credential returns the credential of a type, which it creates if there is none.
func (i *identity) credential(s *Server, kind string) *credential {
	c := i.Credentials[kind]
	if c == nil {
		now := s.now()
		c = &credential{Type: kind, CreatedAt: now, UpdatedAt: now}
		i.Credentials[kind] = c
	}
	return c
}

// taken reports whether another identity has an identifier or an address of an identity.
func (s *Server) taken(i *identity) bool {
	other, _ := s.conflict(i)
	return other != nil
}

// conflict returns the other identity that has an identifier or an address of an identity, and which
// one, or nil.
func (s *Server) conflict(i *identity) (other *identity, value string) {
	for _, other := range s.identities {
		if other.ID == i.ID {
			continue
		}
		if value, ok := i.shares(other); ok {
			return other, value
		}
	}
	return nil, ""
}

// shares returns an identifier, external id or address that two identities have.
func (i *identity) shares(other *identity) (value string, ok bool) {
	if i.ExternalID != "" && i.ExternalID == other.ExternalID {
		return i.ExternalID, true
	}
	for kind, c := range i.Credentials {
		theirs := other.Credentials[kind]
		if theirs == nil {
			continue
		}
		for _, identifier := range c.Identifiers {
			if slices.Contains(theirs.Identifiers, identifier) {
				return identifier, true
			}
		}
	}
	for _, a := range i.Verifiable {
		if slices.ContainsFunc(other.Verifiable, func(b *verifiableAddress) bool { return a.Value == b.Value && a.Via == b.Via }) {
			return a.Value, true
		}
	}
	for _, a := range i.Recovery {
		if slices.ContainsFunc(other.Recovery, func(b *recoveryAddress) bool { return a.Value == b.Value && a.Via == b.Via }) {
			return a.Value, true
		}
	}
	return "", false
}

// parsedSchemas are the schemas that this process has parsed, by their source.
var parsedSchemas sync.Map
