// Command sdk reads a session and lists identities with this SDK. It is built to measure its size
// and imports.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, token string) error {
	client, err := kratos.NewClient(url)
	if err != nil {
		return err
	}
	session, err := client.Whoami(ctx, kratos.SessionToken(token))
	if err != nil {
		return err
	}
	fmt.Println(session.Identity.ID)
	admin, err := kratos.NewAdmin(url)
	if err != nil {
		return err
	}
	for identity, err := range admin.Identities(ctx, kratos.ListIdentities{}) {
		if err != nil {
			return err
		}
		fmt.Println(identity.ID)
	}
	return nil
}
