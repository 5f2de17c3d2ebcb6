package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Store keeps responses for several processes. A store of package sessions is one, for example that
// of wrappers/sessions/redis. A response can have traits and metadata.
type Store interface {
	// Get returns the value of a key, or nil without an error if there is none.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set stores a value, which can be removed after ttl.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

// onceLifetime is longer than all attempts of a call.
const onceLifetime = 5 * time.Minute

// Once returns a function that calls f once for all attempts of a call, and returns the same
// response to each. It panics without a store or a function; see [NewMemory].
//
//   - Responses of [Retry] and [Fail] are not kept: the next attempt calls f.
//   - An attempt waits for one that runs in this process.
//   - f runs in every attempt if Kratos sends no trigger id: before v25.4, and if
//     emit_analytics_event is false.
//   - f runs although the store fails, and its response is not kept.
func Once(store Store, f Func) Func {
	if store == nil || f == nil {
		panic("hooks: Once needs a store and a function")
	}
	o := &once{store: store, f: f, running: map[string]chan struct{}{}}
	return o.decide
}

type once struct {
	store Store
	f     Func

	mu      sync.Mutex
	running map[string]chan struct{} // closed when the attempt has ended
}

func (o *once) decide(ctx context.Context, c *Call) Response {
	if c.TriggerID == "" {
		return o.f(ctx, c)
	}
	if err := o.lock(ctx, c.TriggerID); err != nil {
		return Fail(err)
	}
	defer o.unlock(c.TriggerID)
	key := "hook:" + c.TriggerID
	if kept, err := o.store.Get(ctx, key); err == nil && kept != nil {
		if r, ok := decodeResponse(kept); ok {
			return r
		}
	}
	r := o.f(ctx, c)
	if r.check(c) == nil {
		// An error means that another attempt calls f, as documented.
		_ = o.store.Set(context.WithoutCancel(ctx), key, encodeResponse(r), onceLifetime)
	}
	return r
}

// lock waits until no other attempt runs.
func (o *once) lock(ctx context.Context, id string) error {
	for {
		o.mu.Lock()
		wait, busy := o.running[id]
		if !busy {
			o.running[id] = make(chan struct{})
		}
		o.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return errors.New("another attempt has not ended")
		}
	}
}

func (o *once) unlock(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.running[id])
	delete(o.running, id)
}

// storedResponse is a response in a store.
type storedResponse struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body,omitempty"`
}

func encodeResponse(r Response) []byte {
	b, _ := json.Marshal(storedResponse{r.status, r.body}) // a body is valid JSON
	return b
}

func decodeResponse(b []byte) (Response, bool) {
	var stored storedResponse
	if json.Unmarshal(b, &stored) != nil {
		return Response{}, false
	}
	switch stored.Status {
	case http.StatusOK, http.StatusNoContent, http.StatusBadRequest:
		return Response{status: stored.Status, body: stored.Body, change: stored.Status == http.StatusOK}, true
	}
	return Response{}, false
}

// Memory is a [Store] in this process.
type Memory struct {
	mu      sync.Mutex
	entries map[string]memoryEntry
	order   []string // keys in a ring, the oldest at next
	next    int
}

type memoryEntry struct {
	value []byte
	end   time.Time
}

// NewMemory returns a store of at most size values. It panics unless size is positive.
func NewMemory(size int) *Memory {
	if size <= 0 {
		panic("hooks: NewMemory needs a positive size")
	}
	return &Memory{entries: map[string]memoryEntry{}, order: make([]string, size)}
}

// Get returns the value of a key, or nil.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entry, ok := m.entries[key]
	if !ok || time.Now().After(entry.end) {
		return nil, nil
	}
	return entry.value, nil
}

// Set stores a value, in place of the oldest one if the memory is full.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.entries[key]; !ok {
		delete(m.entries, m.order[m.next])
		m.order[m.next] = key
		m.next = (m.next + 1) % len(m.order)
	}
	m.entries[key] = memoryEntry{value, time.Now().Add(ttl)}
	return nil
}
