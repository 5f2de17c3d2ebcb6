// Command oapi reads a session and lists identities with the client that oapi-codegen generates. It
// is built to measure its size and imports.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/bench/peers/oapi"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, token string) error {
	api, err := oapi.NewClientWithResponses(url)
	if err != nil {
		return err
	}
	session, err := api.ToSessionWithResponse(ctx, &oapi.ToSessionParams{XSessionToken: &token})
	if err != nil {
		return err
	}
	if session.JSON200 == nil {
		return fmt.Errorf("unexpected response: %s", session.Status())
	}
	fmt.Println(session.JSON200.Identity.Id)
	identities, err := api.ListIdentitiesWithResponse(ctx, &oapi.ListIdentitiesParams{})
	if err != nil {
		return err
	}
	if identities.JSON200 == nil {
		return fmt.Errorf("unexpected response: %s", identities.Status())
	}
	for _, identity := range *identities.JSON200 {
		fmt.Println(identity.Id)
	}
	return nil
}
