package bulk

import (
	"context"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// listing has the identities that were created since a time, by their traits. Batches share it: a
// page takes a loaded Kratos seconds.
type listing struct {
	turn  chan struct{} // with the place of the batch that uses the listing
	began time.Time     // by the clock of this machine
	since time.Time     // by the clock of the server
	found map[[16]byte][]createdIdentity
}

func newListing() listing { return listing{turn: make(chan struct{}, 1)} }

type createdIdentity struct {
	id string
	at time.Time
}

// listingMargin is how much older the identities of a listing are than what it is made for: the
// batches that an earlier run sent at about the same time need no other one.
const listingMargin = time.Minute

// covers reports whether the listing began after the last requests for items had ended, and has the
// identities that those may have created.
func (l *listing) covers(items []*item) bool {
	if l.found == nil {
		return false
	}
	for _, it := range items {
		if it.since.Before(l.since) || !it.doubtAt.IsZero() && !l.began.After(it.doubtAt) {
			return false
		}
	}
	return true
}

// list lists the identities that may have been created for items, and later ones.
func (l *listing) list(ctx context.Context, admin *kratos.Admin, items []*item) error {
	since := items[0].since
	for _, it := range items {
		if it.since.Before(since) {
			since = it.since
		}
	}
	since = since.Add(-listingMargin)
	began, found := time.Now(), map[[16]byte][]createdIdentity{}
	for identity, err := range admin.Identities(ctx, kratos.ListIdentities{PageSize: listPage}) {
		if err != nil {
			return err
		}
		if !identity.CreatedAt.Before(since) {
			key := traitsKey(identity.RawTraits)
			found[key] = append(found[key], createdIdentity{identity.ID, identity.CreatedAt})
		}
	}
	l.began, l.since, l.found = began, since, found
	return nil
}

// take removes an identity with these traits that is not older than since and that was not created
// for another record, and returns its id, or "". Several identities can have the same traits.
func (l *listing) take(key [16]byte, since time.Time, isKnown func(id string) bool) string {
	for i, identity := range l.found[key] {
		if !identity.at.Before(since) && !isKnown(identity.id) {
			rest := append([]createdIdentity(nil), l.found[key][:i]...)
			l.found[key] = append(rest, l.found[key][i+1:]...)
			return identity.id
		}
	}
	return ""
}
