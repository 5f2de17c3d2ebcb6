package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/bcrypt"

	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/source"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func newImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import --from FORMAT FILE...",
		Short: "Import identities from a file, or the accounts of another system",
		Long: `import creates identities from JSON Lines, from a CSV file, or from the export of Auth0,
Clerk, Amazon Cognito, Firebase, Keycloak, Okta or Supabase. FILE - is the standard input.

With --journal, an import that ends early continues with the same command, and creates each
identity once. A journal of another FILE or of another Kratos is refused. The journal is only for its owner, and has
no traits and no credentials.

Traits: {"email": ...} is the default for other systems; --trait sets each trait:
  --trait email=email --trait phone=phone --trait name.first=given_name --trait plan=raw.app_metadata.plan
Fields: email, phone, username, name, given_name, family_name, and raw.PATH, a value of the export.

Columns of a CSV file: --map COLUMN=TARGET, where TARGET is trait:NAME, trait-json:NAME,
verified:TRAIT, password, password-hash, oidc:PROVIDER, metadata-public:NAME,
metadata-admin:NAME, ref, external-id, state or schema-id.

Records that cannot be imported are printed, or written to --rejects, as line, id in the other system,
and reason. Accounts that the other system had deleted are skipped.

Exit status: 0 all records are imported; 1 some are rejected, or the import ended early;
2 nothing is imported.`,
		Example: `  # what would be imported, validated by the identity schema, without sending anything
  kratosctl import --from auth0 users.jsonl --hashes passwords.jsonl --dry-run \
    --admin http://127.0.0.1:4434 --validate --public http://127.0.0.1:4433

  # an import that can be continued
  kratosctl import --from firebase users.json --hash-config hash.txt \
    --admin http://127.0.0.1:4434 --journal import.journal --rejects rejects.jsonl

  # CSV with passwords, which are hashed on all cores
  kratosctl import --from csv people.csv --map mail=trait:email --map mail_ok=verified:email \
    --map secret=password --journal import.journal

  # an export of Kratos, into another one
  kratosctl import --from jsonl identities.jsonl --on-conflict update --journal import.journal`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.source.Files, f.source.In = args, cmd.InOrStdin()
			return f.run(cmd)
		},
	}
	f.admin.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.source.From, "from", "", "format: "+strings.Join(source.Formats(), ", "))
	flags.StringVar(&f.source.SchemaID, "schema-id", "", "identity schema of the identities; the default is that of the server")
	flags.StringArrayVar(&f.source.Map, "map", nil, "what a column becomes, such as mail=trait:email (csv), may be repeated")
	flags.StringArrayVar(&f.source.Traits, "trait", nil, "a trait and its value, such as phone=phone, may be repeated")
	flags.StringArrayVar(&f.source.Providers, "provider", nil, "the id in Kratos of a provider, such as google-oauth2=google, may be repeated")
	flags.BoolVar(&f.source.PublicMetadata, "public-metadata", false, "metadata that people could edit becomes metadata_public (auth0, supabase)")
	flags.StringVar(&f.source.HashConfig, "hash-config", "", "file with the password hash parameters of the project (firebase)")
	flags.StringVar(&f.source.Hashes, "hashes", "", "file with the password hashes (auth0)")
	flags.StringVar(&f.source.Identities, "identities", "", "CSV file of the table auth.identities (supabase)")
	flags.StringVar(&f.journal, "journal", "", "file that makes the import resumable")
	flags.BoolVar(&f.anyServer, "any-server", false, "continue --journal also if Kratos has none of the identities that it names,\nbecause they were deleted")
	flags.StringVar(&f.rejects, "rejects", "", "file for what is not imported, as JSON Lines")
	flags.BoolVar(&f.dryRun, "dry-run", false, "read and check everything, and send nothing to Kratos")
	flags.BoolVar(&f.validate, "validate", false, "validate traits by the identity schemas of --public")
	flags.StringVar(&f.public, "public", "", "URL of the public API, for --validate; the default is the environment variable "+publicURLVariable)
	flags.StringVar(&f.onConflict, "on-conflict", "report", "what to do if an identity exists: report (as rejected), skip or update")
	flags.IntVar(&f.workers, "workers", 4, "concurrent requests, 1 to 64; fewer while Kratos is overloaded")
	flags.IntVar(&f.hashCost, "hash-cost", 12, "bcrypt cost for plaintext passwords, 4 to 31; 0: Kratos hashes them, one after the other")
	// These fail only for an unknown flag.
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(source.Formats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("on-conflict", cobra.FixedCompletions([]string{"report", "skip", "update"}, cobra.ShellCompDirectiveNoFileComp))
	return withStatus(cmd, 2)
}

// importFlags are the flags of an import.
type importFlags struct {
	source            source.Options
	admin             adminFlags
	public            string
	journal, rejects  string
	onConflict        string
	dryRun, validate  bool
	anyServer         bool
	workers, hashCost int
}

func (f *importFlags) run(cmd *cobra.Command) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	if err := checkOutputs(f.files()); err != nil {
		return err
	}
	admin, err := f.admin.client()
	if err != nil && !f.dryRun {
		return err
	}
	records, err := source.Open(f.source)
	if err != nil {
		return err
	}
	defer records.Close()
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	if f.validate {
		check, err := f.checks(ctx, cancel)
		if err != nil {
			return err
		}
		opts = append(opts, check...)
	}
	run := &importRun{flags: f, source: records, cancel: cancel, errOut: cmd.ErrOrStderr()}
	if err := run.openRejects(); err != nil {
		return err
	}
	stop := run.show(cmd.Context())
	report, err := bulk.Import(ctx, admin, run.watch(records.Records), append(opts, bulk.OnReject(run.reject), bulk.OnProgress(run.progress))...)
	stop()
	run.progress(*report)
	return run.finish(cmd, withJournal(f.journal, run.completeRejects(err)))
}

// options returns the options of the import that follow from flags alone.
func (f *importFlags) options() ([]bulk.Option, error) {
	policies := map[string]bulk.Policy{"report": bulk.RejectConflict, "skip": bulk.Skip, "update": bulk.Update}
	policy, ok := policies[f.onConflict]
	switch {
	case !ok:
		return nil, errors.New("kratos: --on-conflict is report, skip or update")
	case f.workers < 1 || f.workers > 64:
		return nil, errors.New("kratos: --workers takes 1 to 64")
	case f.hashCost != 0 && (f.hashCost < bcrypt.MinCost || f.hashCost > bcrypt.MaxCost):
		return nil, fmt.Errorf("kratos: --hash-cost takes %d to %d, or 0", bcrypt.MinCost, bcrypt.MaxCost)
	case f.anyServer && f.journal == "":
		return nil, errors.New("kratos: --any-server needs --journal")
	case f.dryRun && f.journal != "":
		return nil, errors.New("kratos: --dry-run writes no --journal")
	}
	opts := []bulk.Option{bulk.OnConflict(policy), bulk.Workers(f.workers)}
	if f.journal != "" {
		opts = append(opts, bulk.Journal(f.journal))
	}
	if f.anyServer {
		opts = append(opts, bulk.AnyServer())
	}
	if f.dryRun {
		opts = append(opts, bulk.DryRun())
	}
	if f.hashCost != 0 {
		opts = append(opts, bulk.Hash(func(password []byte) (string, error) {
			hash, err := bcrypt.GenerateFromPassword(password, f.hashCost)
			return string(hash), err
		}))
	}
	return opts, nil
}

// print writes a line for people; that the terminal is gone does not end an import.
func print(out io.Writer, format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
