package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// listPage is the number of identities on a page of a listing: what all versions of Kratos allow.
const listPage = 500

// findCreated settles the items that may have been sent before and that Kratos has: an identity
// with the same traits that is not older than the first request. It returns the other items. Those
// whose traits others can have are sent again first if their other identifiers tell them apart:
// then conflict is true.
func (im *importer) findCreated(ctx context.Context, items []*item, conflict bool) ([]*item, error) {
	var doubtful, left []*item
	for _, it := range items {
		if it.since.IsZero() || it.asked || !conflict && it.alike && len(it.identifiers) > 0 {
			left = append(left, it)
			continue
		}
		doubtful = append(doubtful, it)
	}
	if len(doubtful) == 0 {
		return left, nil
	}
	found, err := im.find(ctx, doubtful)
	if err != nil {
		return items, err
	}
	s := settlement{importer: im}
	for _, it := range doubtful {
		if id := found[it]; id != "" {
			s.outcome(it, created, id)
			continue
		}
		it.asked = true
		left = append(left, it)
	}
	return left, im.settle(s.outcomes, nil)
}

// find returns the ids of the identities that were created for items.
func (im *importer) find(ctx context.Context, items []*item) (map[*item]string, error) {
	for _, it := range items {
		if !im.externalIDs || it.Identity.ExternalID == "" {
			return im.findByListing(ctx, items)
		}
	}
	found, err := im.findByExternalID(ctx, items)
	if errors.Is(err, kratos.ErrInvalidArgument) { // one cannot be a part of a URL
		return im.findByListing(ctx, items)
	}
	return found, err
}

// findByExternalID is [importer.find] for items that all have an external id.
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

// findByListing is [importer.find] for any items. It lists all identities, since
// finding one by its identifier takes Kratos as long as that with some databases.
func (im *importer) findByListing(ctx context.Context, items []*item) (map[*item]string, error) {
	l := &im.recent
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !l.covers(items) {
		if err := l.list(ctx, im.admin, items); err != nil {
			return nil, err
		}
	}
	found := map[*item]string{}
	for _, it := range items {
		if id := l.take(traitsKey(it.Identity.Traits), it.since, im.isKnown); id != "" {
			found[it] = id
		}
	}
	return found, nil
}

// isKnown reports whether an identity was created for a record, as far as others can have its traits.
func (im *importer) isKnown(id string) bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	return im.alike[id]
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
