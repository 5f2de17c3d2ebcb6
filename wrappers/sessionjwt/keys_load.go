package sessionjwt

import (
	"context"
	"time"
)

// Preload loads the keys if they are not loaded, for a program that checks its configuration when
// it starts. It fails with [ErrKeys].
func (k *Keys) Preload(ctx context.Context) error {
	_, err := k.current(ctx)
	return err
}

// find returns the keys with an id.
func (k *Keys) find(ctx context.Context, id string) ([]publicKey, error) {
	state, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if keys := state.byID[id]; keys != nil {
		return keys, nil
	}
	if state, err = k.reload(ctx); err != nil {
		return nil, err
	}
	switch keys := state.byID[id]; {
	case keys != nil:
		return keys, nil
	case state.err != nil:
		return nil, state.newError(true)
	}
	return nil, newError(ErrUnknownKey, "the set has no key with its id")
}

// current returns a state with keys. It starts a load that is due, and waits for it if there are no
// keys or if these were not asked for recently.
func (k *Keys) current(ctx context.Context) (*keyState, error) {
	state := k.state.Load()
	var err error
	switch {
	case k.load == nil:
		return state, nil
	case state.byID == nil, time.Since(state.tried) > 2*k.refresh:
		state, err = k.reload(ctx)
	case time.Since(state.loaded) > k.refresh:
		k.startLoad()
	}
	if err == nil && state.byID == nil {
		err = state.newError(false)
	}
	return state, err
}

// reload starts a load, unless one has begun recently, and returns the state after it.
func (k *Keys) reload(ctx context.Context) (*keyState, error) {
	loading := k.startLoad()
	if loading == nil {
		return k.state.Load(), nil
	}
	select {
	case <-loading:
		return k.state.Load(), nil
	case <-ctx.Done():
		return nil, &keysError{cause: ctx.Err(), retryAfter: time.Second}
	}
}

// startLoad starts a load, unless one runs or has begun recently. It returns a channel that is
// closed when the load that runs has ended, or nil if none runs.
func (k *Keys) startLoad() <-chan struct{} {
	if k.load == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.loading != nil {
		return k.loading
	}
	now := time.Now()
	if tried := k.state.Load().tried; !tried.IsZero() && now.Sub(tried) < minPause {
		return nil
	}
	loading := make(chan struct{})
	k.loading = loading
	go func() {
		defer close(loading)
		state := k.loadState(now)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.state.Store(state)
		k.loading = nil
	}()
	return loading
}

// loadState loads the set. Its deadline is its own: many tokens may wait for it.
func (k *Keys) loadState(now time.Time) *keyState {
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	defer cancel()
	state := *k.state.Load()
	state.tried = now
	data, err := k.load(ctx)
	if err == nil {
		var byID map[string][]publicKey
		if byID, err = parseSet(data); err == nil {
			state.byID, state.loaded = byID, now
		}
		clear(data) // it may have private keys
	}
	state.err = err
	return &state
}

// newError returns the error of the last load.
func (s *keyState) newError(unknownKey bool) error {
	wait := max(minPause-time.Since(s.tried), time.Second)
	return &keysError{cause: s.err, retryAfter: wait, unknownKey: unknownKey}
}
