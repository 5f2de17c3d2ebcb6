package kratos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var update = flag.Bool("update", false, "update the golden files")

const (
	root   = "../.."
	idA    = "7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01"
	idB    = "7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a02"
	aToken = "ory_st_token"
)

type adaTraits struct {
	Email string `json:"email"`
}

var ada = adaTraits{"ada@example.org"}

// calls has a call of every operation, with all of its parameters.
func calls(ctx context.Context, c *kratos.Client, b *kratos.Browser, a *kratos.Admin) map[string]func() error {
	token := kratos.SessionToken(aToken)
	login, registration, settings := newFlow[kratos.LoginFlow](idA), newFlow[kratos.RegistrationFlow](idA), newFlow[kratos.SettingsFlow](idA)
	recovery, verification := newFlow[kratos.RecoveryFlow](idA), newFlow[kratos.VerificationFlow](idA)
	hash, _ := kratos.HashedPassword("$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq")
	return map[string]func() error{
		"createNativeLoginFlow": func() error {
			return second(c.Login.With(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2, ReturnTo: "https://example.org/", Organization: idB, IdentitySchema: "person", Via: "email", ReturnSessionTokenExchangeCode: true}).Start(ctx, token))
		},
		"createBrowserLoginFlow": func() error {
			return second(b.Login.With(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2, ReturnTo: "https://example.org/", LoginChallenge: "challenge", Organization: idB, IdentitySchema: "person", Via: "email"}).Start(ctx))
		},
		"getLoginFlow": func() error { return second(b.Login.Get(ctx, idA)) },
		"updateLoginFlow": func() error {
			return second(c.Login.Submit(ctx, login, kratos.LoginPassword{Identifier: "ada", Password: "p"}, token))
		},
		"createNativeRegistrationFlow": func() error {
			return second(c.Registration.With(kratos.StartRegistration{ReturnTo: "https://example.org/", Organization: idB, IdentitySchema: "person", ReturnSessionTokenExchangeCode: true}).Start(ctx))
		},
		"createBrowserRegistrationFlow": func() error {
			return second(b.Registration.With(kratos.StartRegistration{ReturnTo: "https://example.org/", LoginChallenge: "challenge", AfterVerificationReturnTo: "https://example.org/verified", Organization: idB, IdentitySchema: "person"}).Start(ctx))
		},
		"getRegistrationFlow": func() error { return second(b.Registration.Get(ctx, idA)) },
		"updateRegistrationFlow": func() error {
			return second(c.Registration.Submit(ctx, registration, kratos.RegistrationPassword{Traits: ada, Password: "p", TransientPayload: map[string]string{"from": "app"}}))
		},
		"createNativeSettingsFlow": func() error { return second(c.Settings.Start(ctx, token)) },
		"createBrowserSettingsFlow": func() error {
			return second(b.Settings.With(kratos.StartSettings{ReturnTo: "https://example.org/"}).Start(ctx))
		},
		"getSettingsFlow": func() error { return second(c.Settings.Get(ctx, idA, token)) },
		"updateSettingsFlow": func() error {
			return second(c.Settings.Submit(ctx, settings, kratos.SettingsPassword{Password: "p"}, token))
		},
		"createNativeRecoveryFlow": func() error {
			return second(c.Recovery.With(kratos.StartRecovery{ReturnTo: "https://example.org/"}).Start(ctx))
		},
		"createBrowserRecoveryFlow": func() error {
			return second(b.Recovery.With(kratos.StartRecovery{ReturnTo: "https://example.org/"}).Start(ctx))
		},
		"getRecoveryFlow": func() error { return second(b.Recovery.Get(ctx, idA)) },
		"updateRecoveryFlow": func() error {
			return second(c.Recovery.Submit(ctx, recovery, kratos.RecoveryCode{Email: ada.Email}))
		},
		"createNativeVerificationFlow": func() error {
			return second(c.Verification.With(kratos.StartVerification{ReturnTo: "https://example.org/"}).Start(ctx))
		},
		"createBrowserVerificationFlow": func() error {
			return second(b.Verification.With(kratos.StartVerification{ReturnTo: "https://example.org/"}).Start(ctx))
		},
		"getVerificationFlow": func() error { return second(b.Verification.Get(ctx, idA)) },
		"updateVerificationFlow": func() error {
			return second(c.Verification.Submit(ctx, verification, kratos.VerificationCode{Code: "123456"}))
		},
		"createBrowserLogoutFlow": func() error { return second(b.CreateLogoutFlow(ctx, "https://example.org/")) },
		// The return_to of a logout is for navigations; this call is none, and Kratos ignores it.
		"updateLogoutFlow":     func() error { return b.Logout(ctx, "logout_token", kratos.Query("return_to", "https://example.org/")) },
		"performNativeLogout":  func() error { return c.Logout(ctx, aToken) },
		"getFlowError":         func() error { return second(c.FlowError(ctx, idA)) },
		"exchangeSessionToken": func() error { return second(c.ExchangeSessionToken(ctx, "init", "return")) },
		"toSession":            func() error { return second(c.Tokenize(ctx, "jwt", token)) },
		"listMySessions": func() error {
			return second(c.MySessionsPage(ctx, kratos.ListMySessions{PageSize: 5, PageToken: "2"}, token))
		},
		"disableMySession":       func() error { return c.DisableMySession(ctx, idA, token) },
		"disableMyOtherSessions": func() error { return second(c.DisableMyOtherSessions(ctx, token)) },
		"createFedcmFlow":        func() error { return second(b.CreateFedCMFlow(ctx)) },
		"updateFedcmFlow": func() error {
			return second(b.UpdateFedCMFlow(ctx, kratos.FedCMToken{CSRFToken: "csrf", Token: "t", Nonce: "n"}))
		},
		"getWebAuthnJavaScript": func() error { return second(c.WebAuthnJavaScript(ctx)) },
		"listIdentities": func() error {
			return second(a.IdentitiesPage(ctx, kratos.ListIdentities{IDs: []string{idA, idB}, OrganizationID: idB, CredentialsIdentifier: "ada@example.org",
				IncludeCredential: []kratos.CredentialsType{kratos.CredentialsTypePassword, kratos.CredentialsTypeTOTP},
				Consistency:       kratos.ConsistencyStrong, PageSize: 1000, PageToken: "token"}))
		},
		"createIdentity": func() error {
			return second(a.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: "person", Traits: ada, State: kratos.IdentityStateActive,
				MetadataPublic: map[string]int{"level": 1}, MetadataAdmin: map[string]int{"score": 2},
				Credentials:         kratos.Credentials(hash, kratos.OIDCLink("google", "subject"), kratos.SAMLLink("acme", "subject")),
				ExternalID:          "crm-1",
				VerifiableAddresses: []kratos.VerifiableAddress{{Value: ada.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
				RecoveryAddresses:   []kratos.RecoveryAddress{{Value: ada.Email, Via: kratos.AddressChannelEmail}}}))
		},
		"getIdentity": func() error {
			return second(a.IdentityWithCredentials(ctx, idA, []kratos.CredentialsType{kratos.CredentialsTypeOIDC}))
		},
		"getIdentityByExternalID": func() error {
			return second(a.IdentityByExternalID(ctx, "crm-1", []kratos.CredentialsType{kratos.CredentialsTypeOIDC}))
		},
		"updateIdentity": func() error {
			return second(a.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{SchemaID: "person", Traits: ada, State: kratos.IdentityStateInactive}))
		},
		"patchIdentity": func() error {
			return second(a.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("/traits/email", "a@example.org").Add(kratos.JSONPointer("metadata_public", "a/b~c"), nil).Remove("/metadata_admin/score")))
		},
		"deleteIdentity": func() error { return a.DeleteIdentity(ctx, idA) },
		"deleteIdentityCredentials": func() error {
			return a.DeleteIdentityCredentials(ctx, idA, kratos.CredentialsTypeOIDC, "google:subject")
		},
		"batchPatchIdentities": func() error {
			return second(a.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{PatchID: idB, Create: kratos.CreateIdentity{SchemaID: "person", Traits: ada, Credentials: kratos.Credentials(kratos.PlaintextPassword("p"))}}}))
		},
		"createRecoveryCodeForIdentity": func() error {
			return second(a.CreateRecoveryCodeForIdentity(ctx, idA, kratos.CreateRecoveryCode{Lifespan: time.Hour, FlowType: kratos.FlowTypeAPI}))
		},
		"createRecoveryLinkForIdentity": func() error {
			return second(a.CreateRecoveryLinkForIdentity(ctx, idA, kratos.CreateRecoveryLink{Lifespan: 90 * time.Minute, ReturnTo: "https://example.org/"}))
		},
		"listIdentitySessions": func() error {
			return second(a.IdentitySessionsPage(ctx, idA, kratos.ListIdentitySessions{Active: new(true), PageSize: 5}))
		},
		"deleteIdentitySessions": func() error { return a.DeleteIdentitySessions(ctx, idA) },
		"listSessions": func() error {
			return second(a.SessionsPage(ctx, kratos.ListSessions{Active: new(false), Expand: []kratos.SessionExpandable{kratos.SessionExpandableIdentity, kratos.SessionExpandableDevices}, PageSize: 1, PageToken: "token"}))
		},
		"getSession": func() error {
			return second(a.Session(ctx, idA, []kratos.SessionExpandable{kratos.SessionExpandableDevices}))
		},
		"disableSession": func() error { return a.DisableSession(ctx, idA) },
		"extendSession":  func() error { return second(a.ExtendSession(ctx, idA)) },
		"listIdentitySchemas": func() error {
			return second(c.IdentitySchemasPage(ctx, kratos.ListIdentitySchemas{PageSize: 5, PageToken: "1"}))
		},
		"getIdentitySchema": func() error { return second(c.IdentitySchema(ctx, "person")) },
		"listCourierMessages": func() error {
			return second(a.CourierMessagesPage(ctx, kratos.ListCourierMessages{Status: kratos.CourierMessageStatusSent, Recipient: "ada@example.org", PageSize: 100, PageToken: "token"}))
		},
		"getCourierMessage": func() error { return second(a.CourierMessage(ctx, idA)) },
		"isAlive":           func() error { return c.Alive(ctx) },
		"isReady":           func() error { return a.Ready(ctx) },
		"getVersion":        func() error { return second(a.Version(ctx)) },
	}
}

