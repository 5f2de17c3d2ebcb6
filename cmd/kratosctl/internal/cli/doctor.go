package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/doctor"
)

// adminTokenVariable is the environment variable with the bearer token for the admin API.
const adminTokenVariable = "KRATOSCTL_ADMIN_TOKEN"

func newDoctor() *cobra.Command {
	var (
		opts         doctor.Options
		configs      []string
		asJSON, list bool
	)
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find faults in the configuration of a running Kratos",
		Long: `doctor finds faults in the configuration of a running Kratos and of the proxies in front
of it. Each finding says what is wrong, why it matters, and the line to change.

doctor starts flows and reads; it submits one login with an address that does not exist,
and one recovery form without an address. It changes no identity and sends no email.
What it cannot check, it says (severity info).

The environment variable ` + adminTokenVariable + ` is a bearer token for a gateway in
front of the admin API.

Exit status: 0 no finding, or only infos; 1 warnings; 2 errors; 3 doctor could not run.`,
		Example: `  # at your own machine
  kratosctl doctor --public http://127.0.0.1:4433 --admin http://127.0.0.1:4434

  # all checks: the URLs that browsers use, and the configuration
  kratosctl doctor --public https://auth.example.org --admin http://kratos.internal:4434 \
    --site https://www.example.org --config kratos.yml

  # only the configuration, in CI
  kratosctl doctor --config kratos.yml --config production.yml --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return listKinds(cmd.OutOrStdout())
			}
			if len(configs) > 0 {
				var err error
				if opts.Config, err = doctor.ReadConfig(configs...); err != nil {
					return err
				}
			}
			opts.AdminToken = os.Getenv(adminTokenVariable)
			findings, err := doctor.Run(cmd.Context(), opts)
			if err != nil {
				return err
			}
			write := printFindings
			if asJSON {
				write = encodeFindings
			}
			if err := write(cmd.OutOrStdout(), findings); err != nil {
				return err
			}
			if status := doctor.ExitStatus(findings); status != 0 {
				return &exitError{status: status}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Public, "public", "", "URL of the public API, as browsers use it")
	flags.StringVar(&opts.Admin, "admin", "", "URL of the admin API")
	flags.StringVar(&opts.Site, "site", "", "URL of the website")
	flags.StringArrayVar(&configs, "config", nil, "kratos.yml; more than one are merged, as with kratos serve -c")
	flags.StringArrayVar(&opts.Ignore, "ignore", nil, "ID of a finding to leave out, may be repeated")
	flags.DurationVar(&opts.QueuedFor, "queued-for", time.Minute, "age from which a queued message is overdue")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.BoolVar(&list, "list", false, "list the kinds of findings, and check nothing")
	_ = cmd.MarkFlagFilename("config", "yml", "yaml", "json") // fails only for an unknown flag
	_ = cmd.RegisterFlagCompletionFunc("ignore", cobra.FixedCompletions(kindIDs(), cobra.ShellCompDirectiveNoFileComp))
	return withStatus(cmd, 3)
}

func kindIDs() []string {
	return slices.Sorted(maps.Keys(doctor.Kinds()))
}

func listKinds(out io.Writer) error {
	severities := doctor.Kinds()
	for _, id := range kindIDs() {
		if _, err := fmt.Fprintf(out, "%-8s %s\n", severities[id], id); err != nil {
			return err
		}
	}
	return nil
}

// printFindings prints findings for people.
func printFindings(out io.Writer, findings []doctor.Finding) error {
	count := map[doctor.Severity]int{}
	for _, f := range findings {
		count[f.Severity]++
		if _, err := fmt.Fprintf(out, "%s: %s [%s]\n    why:  %s\n    fix:  %s\n", f.Severity, f.What, f.ID, f.Why, f.Fix); err != nil {
			return err
		}
		if f.Evidence != "" {
			fmt.Fprintf(out, "    seen: %s\n", f.Evidence)
		}
	}
	_, err := fmt.Fprintf(out, "errors: %d, warnings: %d, infos: %d\n", count[doctor.Error], count[doctor.Warning], count[doctor.Info])
	return err
}

func encodeFindings(out io.Writer, findings []doctor.Finding) error {
	if findings == nil {
		findings = []doctor.Finding{}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Findings []doctor.Finding `json:"findings"`
	}{findings})
}
