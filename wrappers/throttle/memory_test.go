package throttle

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(10)
		for i, step := range []struct {
			n, want int64
			ttl     time.Duration
			pause   time.Duration // before it
		}{
			{0, 0, time.Hour, 0}, // does not create the counter
			{2, 2, time.Second, 0},
			{3, 5, time.Hour, 999 * time.Millisecond}, // does not renew it
			{-1, -1, time.Second, time.Millisecond},
			{0, 0, time.Second, time.Second},
		} {
			time.Sleep(step.pause)
			if got := m.add("a", step.n, step.ttl); got != step.want {
				t.Errorf("step %d: got %d, want %d", i, got, step.want)
			}
		}
	})
}

// The memory is bounded, also under concurrent use, and keeps the counters that are used.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const limit, flood = 100, 10_000
	m := newMemory(limit)
	m.add("used", 1, time.Hour)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range flood {
				m.add(fmt.Sprint(g, "-", i), 1, time.Hour)
				if i%(limit/8) == 0 {
					m.add("used", 0, time.Hour)
				}
			}
		})
		wg.Wait() // what is used often enough is decided by their order
	}
	wg.Go(func() { m.add("a", 1, time.Hour) })
	wg.Go(func() { m.add("b", 1, time.Hour) })
	wg.Wait()
	if n := len(m.entries); n != limit || m.order.Len() != limit {
		t.Errorf("%d counters, %d in order, want %d", n, m.order.Len(), limit)
	}
	if m.add("used", 0, time.Hour) != 1 {
		t.Error("a counter that is used was dropped")
	}
	if m.add("0-0", 0, time.Hour) != 0 {
		t.Error("a counter that is not used was kept")
	}
}

// Counters that ended are removed while others are added.
func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1000)
		for i := range 500 {
			m.add(fmt.Sprint("old", i), 1, time.Minute)
		}
		time.Sleep(time.Minute)
		for i := range 300 {
			m.add(fmt.Sprint("new", i), 1, time.Minute)
		}
		if n := len(m.entries); n != 300 {
			t.Errorf("%d counters, want 300", n)
		}
	})
}
