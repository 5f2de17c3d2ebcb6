package bulk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The window grows by one for as many successes as it has places, and halves with an overload.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(8)
		places := func() int {
			n := 0
			for ; n < 100; n++ {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				err := w.acquire(ctx)
				cancel()
				if err != nil {
					break
				}
			}
			for range n {
				w.release()
			}
			return n
		}
		want := func(n int) {
			t.Helper()
			if got := places(); got != n {
				t.Errorf("%d places, want %d", got, n)
			}
		}
		want(2)
		for range 3 {
			w.succeeded()
		}
		want(3)
		for range 100 {
			w.succeeded()
		}
		want(8)
		w.overloaded(0)
		w.overloaded(0) // of a batch that was sent at the same time
		want(4)
		for range 20 {
			time.Sleep(time.Minute)
			w.overloaded(0)
		}
		want(1)
	})
}

// Pauses grow, or are as long as the server asks for, and end with the context.
func TestWindowWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(1)
		wait := func() time.Duration {
			began := time.Now()
			if err := w.wait(t.Context()); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		if got := wait(); got != 0 {
			t.Errorf("waited %v before a failure", got)
		}
		total := time.Duration(0)
		for i, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 15 * time.Second} {
			time.Sleep(time.Nanosecond)
			total += time.Nanosecond
			if fails := w.overloaded(0); i > 0 && (fails < total || fails > total+want) {
				t.Errorf("failing for %v, want up to %v", fails, total+want)
			}
			if got := wait(); got != want {
				t.Errorf("failure %d: waited %v, want %v", i, got, want)
			}
			total += want
		}
		w.succeeded()
		time.Sleep(time.Hour)
		if fails := w.overloaded(time.Minute); fails != time.Minute {
			t.Errorf("failing for %v after a success an hour ago, want a minute", fails)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
		if got := wait(); got != time.Minute {
			t.Errorf("waited %v, want a minute", got)
		}
	})
}
