// Quickstart registers a person with a running Kratos, verifies the email address, logs in and out,
// and prints each step.
//
//	go run ./examples/quickstart -public http://127.0.0.1:4433 -admin http://127.0.0.1:4434
//
// It asks for the code that Kratos sends by email. The identity schema must have the traits of
// [person]. `make quickstart` starts a Kratos, runs this program with it and enters the code.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// person has the traits of the identity schema, as a type of this program.
type person struct {
	Email string `json:"email"`
	Name  name   `json:"name"`
}

type name struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	admin := flag.String("admin", "http://127.0.0.1:4434", "URL of Kratos' admin API")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *public, *admin, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, publicURL, adminURL string, in io.Reader, out io.Writer) error {
	client, err := kratos.NewClient(publicURL)
	if err != nil {
		return err
	}
	admin, err := kratos.NewAdmin(adminURL)
	if err != nil {
		return err
	}

	ada := person{
		Email: fmt.Sprintf("ada.%d@example.org", time.Now().UnixNano()),
		Name:  name{First: "Ada", Last: "Lovelace"},
	}
	password := fmt.Sprintf("correct horse %d battery staple", time.Now().UnixNano())

	registered, err := client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: ada, Password: password})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "1. Registered %s as identity %s.\n", ada.Email, registered.Identity.ID)

	if err := verify(ctx, client, registered, in, out); err != nil {
		return err
	}

	_, err = client.Login.Do(ctx, kratos.LoginPassword{Identifier: ada.Email, Password: "a wrong one"})
	if !errors.Is(err, kratos.ErrRejected) {
		return fmt.Errorf("a wrong password should be rejected: %w", cmp.Or(err, errors.New("it was accepted")))
	}
	fmt.Fprintln(out, "3. A wrong password was rejected.")

	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: ada.Email, Password: password})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "4. Logged in: session %s, valid until %s.\n", login.Session.ID, login.Session.ExpiresAt.Format(time.RFC3339))

	session, err := client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "5. The session token belongs to identity %s, at %s.\n", session.Identity.ID, session.AAL)

	count := 0
	for identity, err := range admin.Identities(ctx, kratos.ListIdentities{}) {
		if err != nil {
			return err
		}
		if count++; identity.ID == session.Identity.ID {
			fmt.Fprintf(out, "6. The admin API lists the identity: %s, %s.\n", identity.ID, identity.State)
		}
	}
	fmt.Fprintf(out, "   Number of identities: %d.\n", count)

	if err := client.Logout(ctx, login.SessionToken); err != nil {
		return err
	}
	fmt.Fprintln(out, "7. Logged out.")

	_, err = client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
	if !errors.Is(err, kratos.ErrNoSession) {
		return fmt.Errorf("the session token should be revoked: %w", cmp.Or(err, errors.New("it is still valid")))
	}
	fmt.Fprintln(out, "8. The session token is revoked: Kratos returns no session for it.")
	return nil
}

// verify asks for the code that Kratos sent, and verifies the address with it.
func verify(ctx context.Context, client *kratos.Client, registered *kratos.FlowResult[kratos.RegistrationFlow], in io.Reader, out io.Writer) error {
	next := registered.ContinueWith.Find(kratos.ContinueShowVerificationUI)
	if next == nil {
		return errors.New("the response has no verification flow: enable selfservice.flows.verification and, from v25.4 on, the hook show_verification_ui after registration")
	}
	flow, err := client.Verification.Get(ctx, next.Flow.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   Kratos sent a code to %s. The code: ", next.Flow.VerifiableAddress)
	code, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		return fmt.Errorf("reading the code: %w", err)
	}
	result, err := client.Verification.Submit(ctx, flow, kratos.VerificationCode{Code: strings.TrimSpace(code)})
	if err != nil {
		return err
	}
	if !result.Done {
		return errors.New("the verification is not complete")
	}
	fmt.Fprintf(out, "2. Verified %s.\n", next.Flow.VerifiableAddress)
	return nil
}
