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

// Schemas judges traits by the identity schemas of a server. Each schema is fetched when it is first needed (getIdentitySchema, public
// port) and kept for five minutes. Make one with [NewSchemas] and share it; it is safe for concurrent use.
type Schemas struct {
	client *kratos.Client
	turn   chan struct{} // to fetch a schema

	mu   sync.Mutex
	kept map[string]keptSchema
}

type keptSchema struct {
	*identitySchema
	until time.Time
}

// lifetime is how long a schema is kept: an administrator may change it, and a long import goes on meanwhile.
const lifetime = 5 * time.Minute

// defaultSchema is the schema of an identity that names none, unless the server's configuration says otherwise.
const defaultSchema = "default"

// NewSchemas returns Schemas of the server that client talks to.
func NewSchemas(client *kratos.Client) *Schemas {
	return &Schemas{client: client, turn: make(chan struct{}, 1), kept: map[string]keptSchema{}}
}

// Traits judges the traits of an identity, the caller's own struct or map, by the identity schema schemaID. It returns nil or an [*Error];
// [ErrSchema] if the schema cannot be used; or what fetching it failed with, such as [kratos.ErrNotFound].
//
// The formats date-time, email, tel and so on are judged about as Kratos does; whether a phone number exists is not. What the
// extension "ory.sh/kratos" says of a trait is not judged.
func (s *Schemas) Traits(ctx context.Context, schemaID string, traits any) error {
	j := judge{}
	if err := s.judge(ctx, &j, schemaID, traits, "/traits"); err != nil {
		return err
	}
	return ofTraits(j.problems)
}

// Identity judges the traits of a new identity, as [Schemas.Traits] does. If it names no schema, it is taken to be "default", which a
// server's configuration may have changed.
func (s *Schemas) Identity(ctx context.Context, identity kratos.CreateIdentity) error {
	return s.Traits(ctx, identity.SchemaID, identity.Traits)
}

// Batch judges the traits of all items of a batch, as [Schemas.Identity] does. The place of a problem says which item has it, such as
// "/identities/3/create/traits/email".
func (s *Schemas) Batch(ctx context.Context, items []kratos.IdentityPatch) error {
	j := judge{}
	for i := range items {
		create := &items[i].Create
		err := s.judge(ctx, &j, create.SchemaID, create.Traits, "/identities/"+strconv.Itoa(i)+"/create/traits")
		if err != nil {
			return err
		}
	}
	return ofTraits(j.problems)
}

func ofTraits(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Operation: "traits", Problems: problems}
}

func (s *Schemas) judge(ctx context.Context, j *judge, id string, traits any, where string) error {
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
	schema.judge(j, text, where)
	return nil
}

// schema returns the schema with this id. One is fetched at a time; who waits for it finds it kept.
func (s *Schemas) schema(ctx context.Context, id string) (*identitySchema, error) {
	if s.client == nil {
		return nil, fmt.Errorf("kratos: %w: Schemas come from NewSchemas, with a client", kratos.ErrInvalid)
	}
	if schema := s.lookUp(id); schema != nil {
		return schema, nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("kratos: waiting for an identity schema: %w", ctx.Err())
	}
	if schema := s.lookUp(id); schema != nil {
		return schema, nil
	}
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

func (s *Schemas) lookUp(id string) *identitySchema {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept[id]
	if !ok || time.Now().After(kept.until) {
		return nil
	}
	return kept.identitySchema
}
