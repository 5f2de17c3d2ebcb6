package server

import (
	"encoding/json"
	"net/http"
	"slices"
)

// identityOf returns the identity that a body describes, without a check of its traits. It is not
// stored.
func (s *Server) identityOf(b *createBody) (*identity, *apiError) {
	now := s.now()
	i := &identity{
		ID: newID(), SchemaID: b.SchemaID, State: b.State, StateChangedAt: now, Traits: b.Traits, Verifiable: withoutNil(b.VerifiableAddresses),
		Recovery: withoutNil(b.RecoveryAddresses), MetadataPublic: b.MetadataPublic, MetadataAdmin: b.MetadataAdmin, Credentials: map[string]*credential{},
		CreatedAt: now, UpdatedAt: now,
	}
	switch i.State {
	case "":
		i.State = "active"
	case "active", "inactive":
	default:
		return nil, newError(http.StatusBadRequest, "The "+invalidState+".")
	}
	if i.SchemaID == "" {
		i.SchemaID = s.schema("").ID
	}
	if i.Traits == nil {
		i.Traits = json.RawMessage("{}")
	}
	if b.ExternalID != nil {
		i.ExternalID = *b.ExternalID
	}
	if json.Unmarshal(b.OrganizationID, &i.OrganizationID) != nil {
		i.OrganizationID = ""
	}
	if e := s.importCredentials(i, b.Credentials); e != nil {
		return nil, e
	}
	return i, nil
}

// withoutNil returns a list without its elements that are null.
func withoutNil[T any](list []*T) []*T {
	return slices.DeleteFunc(list, func(element *T) bool { return element == nil })
}

// importCredentials sets the credentials of a body. Those that it does not have stay.
func (s *Server) importCredentials(i *identity, imported *importedCredentials) *apiError {
	if imported == nil {
		return nil
	}
	if p := imported.Password; p != nil {
		c := i.credential(s, "password")
		if c.Hook = p.Config.UsePasswordMigrationHook; c.Hook {
			c.Password, c.Hash = "", ""
		} else if e := c.importPassword(p.Config.Password, p.Config.HashedPassword); e != nil {
			return e
		}
	}
	s.importProviders(i, "oidc", imported.OIDC)
	s.importProviders(i, "saml", imported.SAML)
	return nil
}

// importProviders adds the accounts at providers.
func (s *Server) importProviders(i *identity, kind string, imported *importedProviders) {
	if imported == nil {
		return
	}
	c := i.credential(s, kind)
	for _, p := range imported.Config.Providers {
		c.Identifiers = append(c.Identifiers, p.Provider+":"+p.Subject)
		c.Providers = append(c.Providers, p)
	}
}

// validate checks the traits of an identity against its schema, and makes its addresses and
// identifiers those of the traits.
func (s *Server) validate(i *identity) *apiError {
	known := s.schema(i.SchemaID)
	if known == nil {
		return newError(http.StatusBadRequest, unknownSchema+".")
	}
	if violations := known.Validate(i.Traits); len(violations) > 0 {
		return violationsError(violations)
	}
	s.readTraits(i)
	now := s.now()
	for _, a := range i.Verifiable {
		s.completeAddress(a)
	}
	for _, a := range i.Recovery {
		if a.ID == "" {
			a.ID, a.CreatedAt, a.UpdatedAt = newID(), now, now
		}
	}
	return nil
}

// completeAddress sets what a body may leave out.
func (s *Server) completeAddress(a *verifiableAddress) {
	now := s.now()
	if a.ID == "" {
		a.ID, a.CreatedAt, a.UpdatedAt = newID(), now, now
	}
	if a.Status == "" {
		a.Status = "pending"
	}
	if a.Verified && a.VerifiedAt == nil {
		a.VerifiedAt = &now
	}
}

// conflict returns the error of an identity with an identifier or an address of another one.
func conflict() *apiError { return newError(http.StatusConflict, "") }

// change changes an identity, which stays as it was if change fails, or the identity is not valid
// or conflicts with another one afterwards.
func (s *Server) change(i *identity, change func() *apiError) *apiError {
	before := i.clone()
	e := change()
	if e == nil {
		e = s.validate(i)
	}
	if e == nil {
		e = i.checkIdentifiers()
	}
	if e == nil && s.taken(i) {
		e = conflict()
	}
	if e != nil {
		*i = *before
		return e
	}
	i.UpdatedAt = s.now()
	return nil
}

// clone returns a copy that shares nothing that changes.
func (i *identity) clone() *identity {
	copied := *i
	copied.Credentials = map[string]*credential{}
	for kind, c := range i.Credentials {
		credential := *c
		copied.Credentials[kind] = &credential
	}
	copied.Verifiable, copied.Recovery = nil, nil
	for _, a := range i.Verifiable {
		address := *a
		copied.Verifiable = append(copied.Verifiable, &address)
	}
	for _, a := range i.Recovery {
		address := *a
		copied.Recovery = append(copied.Recovery, &address)
	}
	return &copied
}
