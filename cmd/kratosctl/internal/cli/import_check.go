package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// publicURLVariable is the environment variable with the URL of the public API.
const publicURLVariable = "KRATOS_PUBLIC_URL"

// checks returns the options of --validate: the traits by the schemas of the server, and duplicates
// by the identifiers of the schema of the import. A schema that cannot be fetched is not a fault of a
// record: it ends the import.
func (f *importFlags) checks(ctx context.Context, cancel context.CancelCauseFunc) ([]bulk.Option, error) {
	url := f.public
	if url == "" {
		url = os.Getenv(publicURLVariable)
	}
	if url == "" {
		return nil, errors.New("kratos: --validate needs the URL of the public API by --public or " + publicURLVariable)
	}
	client, err := kratos.NewClient(url)
	if err != nil {
		return nil, err
	}
	schemaID := f.source.SchemaID
	if schemaID == "" {
		schemaID = "default"
	}
	schema, err := client.IdentitySchema(ctx, schemaID)
	switch {
	case errors.Is(err, kratos.ErrNotFound) && f.source.SchemaID == "":
		return nil, errors.New("kratos: --validate: the server has no identity schema \"default\": give --schema-id")
	case err != nil:
		return nil, fmt.Errorf("kratos: --validate: %w", err)
	}
	identifiers, err := bulk.SchemaIdentifiers(schema)
	if err != nil {
		return nil, err
	}
	validator := validate.NewTraitsValidator(client)
	return []bulk.Option{
		bulk.Check(func(ctx context.Context, identity *kratos.CreateIdentity) error {
			err := validator.ValidateIdentity(ctx, *identity)
			if violations, ok := errors.AsType[*validate.Error](err); ok {
				return violations
			}
			if err != nil && !errors.Is(err, kratos.ErrNotFound) {
				cancel(err)
			}
			return err
		}),
		bulk.IdentifiedBy(func(identity kratos.CreateIdentity) []string {
			if identity.SchemaID == "" || identity.SchemaID == schemaID {
				return identifiers(identity)
			}
			return bulk.Identifiers(identity)
		}),
	}, nil
}
