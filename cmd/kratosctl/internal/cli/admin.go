package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// adminURLVariable is the environment variable with the URL of the admin API.
const adminURLVariable = "KRATOS_ADMIN_URL"

// adminFlags are the flags for the admin API.
type adminFlags struct{ url, tokenFile string }

func (a *adminFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.url, "admin", "", "URL of the admin API; the default is the environment variable "+adminURLVariable)
	cmd.Flags().StringVar(&a.tokenFile, "admin-token-file", "", "file with a bearer token for a gateway in front of the admin API;\nthe default is the environment variable "+adminTokenVariable)
	_ = cmd.RegisterFlagCompletionFunc("admin", cobra.NoFileCompletions) // fails only for an unknown flag
}

// client returns a client for the admin API.
func (a *adminFlags) client() (*kratos.Admin, error) {
	url, token := a.url, os.Getenv(adminTokenVariable)
	if url == "" {
		url = os.Getenv(adminURLVariable)
	}
	if url == "" {
		return nil, errors.New("kratos: give the URL of the admin API by --admin or " + adminURLVariable)
	}
	if a.tokenFile != "" {
		text, err := os.ReadFile(a.tokenFile)
		if err != nil {
			return nil, fmt.Errorf("kratos: --admin-token-file: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	var opts []kratos.Option
	if token != "" {
		opts = append(opts, kratos.WithBearerToken(token))
	}
	return kratos.NewAdmin(url, opts...)
}
