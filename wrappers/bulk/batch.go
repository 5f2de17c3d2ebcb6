package bulk

import (
	"sync"
	"time"
)

// batchSize is what the limits of a batch apply to.
type batchSize struct{ items, passwords, bytes int }

func (b *batchSize) add(it *item) {
	b.items++
	b.bytes += it.size
	if it.plaintext {
		b.passwords++
	}
}

// limits are the limits of a batch, which adapt to how long the server takes.
type limits struct {
	mu        sync.Mutex
	items     int // now
	maxItems  int
	passwords int // in plaintext, now
}

const (
	firstPasswords = 20               // of a batch, until it is known how long the server takes for one
	hashingTime    = 60 * time.Second // of a batch, half of what Kratos allows for a request
)

func newLimits(items int) *limits {
	return &limits{items: items, maxItems: items, passwords: firstPasswords}
}

// fits reports whether another item fits into a batch.
func (l *limits) fits(b batchSize, it *item) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.add(it)
	return b.items <= l.items && b.bytes <= maxBytes && b.passwords <= l.passwords
}

// tooSlow halves the number of items, after a time-out of a batch of n.
func (l *limits) tooSlow(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = max(1, min(l.items, n/2))
	l.passwords = max(1, min(l.passwords, n/2))
}

// succeeded lets the limits grow, after a batch with this number of plaintext passwords.
func (l *limits) succeeded(passwords int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = min(l.maxItems, l.items+max(1, l.items/4))
	if passwords > 0 {
		each := max(took/time.Duration(passwords), time.Microsecond)
		l.passwords = max(1, min(maxPasswords, 2*l.passwords, int(hashingTime/each)))
	}
}

// add adds an item to the next batch, and sends the one before if it does not fit. A batch has
// either items that may have been sent before, or none.
func (im *importer) add(it *item) error {
	if len(im.next) > 0 && (!im.limits.fits(im.size, it) || im.next[0].since.IsZero() != it.since.IsZero()) {
		if err := im.flush(); err != nil {
			return err
		}
	}
	im.next = append(im.next, it)
	im.size.add(it)
	return nil
}

// flush sends the batch that was filled, as soon as there is a place in the window.
func (im *importer) flush() error {
	if len(im.next) == 0 {
		return nil
	}
	batch := im.next
	im.next, im.size = nil, batchSize{}
	if !batch[0].since.IsZero() {
		im.batches.Go(func() { im.fail(im.resume(batch)) })
		return nil
	}
	if err := im.window.acquire(im.ctx); err != nil {
		return err
	}
	im.batches.Go(func() { im.fail(im.sendInWindow(batch)) })
	return nil
}

// resume sends what Kratos does not have of a batch that an earlier run may have sent.
func (im *importer) resume(batch []*item) error {
	left, err := im.findResumed(batch)
	if err != nil || len(left) == 0 {
		return err
	}
	if err := im.window.acquire(im.ctx); err != nil {
		return err
	}
	return im.sendInWindow(left)
}

// sendInWindow sends a batch that has a place in the window.
func (im *importer) sendInWindow(batch []*item) error {
	defer im.window.release()
	err := im.send(batch)
	im.progress()
	return err
}

// cut returns the first items that fit into a batch, and the others.
func (im *importer) cut(items []*item) (first, rest []*item) {
	var size batchSize
	for i, it := range items {
		if i > 0 && !im.limits.fits(size, it) {
			return items[:i], items[i:]
		}
		size.add(it)
	}
	return items, nil
}
