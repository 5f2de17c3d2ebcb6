// Command incumbent reads a session and lists identities with kratos-client-go. It is built to
// measure its size and imports.
package main

import (
	"context"
	"fmt"
	"os"

	client "github.com/ory/kratos-client-go"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, token string) error {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: url}}
	api := client.NewAPIClient(configuration)
	session, _, err := api.FrontendAPI.ToSession(ctx).XSessionToken(token).Execute()
	if err != nil {
		return err
	}
	fmt.Println(session.Identity.Id)
	identities, _, err := api.IdentityAPI.ListIdentities(ctx).Execute()
	if err != nil {
		return err
	}
	for _, identity := range identities {
		fmt.Println(identity.Id)
	}
	return nil
}
