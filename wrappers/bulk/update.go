package bulk

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// updateAll replaces the identities that items conflict with.
func (s *settlement) updateAll(items []*item) {
	if s.ctx.Err() != nil {
		s.left = append(s.left, items...) // for another run
		return
	}
	existing, err := s.findExisting(s.calls, items)
	switch {
	case err != nil && isTemporary(err):
		s.failure, s.left = err, append(s.left, items...)
		return
	case err != nil:
		s.fatal = err
		return
	}
	for i, it := range items {
		found, ok := existing[it]
		switch {
		case s.ctx.Err() != nil:
			s.left = append(s.left, items[i:]...)
			return
		case ok:
			s.update(s.calls, it, found)
		default:
			s.reject(it, errConflict())
		}
	}
}

// update replaces an identity by an item.
func (s *settlement) update(ctx context.Context, it *item, existing existingIdentity) {
	in := it.Identity
	if in.SchemaID == "" {
		in.SchemaID = existing.schemaID
	}
	_, err := s.admin.UpdateIdentity(ctx, existing.id, kratos.UpdateIdentity{
		SchemaID: in.SchemaID, Traits: in.Traits, State: in.State, ExternalID: in.ExternalID,
		MetadataPublic: in.MetadataPublic, MetadataAdmin: in.MetadataAdmin, Credentials: in.Credentials,
	})
	switch {
	case err == nil:
		s.outcome(it, updated, existing.id)
	case isTemporary(err): // an update can be repeated
		s.failure, s.left = err, append(s.left, it)
	case errors.Is(err, kratos.ErrUnauthorized), errors.Is(err, kratos.ErrForbidden), errors.Is(err, kratos.ErrUnexpectedResponse):
		s.fatal = err
	default:
		s.reject(it, err)
	}
}

// existingIdentity is an identity that has an identifier of an item.
type existingIdentity struct{ id, schemaID string }

// slowSearch is how long a search for an identity may take before all are listed instead.
const slowSearch = 2 * time.Second

// findExisting returns the identities that items conflict with, as far as they are found.
func (s *settlement) findExisting(ctx context.Context, items []*item) (map[*item]existingIdentity, error) {
	found := map[*item]existingIdentity{}
	for i, it := range items {
		identity, err := s.search(ctx, it)
		switch {
		case err != nil:
			return nil, err
		case identity != nil:
			found[it] = existingIdentity{identity.ID, identity.SchemaID}
		case s.isSlow():
			return found, s.listExisting(ctx, items[i:], found)
		}
	}
	return found, nil
}

// search returns the identity that an item conflicts with, or nil if there is none or searching
// takes too long.
func (s *settlement) search(ctx context.Context, it *item) (*kratos.Identity, error) {
	if it.Identity.ExternalID != "" && s.externalIDs {
		identity, err := s.admin.IdentityByExternalID(ctx, it.Identity.ExternalID, nil)
		if !errors.Is(err, kratos.ErrNotFound) && !errors.Is(err, kratos.ErrInvalidArgument) {
			return identity, err
		}
	}
	if s.isSlow() {
		return nil, nil
	}
	for _, identifier := range it.identifiers {
		if strings.HasPrefix(identifier, "external_id ") {
			continue
		}
		identifier = strings.TrimPrefix(identifier, "saml ")
		short, cancel := context.WithTimeout(ctx, slowSearch)
		identity, err := s.admin.FindIdentity(short, identifier)
		late := short.Err() != nil
		cancel()
		switch {
		case err == nil:
			return identity, nil
		case late:
			s.mu.Lock()
			s.slow = true
			s.mu.Unlock()
			return nil, nil
		case !errors.Is(err, kratos.ErrNotFound) && !errors.Is(err, kratos.ErrConflict):
			return nil, err
		}
	}
	return nil, nil
}

func (s *settlement) isSlow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slow
}

// listExisting adds the identities of items to found, by listing all identities.
func (s *settlement) listExisting(ctx context.Context, items []*item, found map[*item]existingIdentity) error {
	missing := map[string]*item{}
	for _, it := range items {
		for _, identifier := range it.identifiers {
			missing[identifier] = it
		}
	}
	for identity, err := range s.admin.Identities(ctx, kratos.ListIdentities{PageSize: listPage}) {
		if err != nil {
			return err
		}
		for _, identifier := range s.identifiers(kratos.CreateIdentity{Traits: identity.RawTraits, ExternalID: identity.ExternalID}) {
			if it := missing[identifier]; it != nil {
				found[it] = existingIdentity{identity.ID, identity.SchemaID}
			}
		}
	}
	return nil
}

// errConflict is the error of an item that conflicts.
func errConflict() error {
	return &kratos.Error{Operation: "batchPatchIdentities", StatusCode: 409}
}
