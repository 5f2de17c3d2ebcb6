package e2e

import (
	"bytes"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// readCredentials reads an identity with a credential and returns the credential's configuration.
func readCredentials[T kratos.TypedCredentials](t *testing.T, admin *kratos.Admin, id string, credential kratos.CredentialsType) T {
	t.Helper()
	identity := must(admin.IdentityWithCredentials(t.Context(), id, []kratos.CredentialsType{credential}))(t)
	return must(kratos.CredentialsConfig[T](identity))(t)
}

func TestCredentialsOfIdentities(t *testing.T) { onBothServers(t, testCredentialsOfIdentities) }

func testCredentialsOfIdentities(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	fx := be.sharedFixture(t)

	t.Run("imported credentials", func(t *testing.T) {
		t.Parallel()
		p := newPerson()
		hash := bcryptHash(t, p.password)
		id := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{
			Traits:      p.traits,
			Credentials: kratos.Credentials(must(kratos.HashedPassword(hash))(t), kratos.OIDCLink("google", "g-"+p.Email), kratos.OIDCLink("github", "h-"+p.Email)),
		}))(t).ID
		if got := readCredentials[kratos.PasswordCredentials](t, fx.admin, id, kratos.CredentialsTypePassword); got.HashedPassword != hash || got.UsePasswordMigrationHook {
			t.Errorf("hash %q, want %q; hook %v", got.HashedPassword, hash, got.UsePasswordMigrationHook)
		}
		links := readCredentials[kratos.OIDCCredentials](t, fx.admin, id, kratos.CredentialsTypeOIDC).Providers
		subjects := map[string]string{}
		for _, link := range links {
			subjects[link.Provider] = link.Subject
			if link.InitialAccessToken != "" || link.InitialIDToken != "" || link.InitialRefreshToken != "" {
				t.Error("an imported link has tokens")
			}
		}
		if len(links) != 2 || subjects["google"] != "g-"+p.Email || subjects["github"] != "h-"+p.Email {
			t.Errorf("links %v", subjects)
		}
		code := readCredentials[kratos.CodeCredentials](t, fx.admin, id, kratos.CredentialsTypeCode).Addresses
		if len(code) != 1 || code[0].Address != p.Email || code[0].Channel != kratos.AddressChannelEmail {
			t.Errorf("%d addresses, by %s", len(code), code[0].Channel)
		}
		if got := readCredentials[kratos.WebAuthnCredentials](t, fx.admin, id, kratos.CredentialsTypeWebAuthn); len(got.Credentials) != 0 {
			t.Errorf("%d security keys of a person without any", len(got.Credentials))
		}
		for identity, err := range fx.admin.Identities(ctx, kratos.ListIdentities{IDs: []string{id}, IncludeCredential: []kratos.CredentialsType{kratos.CredentialsTypePassword}}) {
			if config, err := kratos.CredentialsConfig[kratos.PasswordCredentials](must(identity, err)(t)); err != nil || config.HashedPassword != hash {
				t.Errorf("in a list: hash %q, %v", config.HashedPassword, err)
			}
		}
	})

	t.Run("credentials that are not included or missing", func(t *testing.T) {
		t.Parallel()
		p := fx.createPerson(t, true)
		step := must(fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		identity := must(fx.admin.Identity(ctx, step.Session.Identity.ID))(t)
		_, err := kratos.CredentialsConfig[kratos.PasswordCredentials](identity)
		wantError(t, "a password that was not included", err, kratos.ErrCredentialsNotIncluded)
		_, err = kratos.CredentialsConfig[kratos.TOTPCredentials](identity)
		wantError(t, "a missing authenticator app", err, kratos.ErrNotFound)
		identity = must(fx.admin.IdentityWithCredentials(ctx, identity.ID, []kratos.CredentialsType{kratos.CredentialsTypeTOTP}))(t)
		_, err = kratos.CredentialsConfig[kratos.TOTPCredentials](identity)
		wantError(t, "the same, included", err, kratos.ErrNotFound)
		_, err = kratos.CredentialsConfig[kratos.PasswordCredentials](step.Session.Identity)
		wantError(t, "the identity of a session", err, kratos.ErrCredentialsNotIncluded)
	})

	t.Run("second factors", func(t *testing.T) {
		t.Parallel()
		p := fx.createPerson(t, true)
		id := must(fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t).Session.Identity.ID
		factors := fx.user(t, native).enrollSecondFactors(p)
		key := must(otp.NewKeyFromURL(readCredentials[kratos.TOTPCredentials](t, fx.admin, id, kratos.CredentialsTypeTOTP).TOTPURL))(t)
		if key.Secret() != factors.secret || !totp.Validate(factors.nextCode(t), key.Secret()) {
			t.Errorf("secret %q, want %q", key.Secret(), factors.secret)
		}
		codes := readCredentials[kratos.LookupSecretCredentials](t, fx.admin, id, kratos.CredentialsTypeLookupSecret).Codes
		if len(codes) != len(factors.codes) || codes[0].Code != factors.codes[0] || !codes[0].UsedAt.IsZero() {
			t.Fatalf("%d backup codes, want %d; used at %s", len(codes), len(factors.codes), codes[0].UsedAt)
		}
		token := kratos.SessionToken(must(fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t).SessionToken)
		must(fx.client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginLookupSecret{LookupSecret: factors.codes[0]}, token))(t)
		codes = readCredentials[kratos.LookupSecretCredentials](t, fx.admin, id, kratos.CredentialsTypeLookupSecret).Codes
		if used := codes[0].UsedAt; time.Since(used).Abs() > time.Hour || !codes[1].UsedAt.IsZero() {
			t.Errorf("the first code was used at %s, the second at %s", used, codes[1].UsedAt)
		}
	})

	be.run(t, "a security key", func(t *testing.T) {
		t.Parallel()
		_, key, browser := registerWithSecurityKey(t, fx.client)
		id := must(browser.Whoami(ctx))(t).Identity.ID
		got := readCredentials[kratos.WebAuthnCredentials](t, fx.admin, id, kratos.CredentialsTypeWebAuthn)
		if len(got.Credentials) != 1 || len(got.UserHandle) == 0 {
			t.Fatalf("%d keys, and a user handle of %d bytes", len(got.Credentials), len(got.UserHandle))
		}
		switch k := got.Credentials[0]; {
		case !bytes.Equal(k.ID, key.cred.ID):
			t.Errorf("id %x, want %x", k.ID, key.cred.ID)
		case k.DisplayName != "the blue one":
			t.Errorf("display name is %q", k.DisplayName)
		case k.IsPasswordless:
			t.Error("it is a first factor")
		case len(k.Authenticator.AAGUID) != 16:
			t.Errorf("an AAGUID of %d bytes", len(k.Authenticator.AAGUID))
		case !k.Flags.UserPresent:
			t.Error("the flag UserPresent is not set")
		case len(k.PublicKey) == 0, time.Since(k.AddedAt).Abs() > time.Hour:
			t.Errorf("a public key of %d bytes, added at %s", len(k.PublicKey), k.AddedAt)
		}
	})

	be.run(t, "a passkey", func(t *testing.T) {
		t.Parallel()
		_, key, browser := registerWithPasskey(t, fx.client)
		id := must(browser.Whoami(ctx))(t).Identity.ID
		got := readCredentials[kratos.PasskeyCredentials](t, fx.admin, id, kratos.CredentialsTypePasskey)
		if len(got.Credentials) != 1 || !bytes.Equal(got.Credentials[0].ID, key.cred.ID) || !got.Credentials[0].IsPasswordless || len(got.UserHandle) == 0 {
			t.Errorf("%d passkeys, and a user handle of %d bytes", len(got.Credentials), len(got.UserHandle))
		}
	})
}

