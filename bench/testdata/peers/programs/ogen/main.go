// Command ogen reads a session and lists identities with the client that ogen generates. It is
// built to measure its size and imports.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/bench/peers/ogen"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, token string) error {
	api, err := ogen.NewClient(url)
	if err != nil {
		return err
	}
	session, err := api.ToSession(ctx, ogen.ToSessionParams{XSessionToken: ogen.NewOptString(token)})
	if err != nil {
		return err
	}
	if session, ok := session.(*ogen.SessionHeaders); ok {
		fmt.Println(session.Response.Identity.Value.ID)
	}
	identities, err := api.ListIdentities(ctx, ogen.ListIdentitiesParams{})
	if err != nil {
		return err
	}
	if identities, ok := identities.(*ogen.ListIdentitiesHeaders); ok {
		for _, identity := range identities.Response {
			fmt.Println(identity.ID)
		}
	}
	return nil
}
