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

// TraitsValidator judges traits by the identity schemas of a server. Each schema is fetched when it is
// first needed (getIdentitySchema, public port) and kept for five minutes. Make one with
// [NewTraitsValidator] and share it; it is safe for concurrent use.
type TraitsValidator struct {
	client *kratos.Client

	mu       sync.Mutex
	kept     map[string]keptSchema
	fetching map[string]*fetchLock
}

// fetchLock is for one to fetch and compile a schema while others wait.
type fetchLock struct {
	turn  chan struct{}
	users int // who have the turn or wait for it
}

type keptSchema struct {
	*identitySchema
	until time.Time
}

// lifetime is how long a schema is kept: an administrator may change it, and a long import goes on
// meanwhile.
const lifetime = 5 * time.Minute

// defaultSchema is the schema of an identity that names none, unless the server's configuration
// says otherwise.
const defaultSchema = "default"

// NewTraitsValidator returns Schemas of the server that client talks to.
func NewTraitsValidator(client *kratos.Client) *TraitsValidator {
	return &TraitsValidator{client: client, kept: map[string]keptSchema{}, fetching: map[string]*fetchLock{}}
}

// Traits judges the traits of an identity, the caller's own struct or map, by the identity schema
// schemaID. It returns nil or an [*Error]; [ErrSchema] if the schema cannot be used; or what
// fetching it failed with, such as [kratos.ErrNotFound].
//
// The formats date-time, email, tel and so on are judged about as Kratos does; whether a phone
// number exists is not. What the extension "ory.sh/kratos" says of a trait is not judged. Fetching
// the schema and validating end when ctx does, with its error.
func (s *TraitsValidator) ValidateTraits(ctx context.Context, schemaID string, traits any) error {
	j := validation{}
	if err := s.judge(ctx, &j, schemaID, traits, "/traits"); err != nil {
		return err
	}
	return ofTraits(j.problems)
}

// Identity judges the traits of a new identity, as [TraitsValidator.ValidateTraits] does. If it names no schema, it
// is taken to be "default", which a server's configuration may have changed.
func (s *TraitsValidator) ValidateIdentity(ctx context.Context, identity kratos.CreateIdentity) error {
	return s.ValidateTraits(ctx, identity.SchemaID, identity.Traits)
}

// Batch judges the traits of all items of a batch, as [TraitsValidator.ValidateIdentity] does. The place of a
// problem says which item has it, such as "/identities/3/create/traits/email".
func (s *TraitsValidator) ValidateBatch(ctx context.Context, items []kratos.IdentityPatch) error {
	j := validation{}
	for i := range items {
		create := &items[i].Create
		err := s.judge(ctx, &j, create.SchemaID, create.Traits, "/identities/"+strconv.Itoa(i)+"/create/traits")
		if err != nil {
			return err
		}
	}
	return ofTraits(j.problems)
}

func ofTraits(problems []Violation) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Operation: "traits", Violations: problems}
}

func (s *TraitsValidator) judge(ctx context.Context, j *validation, id string, traits any, where string) error {
	if id == "" {
		id = defaultSchema
	}
	schema, err := s.schema(ctx, id)
	if err != nil {
		return err
	}
	text, err := json.Marshal(traits)
	if err != nil {
		j.problem(where, "syntax", "must be a value that can be written as JSON")
		return nil
	}
	return schema.judge(ctx, j, text, where)
}

// schema returns the schema with this id. One goroutine at a time fetches it, as of each other id;
// who waits for it finds it kept, and stops waiting when ctx ends. Then so does the goroutine, or
// it goes on to the end of compiling, which the limits of a schema bound.
func (s *TraitsValidator) schema(ctx context.Context, id string) (*identitySchema, error) {
	if s.client == nil {
		return nil, fmt.Errorf("kratos: %w: Schemas come from NewTraitsValidator, with a client", kratos.ErrInvalidArgument)
	}
	if schema := s.lookUp(id); schema != nil {
		return schema, nil
	}
	type result struct {
		schema *identitySchema
		err    error
	}
	fetched := make(chan result, 1)
	go func() {
		schema, err := s.fetchInTurn(ctx, id)
		fetched <- result{schema, err}
	}()
	select {
	case r := <-fetched:
		return r.schema, r.err
	case <-ctx.Done():
		return nil, waitingForSchema(ctx)
	}
}

func waitingForSchema(ctx context.Context) error {
	return fmt.Errorf("kratos: waiting for an identity schema: %w", ctx.Err())
}

// fetchInTurn waits until nobody else fetches the schema, and fetches it if it is not kept then.
func (s *TraitsValidator) fetchInTurn(ctx context.Context, id string) (*identitySchema, error) {
	lock := s.use(id)
	defer s.leave(id, lock)
	select {
	case lock.turn <- struct{}{}:
		defer func() { <-lock.turn }()
	case <-ctx.Done():
		return nil, waitingForSchema(ctx)
	}
	if schema := s.lookUp(id); schema != nil {
		return schema, nil
	}
	return s.fetch(ctx, id)
}

func (s *TraitsValidator) use(id string) *fetchLock {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock := s.fetching[id]
	if lock == nil {
		lock = &fetchLock{turn: make(chan struct{}, 1)}
		s.fetching[id] = lock
	}
	lock.users++
	return lock
}

func (s *TraitsValidator) leave(id string, lock *fetchLock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lock.users--; lock.users == 0 {
		delete(s.fetching, id)
	}
}

// fetch fetches, compiles and keeps a schema.
func (s *TraitsValidator) fetch(ctx context.Context, id string) (*identitySchema, error) {
	text, err := s.client.IdentitySchema(ctx, id)
	if err != nil {
		return nil, err
	}
	schema, err := newIdentitySchema(text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[id] = keptSchema{schema, time.Now().Add(lifetime)}
	return schema, nil
}

func (s *TraitsValidator) lookUp(id string) *identitySchema {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept[id]
	if !ok || time.Now().After(kept.until) {
		return nil
	}
	return kept.identitySchema
}