// An account that a login has linked has the tokens of that login. Kratos sends an account
// without provider and subject after the only one was deleted.
func TestCredentialsOfAnAccountAtAProvider(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
	client, admin := clients(t, srv)
	account := newProviderPerson()
	idp.SignIn(account)
	br := newBrowser(t, srv)
	expectPage(t, br.registration(client), "/")
	id := br.whoami(client).Identity.ID

	links := readCredentials[kratos.OIDCCredentials](t, admin, id, kratos.CredentialsTypeOIDC).Providers
	if len(links) != 1 || links[0].Provider != provider.ID || links[0].Subject != account.Subject {
		t.Fatalf("%d links", len(links))
	}
	if links[0].InitialIDToken == "" || links[0].InitialAccessToken == "" {
		t.Errorf("ID token of %d bytes, access token of %d", len(links[0].InitialIDToken), len(links[0].InitialAccessToken))
	}

	must(admin.SetPassword(ctx, id, kratos.PlaintextPassword("correct horse battery staple")))(t)
	if err := admin.DeleteIdentityCredentials(ctx, id, kratos.CredentialsTypeOIDC, provider.ID+":"+account.Subject); err != nil {
		t.Fatal(err)
	}
	if got := readCredentials[kratos.OIDCCredentials](t, admin, id, kratos.CredentialsTypeOIDC).Providers; len(got) != 0 {
		t.Errorf("%d links after the only one was deleted", len(got))
	}
}
