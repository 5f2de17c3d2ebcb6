package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func ExampleCredentialsConfig() {
	// As IdentityWithCredentials returns it.
	identity := kratos.Identity{Credentials: map[kratos.CredentialsType]kratos.IdentityCredentials{
		kratos.CredentialsTypeOIDC: {Config: json.RawMessage(`{"providers":[{"provider":"google","subject":"10769150350006150715"}]}`)},
	}}
	accounts, err := kratos.CredentialsConfig[kratos.OIDCCredentials](identity)
	if err != nil {
		log.Fatal(err)
	}
	for _, account := range accounts.Providers {
		fmt.Println(account.Provider, account.Subject)
	}
	_, err = kratos.CredentialsConfig[kratos.TOTPCredentials](identity)
	fmt.Println("has an authenticator app:", !errors.Is(err, kratos.ErrNotFound))
	// Output:
	// google 10769150350006150715
	// has an authenticator app: false
}

// configOf is CredentialsConfig as a function for a table.
type credentialsConfig func(kratos.Identity) (config any, err error)

func configOf[T kratos.TypedCredentials](identity kratos.Identity) (any, error) {
	return kratos.CredentialsConfig[T](identity)
}

var credentialsConfigs = map[kratos.CredentialsType]credentialsConfig{
	kratos.CredentialsTypePassword: configOf[kratos.PasswordCredentials], kratos.CredentialsTypeOIDC: configOf[kratos.OIDCCredentials],
	kratos.CredentialsTypeSAML: configOf[kratos.SAMLCredentials], kratos.CredentialsTypeCode: configOf[kratos.CodeCredentials],
	kratos.CredentialsTypeTOTP: configOf[kratos.TOTPCredentials], kratos.CredentialsTypeLookupSecret: configOf[kratos.LookupSecretCredentials],
	kratos.CredentialsTypeWebAuthn: configOf[kratos.WebAuthnCredentials], kratos.CredentialsTypePasskey: configOf[kratos.PasskeyCredentials],
}

// identityWith returns an identity with these credentials, decoded from a response.
func identityWith(t *testing.T, credentials string) kratos.Identity {
	t.Helper()
	var identity kratos.Identity
	if err := json.Unmarshal([]byte(`{"id":"`+idA+`","schema_id":"person","schema_url":"","traits":{}`+credentials+`}`), &identity); err != nil {
		t.Fatal(err)
	}
	return identity
}

