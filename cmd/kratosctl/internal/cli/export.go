package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/progress"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func newExport() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export [-o FILE]",
		Short: "Export all identities as JSON Lines",
		Long: `export writes all identities as JSON Lines, which import --from jsonl reads.

With -o, an export that ends early continues with the same command: FILE.journal says where. It is
removed when the export is complete. FILE is only for its owner, and is not overwritten.

Without --secrets, the file has no credentials. With it, the file has password hashes and links to
providers: protect it like a list of passwords. --secrets=password,oidc,totp names the types.

Exit status: 0 the export is complete; 1 it ended early; 2 nothing is exported.`,
		Example: `  kratosctl export --admin http://127.0.0.1:4434 -o identities.jsonl
  kratosctl export --admin http://127.0.0.1:4434 --secrets -o identities.jsonl
  kratosctl export --admin http://127.0.0.1:4434 | jq -r .traits.email`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.admin.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", "file to write; the default is the standard output")
	flags.StringSliceVar(&f.secrets, "secrets", nil, "export the credentials that an import needs, or those of these types")
	flags.Lookup("secrets").NoOptDefVal = "password,oidc"
	return withStatus(cmd, 2)
}

// exportFlags are the flags of an export.
type exportFlags struct {
	admin   adminFlags
	out     string
	secrets []string
}

func (f *exportFlags) run(cmd *cobra.Command) error {
	admin, err := f.admin.client()
	if err != nil {
		return err
	}
	var opts []bulk.ExportOption
	if len(f.secrets) > 0 {
		var types []kratos.CredentialsType
		for _, name := range f.secrets {
			types = append(types, kratos.CredentialsType(name))
		}
		opts = append(opts, bulk.WithCredentials(types...))
	}
	if f.out == "" {
		n, err := bulk.Export(cmd.Context(), admin, cmd.OutOrStdout(), opts...)
		return f.finish(cmd, n, err)
	}
	n, err := f.toFile(cmd, admin, opts)
	return f.finish(cmd, n, err)
}

// toFile exports to a new file, or continues one.
func (f *exportFlags) toFile(cmd *cobra.Command, admin *kratos.Admin, opts []bulk.ExportOption) (int, error) {
	journal := f.out + ".journal"
	outputs := []namedFile{{name: "--output", path: f.out}, {name: "the journal of --output", path: journal}}
	if err := checkOutputs(outputs, []namedFile{{name: "--admin-token-file", path: f.admin.tokenFile}}); err != nil {
		return 0, err
	}
	if exists(f.out) && !exists(journal) {
		return 0, fmt.Errorf("kratos: %s exists, and is not overwritten", f.out)
	}
	file, err := os.OpenFile(f.out, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, fmt.Errorf("kratos: %w", err)
	}
	defer file.Close()
	display := progress.Start(cmd.ErrOrStderr(), "export", func() progress.Status {
		info, err := file.Stat()
		if err != nil {
			return progress.Status{}
		}
		return progress.Status{Text: fmt.Sprintf("%.1f MiB", float64(info.Size())/(1<<20))}
	})
	defer display.Stop()
	n, err := bulk.Export(cmd.Context(), admin, file, append(opts, bulk.ExportJournal(journal))...)
	if err != nil {
		return n, withJournal(journal, err)
	}
	return n, errors.Join(file.Close(), os.Remove(journal))
}

// finish prints the result, and returns the error with the exit status.
func (f *exportFlags) finish(cmd *cobra.Command, n int, err error) error {
	print(cmd.ErrOrStderr(), "exported: %d", n)
	if err == nil {
		return nil
	}
	if f.out != "" && n > 0 {
		print(cmd.ErrOrStderr(), "to continue: %s", rerun(cmd.Context()))
	}
	return &exitError{status: statusIf(n > 0), err: err}
}
