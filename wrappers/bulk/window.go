package bulk

import (
	"context"
	"sync"
	"time"
)

// window limits the number of concurrent batches. As congestion control does, it grows by one after
// as many successes as it has places, and halves when the server is overloaded.
type window struct {
	mu       sync.Mutex
	changed  chan struct{} // closed at a change, and replaced
	size     float64
	max      float64
	inFlight int
	paused   time.Time // until when nothing is sent
	failing  time.Time // when the first of the failures in a row was
	attempts int       // failures in a row
	batches  int       // that the server has processed
}

const (
	firstPause   = 500 * time.Millisecond
	longestPause = 15 * time.Second
)

func newWindow(max int) *window {
	return &window{size: float64(min(2, max)), max: float64(max), changed: make(chan struct{})}
}

// acquire waits for a place.
func (w *window) acquire(ctx context.Context) error {
	for {
		w.mu.Lock()
		if w.inFlight < int(w.size) {
			w.inFlight++
			w.mu.Unlock()
			return ctx.Err()
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// release gives a place back.
func (w *window) release() { w.change(func() { w.inFlight-- }) }

// succeeded notes that the server has processed a batch.
func (w *window) succeeded() {
	w.change(func() {
		w.size = min(w.max, w.size+1/w.size)
		w.attempts = 0
		w.batches++
	})
}

// count returns the number of batches that the server has processed.
func (w *window) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.batches
}

// overloaded notes that the server has not processed a batch, and makes all wait for as long as it
// asks, or for longer after each failure. It returns for how long the server fails by then.
func (w *window) overloaded(retryAfter time.Duration) time.Duration {
	w.change(func() {
		if w.attempts == 0 {
			w.failing = time.Now()
		}
		pause := min(firstPause<<min(w.attempts, 10), longestPause)
		if retryAfter > 0 {
			pause = retryAfter
		}
		until := time.Now().Add(pause)
		if time.Now().After(w.paused) { // the failures of concurrent batches count once
			w.attempts++
			w.size = max(1, w.size/2)
		}
		if until.After(w.paused) {
			w.paused = until
		}
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.paused.Sub(w.failing)
}

// wait waits until the pause is over.
func (w *window) wait(ctx context.Context) error {
	for {
		w.mu.Lock()
		pause := time.Until(w.paused)
		w.mu.Unlock()
		if pause <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

func (w *window) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	close(w.changed)
	w.changed = make(chan struct{})
}