func TestCredentialsConfig(t *testing.T) {
	t.Parallel()
	const unnamed = `{"initial_id_token":"","initial_access_token":"","initial_refresh_token":"","subject":"","provider":"","organization":""}`
	at := time.Date(2026, 11, 23, 16, 16, 48, 0, time.UTC)
	key := kratos.WebAuthnKey{ID: []byte{1, 2}, PublicKey: []byte{3}, AttestationType: "packed", DisplayName: "key one", AddedAt: at}
	key.Authenticator.AAGUID, key.Authenticator.SignCount = make([]byte, 16), 4
	key.Flags.UserPresent, key.Flags.BackupEligible = true, true
	passkey := kratos.WebAuthnKey{ID: []byte{9}, IsPasswordless: true, AddedAt: at, Transport: []string{"internal", "hybrid"}}
	for name, tc := range map[string]struct {
		typ    kratos.CredentialsType
		config string
		want   any
	}{
		"a password": {"password", `{"hashed_password":"$2a$04$abc"}`, kratos.PasswordCredentials{HashedPassword: "$2a$04$abc"}},
		"a password for the migration hook": {"password", `{"hashed_password":"","use_password_migration_hook":true}`,
			kratos.PasswordCredentials{UsePasswordMigrationHook: true}},
		"a password that v25.4 deleted": {"password", `{}`, kratos.PasswordCredentials{}},
		"an account at a provider, from v1.3.1": {"oidc",
			`{"providers":[{"initial_id_token":"a","initial_access_token":"b","initial_refresh_token":"c","subject":"s","provider":"lab","organization":""}]}`,
			kratos.OIDCCredentials{Providers: []kratos.OIDCProvider{{Provider: "lab", Subject: "s", InitialIDToken: "a", InitialAccessToken: "b", InitialRefreshToken: "c"}}}},
		"imported accounts, from v25.4": {"oidc",
			`{"providers":[{"initial_id_token":"","subject":"s","provider":"lab"},{"subject":"t","provider":"lab2","organization":"` + idA + `","use_auto_link":true}]}`,
			kratos.OIDCCredentials{Providers: []kratos.OIDCProvider{{Provider: "lab", Subject: "s"}, {Provider: "lab2", Subject: "t", Organization: idA, UseAutoLink: true}}}},
		"an account at a SAML provider": {"saml", `{"providers":[{"subject":"x","provider":"s"},{"subject":"y","provider":"s","organization":"` + idA + `","use_auto_link":true}]}`,
			kratos.SAMLCredentials{Providers: []kratos.SAMLProvider{{Provider: "s", Subject: "x"}, {Provider: "s", Subject: "y", Organization: idA, UseAutoLink: true}}}},
		"addresses for codes": {"code", `{"addresses":[{"channel":"email","address":"ada@example.org"},{"channel":"sms","address":"+4915170000012"}]}`,
			kratos.CodeCredentials{Addresses: []kratos.CodeAddress{{Channel: kratos.AddressChannelEmail, Address: "ada@example.org"}, {Channel: kratos.AddressChannelSMS, Address: "+4915170000012"}}}},
		"an authenticator app": {"totp", `{"totp_url":"otpauth://totp/Lab:ada@example.org?secret=VXZN"}`, kratos.TOTPCredentials{TOTPURL: "otpauth://totp/Lab:ada@example.org?secret=VXZN"}},
		"backup codes, one of them used": {"lookup_secret", `{"recovery_codes":[{"code":"97d5qurx","used_at":"2026-11-23T16:16:48Z"},{"code":"zw3m3931","used_at":null},{"code":"xcox2dba"}]}`,
			kratos.LookupSecretCredentials{Codes: []kratos.LookupSecretCode{{Code: "97d5qurx", UsedAt: at}, {Code: "zw3m3931"}, {Code: "xcox2dba"}}}},
		"a security key": {"webauthn",
			`{"credentials":[{"id":"AQI=","public_key":"Aw==","attestation_type":"packed","authenticator":{"aaguid":"AAAAAAAAAAAAAAAAAAAAAA==","sign_count":4,"clone_warning":false},` +
				`"display_name":"key one","added_at":"2026-11-23T16:16:48Z","is_passwordless":false,"flags":{"user_present":true,"user_verified":false,"backup_eligible":true,"backup_state":false}}],"user_handle":"d5I="}`,
			kratos.WebAuthnCredentials{Credentials: []kratos.WebAuthnKey{key}, UserHandle: []byte{0x77, 0x92}}},
		"a credential for security keys without any": {"webauthn", `{"user_handle":"d5I="}`, kratos.WebAuthnCredentials{UserHandle: []byte{0x77, 0x92}}},
		"a passkey": {"passkey", `{"credentials":[{"id":"CQ==","added_at":"2026-11-23T16:16:48Z","is_passwordless":true,"transport":["internal","hybrid"]}],"user_handle":null}`,
			kratos.PasskeyCredentials{Credentials: []kratos.WebAuthnKey{passkey}}},
		"members of a later version":       {"totp", `{"totp_url":"u","algorithm":{"name":"SHA1"},"digits":6}`, kratos.TOTPCredentials{TOTPURL: "u"}},
		"no account any more, from v1.3.1": {"oidc", `{"providers":[` + unnamed + `]},"identifiers":[]`, kratos.OIDCCredentials{}},
		"no account any more, from v25.4":  {"oidc", `null,"identifiers":[]`, kratos.OIDCCredentials{}},
		"no SAML account any more":         {"saml", `null,"identifiers":null`, kratos.SAMLCredentials{}},
		"null for every member":            {"oidc", `{"providers":[null,{"provider":null,"subject":null,"use_auto_link":null}]}`, kratos.OIDCCredentials{Providers: make([]kratos.OIDCProvider, 2)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			identity := identityWith(t, `,"credentials":{"`+string(tc.typ)+`":{"type":"`+string(tc.typ)+`","identifiers":["i"],"config":`+tc.config+`}}`)
			got, err := credentialsConfigs[tc.typ](identity)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %s, %v, want %s", asJSON(t, got), err, asJSON(t, tc.want))
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A credential that the identity does not have is ErrNotFound, one that the response does not
// include is ErrCredentialsNotIncluded.
func TestMissingCredentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		credentials string // $type is the requested type
		want        string
	}{
		"other credentials only":          {`,"credentials":{"other":{"type":"other","config":{}}}`, "ErrNotFound"},
		"no credentials":                  {`,"credentials":{}`, "ErrNotFound"},
		"read without credentials":        {``, "ErrCredentialsNotIncluded"},
		"credentials are null":            {`,"credentials":null`, "ErrCredentialsNotIncluded"},
		"read without include_credential": {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"version":1}}`, "ErrCredentialsNotIncluded"},
		"the credential is null":          {`,"credentials":{"$type":null}`, "ErrCredentialsNotIncluded"},
		"the configuration is null":       {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"config":null}}`, "ErrCredentialsNotIncluded"},
		"the configuration is a string":   {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"config":"s3cret"}}`, "ErrUnexpectedResponse"},
		"the configuration is a number":   {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"config":1e999}}`, "ErrUnexpectedResponse"},
		"the configuration is a list":     {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"config":[{"s3cret":1}]}}`, "ErrUnexpectedResponse"},
		"members are of other types": {`,"credentials":{"$type":{"type":"$type","identifiers":["i"],"config":{"hashed_password":["s3cret"],"providers":"s3cret","addresses":{"a":1},"totp_url":7,"recovery_codes":{},` +
			`"credentials":[{"id":"not base64: s3cret","added_at":"s3cret"}]}}}`, "ErrUnexpectedResponse"},
	} {
		for typ, config := range credentialsConfigs {
			t.Run(name+", "+string(typ), func(t *testing.T) {
				t.Parallel()
				got, err := config(identityWith(t, strings.ReplaceAll(tc.credentials, "$type", string(typ))))
				if matches(err) != tc.want || err == nil || !strings.HasPrefix(err.Error(), "kratos: CredentialsConfig: ") || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("%v, want %s", err, tc.want)
				}
				if tc.want != "ErrUnexpectedResponse" && !reflect.ValueOf(got).IsZero() {
					t.Errorf("got %s beside the error", asJSON(t, got))
				}
			})
		}
	}
}

// The identity can be a pointer, which may be nil.
func TestCredentialsConfigFromPointer(t *testing.T) {
	t.Parallel()
	identity := kratos.Identity{Credentials: map[kratos.CredentialsType]kratos.IdentityCredentials{kratos.CredentialsTypeTOTP: {Config: []byte(`{"totp_url":"u"}`)}}}
	if got, err := kratos.CredentialsConfig[kratos.TOTPCredentials](&identity); err != nil || got.TOTPURL != "u" {
		t.Errorf("got %s, %v", got.TOTPURL, err)
	}
	if _, err := kratos.CredentialsConfig[kratos.TOTPCredentials]((*kratos.Identity)(nil)); matches(err) != "ErrCredentialsNotIncluded" {
		t.Errorf("nil: %v", err)
	}
}

// Every configuration that a real server sent decodes, and the type has a field for each member.
func TestRecordedCredentials(t *testing.T) {
	t.Parallel()
	decoded := map[kratos.CredentialsType]int{}
	for _, e := range exchanges(t) {
		var one kratos.Identity
		var list []kratos.Identity
		body := []byte(e.Response.Body)
		switch e.Op {
		case "getIdentity":
			if json.Unmarshal(body, &one) != nil {
				continue
			}
			list = []kratos.Identity{one}
		case "listIdentities":
			if json.Unmarshal(body, &list) != nil {
				continue
			}
		}
		for _, identity := range list {
			for typ, credentials := range identity.Credentials {
				if len(credentials.Config) == 0 {
					continue
				}
				config, err := credentialsConfigs[typ](identity)
				if err != nil {
					t.Errorf("%s: %v", e, err)
					continue
				}
				decoded[typ]++
				text, err := gen.MarshalBody(config)
				if err != nil {
					t.Fatal(err)
				}
				if lost := missing(parsed(t, credentials.Config), parsed(t, text), string(typ)); len(lost) > 0 {
					t.Errorf("%s: lost %s", e, lost)
				}
			}
		}
	}
	t.Logf("decoded %v", decoded)
	if len(decoded) < 7 { // no recorded server has SAML
		t.Errorf("only %d types were decoded", len(decoded))
	}
}
