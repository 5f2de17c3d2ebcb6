package throttle

import (
	"container/list"
	"sync"
	"time"
)

// memory has up to limit counters. If there are more, those that were not used for the longest time
// are dropped: a counter of an attack is used by it.
type memory struct {
	limit int

	mu      sync.Mutex
	entries map[string]*list.Element
	order   list.List // of *entry, the last used first
}

type entry struct {
	key   string
	value int64
	end   time.Time
}

func newMemory(limit int) *memory {
	return &memory{limit: limit, entries: map[string]*list.Element{}}
}

func (m *memory) add(key string, n int64, ttl time.Duration) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	element := m.entries[key]
	if element != nil && !now.Before(element.Value.(*entry).end) {
		m.remove(element)
		element = nil
	}
	switch {
	case element != nil:
		m.order.MoveToFront(element)
	case n == 0:
		return 0
	default:
		m.shrink(now)
		element = m.order.PushFront(&entry{key: key, end: now.Add(ttl)})
		m.entries[key] = element
	}
	e := element.Value.(*entry)
	e.value += n
	if e.value == 0 { // an attempt that was taken back must not push out others
		m.remove(element)
	}
	return e.value
}

// shrink makes room for a counter, and removes two that have ended, if they are the last.
func (m *memory) shrink(now time.Time) {
	for range 2 {
		last := m.order.Back()
		if last == nil || len(m.entries) < m.limit && now.Before(last.Value.(*entry).end) {
			return
		}
		m.remove(last)
	}
}

func (m *memory) remove(element *list.Element) {
	delete(m.entries, m.order.Remove(element).(*entry).key)
}
