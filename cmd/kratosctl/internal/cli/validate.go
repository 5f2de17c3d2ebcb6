package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

func newValidate() *cobra.Command {
	var v validation
	var public string
	cmd := &cobra.Command{
		Use:   "validate [FILE]",
		Short: "Validate traits by the identity schemas of a server",
		Long: `validate validates identities by the identity schemas of a server, before an import.

FILE, or the standard input, has JSON objects, one after the other (JSON Lines), or in an array.
An object is an identity with schema_id and traits; with --traits, it is the traits alone. No value
of an identity is printed.

Exit status: 0 all are valid; 1 some are invalid; 2 nothing could be validated, or validation
ended early.`,
		Example: `  kratosctl validate --public https://auth.example.org identities.jsonl
  kratosctl validate --public https://auth.example.org --schema customer --traits < traits.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := kratos.NewClient(public)
			if err != nil {
				return err
			}
			in := cmd.InOrStdin()
			if len(args) == 1 {
				file, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("kratos: %w", err)
				}
				defer file.Close()
				in = file
			}
			v.validator = validate.NewTraitsValidator(client)
			return v.run(cmd, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&public, "public", "", "URL of the public API")
	flags.StringVar(&v.schema, "schema", "default", "ID of the schema of identities without schema_id, and of traits")
	flags.BoolVar(&v.traits, "traits", false, "the objects are traits, not identities")
	_ = cmd.MarkFlagRequired("public") // fails only for an unknown flag
	return withStatus(cmd, 2)
}

type validation struct {
	validator *validate.TraitsValidator
	schema    string
	traits    bool
}

// run validates all objects of in. Numbers of objects begin with 1.
func (v validation) run(cmd *cobra.Command, in io.Reader) error {
	valid, invalid := 0, 0
	for number, object := range objects(in) {
		if object.err != nil {
			return object.err
		}
		err := v.validate(cmd, object.data)
		var violations *validate.Error
		switch {
		case err == nil:
			valid++
			continue
		case !errors.As(err, &violations):
			return fmt.Errorf("object %d: %w", number, err)
		}
		invalid++
		for _, violation := range violations.Violations {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "object %d: %s\n", number, violation); err != nil {
				return err
			}
		}
	}
	if valid+invalid == 0 {
		return errors.New("kratos: the input has no JSON object")
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "valid: %d, invalid: %d\n", valid, invalid); err != nil {
		return err
	}
	if invalid > 0 {
		return &exitError{status: 1}
	}
	return nil
}

func (v validation) validate(cmd *cobra.Command, object json.RawMessage) error {
	if v.traits {
		return v.validator.ValidateTraits(cmd.Context(), v.schema, object)
	}
	var identity struct {
		SchemaID string          `json:"schema_id"`
		Traits   json.RawMessage `json:"traits"`
	}
	if err := json.Unmarshal(object, &identity); err != nil {
		return errors.New("kratos: it is not an identity: schema_id is not a string, or the value is not an object")
	}
	if identity.SchemaID == "" {
		identity.SchemaID = v.schema
	}
	if identity.Traits == nil {
		return errors.New("kratos: it has no traits; with --traits, the objects are traits")
	}
	return v.validator.ValidateTraits(cmd.Context(), identity.SchemaID, identity.Traits)
}
