package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// TraitsValidator validates traits against the [identity schemas] of a server, which it fetches
// when they are first needed (getIdentitySchema, public port) and caches for five minutes. Create
// it with [NewTraitsValidator]. It is safe for concurrent use.
//
// Its methods return an [*Error] for invalid traits, [ErrInvalidSchema], the error of fetching a
// schema, such as [kratos.ErrNotFound], or that of ctx. The server can still reject valid traits:
// the existence of phone numbers, and the schema extension "ory.sh/kratos", are not validated.
//
// [identity schemas]: https://www.ory.sh/docs/kratos/manage-identities/identity-schema
type TraitsValidator struct {
	client *kratos.Client

	mu      sync.Mutex
	cache   map[string]cachedSchema
	fetches map[string]*fetchLock
}

// fetchLock lets one goroutine fetch and compile a schema while others wait for it.
type fetchLock struct {
	held  chan struct{} // a semaphore: waiting for it can be cancelled
	users int           // goroutines that hold it or wait for it
}

type cachedSchema struct {
	*identitySchema
	expires time.Time
}

// cacheLifetime is short enough for an import to notice that an administrator changed the schema.
const cacheLifetime = 5 * time.Minute

// defaultSchemaID is the schema of identities that do not name one, unless it is configured
// differently.
const defaultSchemaID = "default"

// NewTraitsValidator returns a [TraitsValidator] for the server of client.
func NewTraitsValidator(client *kratos.Client) *TraitsValidator {
	return &TraitsValidator{client: client, cache: map[string]cachedSchema{}, fetches: map[string]*fetchLock{}}
}

// ValidateTraits validates the traits of an identity, a struct or map, against the schema schemaID;
// "" is the schema "default".
func (t *TraitsValidator) ValidateTraits(ctx context.Context, schemaID string, traits any) error {
	v := validation{}
	if err := t.validate(ctx, &v, schemaID, traits, "/traits"); err != nil {
		return err
	}
	return traitsError(v.violations)
}

// ValidateIdentity validates the traits of a new identity against its schema.
func (t *TraitsValidator) ValidateIdentity(ctx context.Context, identity kratos.CreateIdentity) error {
	return t.ValidateTraits(ctx, identity.SchemaID, identity.Traits)
}

// ValidateBatch validates the traits of all items of a batch. The pointer of a [Violation] begins
// with that of the item, such as "/identities/3/create/traits".
func (t *TraitsValidator) ValidateBatch(ctx context.Context, items []kratos.IdentityPatch) error {
	v := validation{}
	for i := range items {
		create := &items[i].Create
		err := t.validate(ctx, &v, create.SchemaID, create.Traits, "/identities/"+strconv.Itoa(i)+"/create/traits")
		if err != nil {
			return err
		}
	}
	return traitsError(v.violations)
}

func traitsError(violations []Violation) error {
	if len(violations) == 0 {
		return nil
	}
	return &Error{Operation: "traits", Violations: violations}
}

// validate validates traits whose JSON Pointer is pointer.
func (t *TraitsValidator) validate(ctx context.Context, v *validation, id string, traits any, pointer string) error {
	if id == "" {
		id = defaultSchemaID
	}
	schema, err := t.schema(ctx, id)
	if err != nil {
		return err
	}
	data, err := json.Marshal(traits)
	if err != nil {
		v.report(inBodyAt(pointer), "syntax", "cannot be encoded as JSON")
		return nil
	}
	return schema.validate(ctx, v, data, pointer)
}

// schema returns a schema from the cache, or fetches it. It returns when ctx is done, while
// compiling, which the limits on schemas bound, continues in the background.
func (t *TraitsValidator) schema(ctx context.Context, id string) (*identitySchema, error) {
	if t.client == nil {
		return nil, fmt.Errorf("kratos: %w: create the TraitsValidator with NewTraitsValidator and a client", kratos.ErrInvalidArgument)
	}
	if schema := t.cached(id); schema != nil {
		return schema, nil
	}
	type result struct {
		schema *identitySchema
		err    error
	}
	fetched := make(chan result, 1)
	go func() {
		schema, err := t.fetchOnce(ctx, id)
		fetched <- result{schema, err}
	}()
	select {
	case r := <-fetched:
		return r.schema, r.err
	case <-ctx.Done():
		return nil, fetchCancelled(ctx)
	}
}

func fetchCancelled(ctx context.Context) error {
	return fmt.Errorf("kratos: fetching an identity schema: %w", ctx.Err())
}

// fetchOnce fetches a schema, unless another goroutine has cached it by the time it is this one's
// turn.
func (t *TraitsValidator) fetchOnce(ctx context.Context, id string) (*identitySchema, error) {
	lock := t.acquireLock(id)
	defer t.releaseLock(id, lock)
	select {
	case lock.held <- struct{}{}:
		defer func() { <-lock.held }()
	case <-ctx.Done():
		return nil, fetchCancelled(ctx)
	}
	if schema := t.cached(id); schema != nil {
		return schema, nil
	}
	return t.fetch(ctx, id)
}

func (t *TraitsValidator) acquireLock(id string) *fetchLock {
	t.mu.Lock()
	defer t.mu.Unlock()
	lock := t.fetches[id]
	if lock == nil {
		lock = &fetchLock{held: make(chan struct{}, 1)}
		t.fetches[id] = lock
	}
	lock.users++
	return lock
}

func (t *TraitsValidator) releaseLock(id string, lock *fetchLock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lock.users--; lock.users == 0 {
		delete(t.fetches, id)
	}
}

// fetch fetches, compiles and caches a schema.
func (t *TraitsValidator) fetch(ctx context.Context, id string) (*identitySchema, error) {
	document, err := t.client.IdentitySchema(ctx, id)
	if err != nil {
		return nil, err
	}
	schema, err := newIdentitySchema(document)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cache[id] = cachedSchema{schema, time.Now().Add(cacheLifetime)}
	return schema, nil
}

// cached returns a schema from the cache; nil if it is not there or has expired.
func (t *TraitsValidator) cached(id string) *identitySchema {
	t.mu.Lock()
	defer t.mu.Unlock()
	cached, ok := t.cache[id]
	if !ok || time.Now().After(cached.expires) {
		return nil
	}
	return cached.identitySchema
}
