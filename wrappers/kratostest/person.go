package kratostest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// Person is a user. Its fields say what [Kratos.Person] makes.
type Person struct {
	// ID is the id of the identity, which Person sets.
	ID string

	// Email is the trait "email", with which the person logs in. If it is empty, Person makes one
	// up, unless there are Traits.
	Email string
	// Password to log in with. If it is empty, Person makes one up.
	Password string
	// Traits replace {"email": Email}. Email is then the identifier to log in with.
	Traits any
	// SchemaID is the identity schema. Empty means the default one.
	SchemaID string

	// Unverified people have not verified their addresses.
	Unverified bool
	// Inactive people cannot log in.
	Inactive bool
	// TOTP gives the person an authenticator app, whose code is [Person.TOTPCode], and
	// LookupSecrets gives backup codes, BackupCodes.
	TOTP, LookupSecrets bool
	// BackupCodes that Person sets.
	BackupCodes []string

	// MetadataPublic and MetadataAdmin are encoded as JSON.
	MetadataPublic, MetadataAdmin any

	kratos *Kratos
	secret string // of the authenticator app
}

// people counts those without an address of their own.
var people atomic.Int64

// complete sets the fields that the caller left out.
func (p *Person) complete() {
	n := people.Add(1)
	if p.Email == "" && p.Traits == nil {
		p.Email = fmt.Sprintf("person-%d@example.org", n)
	}
	if p.Traits == nil {
		p.Traits = map[string]any{"email": p.Email}
	}
	if p.Password == "" {
		p.Password = fmt.Sprintf("correct horse %d battery", n)
	}
}

// Person creates an identity, as an administrator does, and returns the person with everything
// that was made up.
func (k *Kratos) Person(p Person) *Person {
	k.t.Helper()
	p.complete()
	p.kratos = k
	ctx, admin := k.t.Context(), k.directAdmin()
	create := kratos.CreateIdentity{SchemaID: p.SchemaID, Traits: p.Traits, MetadataPublic: p.MetadataPublic, MetadataAdmin: p.MetadataAdmin}
	create.Credentials.Password.Config.Password = p.Password
	identity, err := admin.CreateIdentity(ctx, create)
	if err != nil {
		k.t.Fatalf("kratostest: Person: %v", explain(err))
	}
	p.ID = identity.ID
	if !p.Unverified {
		for _, a := range identity.VerifiableAddresses {
			must(admin.SetVerified(ctx, p.ID, a.Value))(k.t)
		}
	}
	if p.TOTP || p.LookupSecrets {
		k.addSecondFactors(&p)
	}
	if p.Inactive {
		must(admin.SetState(ctx, p.ID, kratos.IdentityStateInactive))(k.t)
	}
	return &p
}

// explain returns the values that an error of a test person is about.
func explain(err error) error {
	var e *kratos.Error
	if errors.As(err, &e) {
		return errors.New(e.Explain())
	}
	return err
}

// addSecondFactors gives a person an authenticator app and backup codes, as the person does in the
// settings.
func (k *Kratos) addSecondFactors(p *Person) {
	k.t.Helper()
	ctx, client := k.t.Context(), k.directClient()
	session := k.SignIn(p)
	if _, err := client.Settings.Start(ctx, session.Option()); errors.Is(err, kratos.ErrAAL2Required) {
		session.AAL2() // a code is a second factor already
	}
	token := session.Option()
	if p.TOTP {
		flow := must(client.Settings.Start(ctx, token))(k.t)
		p.secret = flow.Form().TOTPSecret()
		must(client.Settings.Submit(ctx, flow, kratos.SettingsTOTP{TOTPCode: p.TOTPCode()}, token))(k.t)
	}
	if p.LookupSecrets {
		flow := must(client.Settings.Start(ctx, token))(k.t)
		result := must(client.Settings.Submit(ctx, flow, kratos.SettingsLookupSecret{LookupSecretRegenerate: true}, token))(k.t)
		p.BackupCodes = result.Flow.Form().LookupSecretCodes()
		must(client.Settings.Submit(ctx, result.Flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}, token))(k.t)
	}
	if err := k.directAdmin().DeleteIdentitySessions(ctx, p.ID); err != nil {
		k.t.Fatalf("kratostest: %v", err)
	}
}

// TOTPCode returns the code that the authenticator app shows now.
func (p *Person) TOTPCode() string {
	p.kratos.t.Helper()
	if p.secret == "" {
		p.kratos.t.Fatal("kratostest: TOTPCode: the person has no authenticator app: set Person.TOTP")
	}
	return must(totp.GenerateCode(p.secret, p.kratos.now()))(p.kratos.t)
}