// recorder stores the last request as text.
type recorder struct{ text string }

func (rec *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL.Path)
	query := strings.Split(r.URL.RawQuery, "&")
	slices.Sort(query)
	for _, pair := range query {
		if pair != "" {
			fmt.Fprintf(&b, "?%s\n", pair)
		}
	}
	var headers []string
	for name, values := range r.Header {
		headers = append(headers, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(headers)
	b.WriteString(strings.Join(headers, "\n") + "\n")
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if r.Header.Get("Content-Type") == "application/json" {
			var indented bytes.Buffer
			if err := json.Indent(&indented, body, "", "  "); err != nil {
				return nil, err
			}
			body = indented.Bytes()
		}
		fmt.Fprintf(&b, "\n%s\n", body)
	}
	rec.text = b.String()
	return &http.Response{StatusCode: 418, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"error":{"code":418,"message":"m"}}`)), Request: r}, nil
}

// The golden requests in testdata have every operation.
func TestRequests(t *testing.T) {
	t.Parallel()
	rec := new(recorder)
	hc := kratos.WithHTTPClient(&http.Client{Transport: rec})
	client, err := kratos.NewClient("http://127.0.0.1:4433", hc)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kratos.NewAdmin("http://127.0.0.1:4434", hc)
	if err != nil {
		t.Fatal(err)
	}
	browser := client.Browser(fromBrowser())
	for op, call := range calls(t.Context(), client, browser, admin) {
		golden(t, rec, op, filepath.Join("requests", op+".txt"), call)
	}
	for op, call := range formCalls(t, browser) {
		golden(t, rec, op, filepath.Join("forms", op+".txt"), call)
	}
	written := calls(t.Context(), client, browser, admin)
	for name, call := range variants(t.Context(), client, admin) {
		op, _, _ := strings.Cut(name, ".")
		golden(t, rec, op, filepath.Join("requests", name+".txt"), call)
		written[name] = call
	}
	files, err := filepath.Glob(filepath.Join(root, "testdata", "requests", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if written[strings.TrimSuffix(filepath.Base(file), ".txt")] == nil {
			t.Errorf("no call writes %s", file)
		}
	}
}

// golden compares the request of a call with a file in testdata.
func golden(t *testing.T, rec *recorder, op, name string, call func() error) {
	t.Helper()
	rec.text = ""
	err := call()
	if want := "kratos: " + op + ": status 418"; err == nil || err.Error() != want {
		t.Errorf("%s: error %v, want %s", op, err, want)
		return
	}
	file := filepath.Join(root, "testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(rec.text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if string(want) != rec.text {
		t.Errorf("%s: the request is\n%s\nand %s has\n%s", op, rec.text, file, want)
	}
}

// fromBrowser is a request from a browser, with a cookie that Kratos did not set.
func fromBrowser() *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.org/login?x=1", nil)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header.Set("User-Agent", "Browser/1")
	r.Header.Set("Origin", "https://app.example.org")
	r.Header.Set("Authorization", "Basic secret")
	r.Header.Set("Cookie", "ory_kratos_session=session; csrf_token_0a=csrf; other=secret")
	return r
}
