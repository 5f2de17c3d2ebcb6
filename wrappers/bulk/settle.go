package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// listPage is the number of identities on a page of a listing: what all versions of Kratos allow.
const listPage = 500

// findCreated settles the items that may have been sent before and that Kratos has: an identity
// with the same traits that is not older than the first request. It returns the other items.
func (im *importer) findCreated(items []*item) ([]*item, error) {
	var doubtful, left []*item
	byExternalID := im.externalIDs
	for _, it := range items {
		if it.since.IsZero() {
			left = append(left, it)
			continue
		}
		doubtful = append(doubtful, it)
		byExternalID = byExternalID && it.Identity.ExternalID != ""
	}
	if len(doubtful) == 0 {
		return left, nil
	}
	find := im.findByListing
	if byExternalID {
		find = im.findByExternalID
	}
	found, err := find(context.WithoutCancel(im.ctx), doubtful)
	if err != nil {
		return items, err
	}
	s := settlement{importer: im}
	for _, it := range doubtful {
		if id := found[it]; id != "" {
			s.outcome(it, created, id)
			continue
		}
		left = append(left, it)
	}
	return left, im.settle(s.outcomes, nil)
}

// findByExternalID returns the ids of the identities that were created for items.
func (im *importer) findByExternalID(ctx context.Context, items []*item) (map[*item]string, error) {
	found := map[*item]string{}
	for _, it := range items {
		identity, err := im.admin.IdentityByExternalID(ctx, it.Identity.ExternalID, nil)
		switch {
		case errors.Is(err, kratos.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		}
		if !identity.CreatedAt.Before(it.since) && traitsKey(identity.RawTraits) == traitsKey(it.Identity.Traits) {
			found[it] = identity.ID
		}
	}
	return found, nil
}

// findByListing is [importer.findByExternalID] for any items. It lists all identities, since
// finding one by its identifier takes Kratos as long as that with some databases.
func (im *importer) findByListing(ctx context.Context, items []*item) (map[*item]string, error) {
	found := map[*item]string{}
	missing := map[[16]byte][]*item{}
	oldest := items[0].since
	for _, it := range items {
		key := traitsKey(it.Identity.Traits)
		missing[key] = append(missing[key], it)
		if it.since.Before(oldest) {
			oldest = it.since
		}
	}
	for identity, err := range im.admin.Identities(ctx, kratos.ListIdentities{PageSize: listPage}) {
		if err != nil {
			return nil, err
		}
		if identity.CreatedAt.Before(oldest) {
			continue
		}
		key := traitsKey(identity.RawTraits)
		if it := takeCreated(missing, key, identity.CreatedAt); it != nil {
			found[it] = identity.ID
		}
		if len(missing) == 0 {
			break
		}
	}
	return found, nil
}

// takeCreated removes and returns an item with this key that an identity of this age was created
// for, or nil. Identities without identifiers can have the same traits.
func takeCreated(missing map[[16]byte][]*item, key [16]byte, createdAt time.Time) *item {
	for i, it := range missing[key] {
		if createdAt.Before(it.since) {
			continue
		}
		if len(missing[key]) == 1 {
			delete(missing, key)
			return it
		}
		rest := append([]*item(nil), missing[key][:i]...)
		missing[key] = append(rest, missing[key][i+1:]...)
		return it
	}
	return nil
}

// traitsKey returns the same key for traits that are the same JSON value.
func traitsKey(traits any) [16]byte {
	text, ok := traits.(json.RawMessage)
	if !ok {
		text, _ = json.Marshal(traits)
	}
	var value any
	if json.Unmarshal(text, &value) == nil {
		text, _ = json.Marshal(value)
	}
	sum := sha256.Sum256(text)
	return [16]byte(sum[:16])
}
