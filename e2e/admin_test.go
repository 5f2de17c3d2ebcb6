package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"golang.org/x/crypto/bcrypt"
)

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

const nobody = "11111111-2222-4333-8444-555555555555"

func TestIdentities(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	p := newPerson()

	type note struct {
		Level int64 `json:"level"`
	}
	created, err := admin.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, MetadataPublic: note{1}, MetadataAdmin: note{1 << 60},
		Credentials:         kratos.Credentials(kratos.ClearTextPassword(p.password)),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: p.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
	})
	must(t, created, err)
	read := must1(t)(admin.Identity(ctx, created.ID, kratos.IncludeCredential(kratos.CredentialsTypePassword)))
	if got := must1of[traits](t)(kratos.Traits[traits](read)); got.Email != p.Email || got.Name.Last != "Hopper" {
		t.Errorf("traits %+v", got)
	}
	if got := must1of[note](t)(kratos.MetadataAdmin[note](*read)); got.Level != 1<<60 {
		t.Errorf("a large number came back as %d", got.Level)
	}
	if !strings.Contains(string(read.Credentials["password"].Config), "hashed_password") || !read.VerifiableAddresses[0].Verified {
		t.Errorf("credentials %s, addresses %+v", read.Credentials["password"].Config, read.VerifiableAddresses)
	}
	if found := must1(t)(admin.FindIdentity(ctx, p.Email)); found.ID != created.ID {
		t.Errorf("found %s", found.ID)
	}
	_, err = admin.FindIdentity(ctx, "nobody@example.org")
	wants(t, "finding nobody", err, kratos.ErrNotFound)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: p.traits})
	wants(t, "the same address again", err, kratos.ErrConflict)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]int{"email": 1}})
	wants(t, "traits that do not fit", err, kratos.ErrBadRequest)

	patched := must1(t)(admin.PatchIdentity(ctx, created.ID, kratos.Patch{}.Replace("/traits/name/first", "Ada").Add(kratos.Pointer("metadata_public", "a/b~c"), true).Remove("/metadata_public/level")))
	if !strings.Contains(string(patched.Traits), "Ada") || !strings.Contains(string(patched.MetadataPublic), `"a/b~c"`) || strings.Contains(string(patched.MetadataPublic), "level") {
		t.Errorf("patched: %s %s", patched.Traits, patched.MetadataPublic)
	}
	_, err = admin.PatchIdentity(ctx, created.ID, kratos.Patch{}.Remove("/metadata_public/missing"))
	wants(t, "removing what is not there", err, kratos.ErrBadRequest)
	if got := must1(t)(admin.SetMetadataAdmin(ctx, created.ID, nil)); len(got.MetadataAdmin) > 0 && string(got.MetadataAdmin) != "null" {
		t.Errorf("deleted metadata is %s", got.MetadataAdmin)
	}
	must1(t)(admin.SetMetadataPublic(ctx, created.ID, note{2}))
	p.Name = &name{"Augusta", "King"}
	must1(t)(admin.SetTraits(ctx, created.ID, p.traits))

	if got := must1(t)(admin.SetState(ctx, created.ID, kratos.IdentityStateInactive)); got.State != kratos.IdentityStateInactive {
		t.Errorf("state %s", got.State)
	}
	_, err = client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	wants(t, "logging in while inactive", err, kratos.ErrIdentityInactive)
	must1(t)(admin.UpdateIdentity(ctx, created.ID, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits, State: kratos.IdentityStateActive}))
	if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}); err != nil {
		t.Errorf("logging in again: %v", err)
	}

	wants(t, "deleting the password", admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypePassword, ""), kratos.ErrBadRequest)
	wants(t, "deleting a credential that is not there", admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypeTOTP, ""), kratos.ErrNotFound)
	if err := admin.DeleteIdentity(ctx, created.ID); err != nil {
		t.Error(err)
	}
	wants(t, "deleting nobody", admin.DeleteIdentity(ctx, created.ID), kratos.ErrNotFound)
	_, err = admin.Identity(ctx, created.ID)
	wants(t, "reading nobody", err, kratos.ErrNotFound)
	_, err = admin.PatchIdentity(ctx, nobody, kratos.Patch{}.Replace("/state", "active"))
	wants(t, "patching nobody", err, kratos.ErrNotFound)
	_, err = admin.UpdateIdentity(ctx, nobody, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits})
	wants(t, "updating nobody", err, kratos.ErrNotFound)
}

func must1(t *testing.T) func(*kratos.Identity, error) *kratos.Identity {
	return must1of[*kratos.Identity](t)
}

func must1of[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		return must(t, v, err)
	}
}

func TestFiltersOfIdentities(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, admin := clients(t, server.ForTest(t, server.Options{}))
	var ids []string
	for range 7 {
		ids = append(ids, must1(t)(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: newPerson().traits})).ID)
	}
	count := func(opts ...kratos.CallOption) (n int) {
		for _, err := range admin.Identities(ctx, opts...) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	var items []kratos.IdentityPatch
	for range 600 {
		items = append(items, kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: newPerson().traits}})
	}
	if _, err := admin.BatchPatchIdentities(ctx, items); err != nil {
		t.Fatal(err)
	}
	if page := must1of[*kratos.Page[kratos.Identity]](t)(admin.IdentitiesPage(ctx, kratos.PageSize(1000))); len(page.Items) != 607 || page.Next != "" {
		t.Errorf("a page of up to 1000 has %d of 607", len(page.Items))
	}
	if n := count(kratos.PageSize(100), kratos.IncludeCredential(kratos.CredentialsTypePassword)); n != 607 {
		t.Errorf("pages of 100: %d", n)
	}
	if n := count(kratos.IDs(ids[1], ids[4])); n != 2 {
		t.Errorf("two ids: %d", n)
	}
	first := must1of[*kratos.Page[kratos.Identity]](t)(admin.IdentitiesPage(ctx, kratos.PageSize(3)))
	second := must1of[*kratos.Page[kratos.Identity]](t)(admin.IdentitiesPage(ctx, kratos.PageSize(3), kratos.PageToken(first.Next)))
	if len(first.Items) != 3 || len(second.Items) != 3 || first.Items[0].ID == second.Items[0].ID {
		t.Errorf("pages of %d and %d", len(first.Items), len(second.Items))
	}
	if n := count(kratos.PageSize(250), kratos.PageToken(second.Next)); n != 601 {
		t.Errorf("resumed after six of 607: %d", n)
	}
}

func TestImportedPasswords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	for name, hash := range importedHashes(t, "correct horse battery staple") {
		p := newPerson()
		_, err := admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: p.traits, Credentials: kratos.Credentials(kratos.HashedPassword(hash))})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: "correct horse battery staple"}); err != nil {
			t.Errorf("%s: logging in with the imported password: %v", name, err)
		}
		p2 := kratos.LoginPassword{Identifier: p.Email, Password: "another one"}
		if _, err := client.Login.Do(ctx, p2); !errors.Is(err, kratos.ErrRejected) {
			t.Errorf("%s: logging in with another password: %v", name, err)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	taken := newPerson()
	register(t, client, taken)
	hash := must1of[kratos.PasswordHash](t)(kratos.ParsePasswordHash(bcryptHash(t, "batched")))
	people := []person{newPerson(), taken, newPerson()}
	var items []kratos.IdentityPatch
	for i, p := range people {
		items = append(items, kratos.IdentityPatch{PatchID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			Create: kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, Credentials: kratos.Credentials(kratos.HashedPassword(hash))}})
	}
	results, err := admin.BatchPatchIdentities(ctx, items)
	wants(t, "a batch with an address that is taken", err, kratos.ErrBatchItems)
	if len(results) != 3 || results[1].PatchID != items[1].PatchID {
		t.Fatalf("results %+v", results)
	}
	wants(t, "the item", results[1].Err, kratos.ErrConflict)
	for _, i := range []int{0, 2} { // a later Kratos may keep them
		if results[i].Err != nil {
			wants(t, "the others", results[i].Err, kratos.ErrRolledBack)
			results[i] = must1of[[]kratos.BatchResult](t)(admin.BatchPatchIdentities(ctx, items[i:i+1]))[0]
		}
		if created := must1(t)(admin.Identity(ctx, results[i].IdentityID)); !strings.Contains(string(created.Traits), people[i].Email) {
			t.Errorf("item %d is %s", i, created.Traits)
		}
		if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: people[i].Email, Password: "batched"}); err != nil {
			t.Errorf("logging in as one of the batch: %v", err)
		}
	}
	broken := append(items[:0:0], kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: newPerson().traits}}, kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: map[string]string{"email": "none"}}})
	results, err = admin.BatchPatchIdentities(ctx, broken)
	wants(t, "a batch with traits that do not fit", err, kratos.ErrBatchItems)
	wants(t, "that item", results[1].Err, kratos.ErrBadRequest)
	if _, err := admin.Identity(ctx, results[0].IdentityID); err != nil {
		t.Errorf("the other item: %v", err)
	}

	items = items[:0]
	for range 500 {
		items = append(items, kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: newPerson().traits}})
	}
	if results, err := admin.BatchPatchIdentities(ctx, items); err != nil || len(results) != 500 {
		t.Errorf("500 at once: %d, %v", len(results), err)
	}
	for i := range items {
		items[i].Create.Traits = newPerson().traits
	}
	items[7].Create.State = "asleep"
	results, err = admin.BatchPatchIdentities(ctx, items)
	wants(t, "a batch with an unknown state", err, kratos.ErrBatchItems)
	for i, r := range results {
		if i == 7 {
			wants(t, "the item with an unknown state", r.Err, kratos.ErrBadRequest)
		} else if r.Err != nil {
			t.Errorf("item %d beside it: %v", i, r.Err)
		}
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	p := newPerson()
	me := register(t, client, p)
	token := kratos.Token(me.SessionToken)
	var others []*kratos.Step[kratos.LoginFlow]
	for range 5 {
		others = append(others, must1of[*kratos.Step[kratos.LoginFlow]](t)(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password})))
	}
	ids := func(list func(func(kratos.Session, error) bool)) map[string]bool {
		seen := map[string]bool{}
		for s, err := range list {
			if err != nil {
				t.Fatal(err)
			}
			if seen[s.ID] {
				t.Errorf("session %s came twice", s.ID)
			}
			seen[s.ID] = true
		}
		return seen
	}
	if got := ids(client.MySessions(ctx, token, kratos.PageSize(2))); len(got) != 5 || got[me.Session.ID] {
		t.Errorf("my other sessions: %v", got)
	}
	if got := ids(admin.IdentitySessions(ctx, me.Identity.ID, kratos.PageSize(4))); len(got) != 6 {
		t.Errorf("sessions of the identity: %v", got)
	}
	if got := ids(admin.IdentitySessions(ctx, me.Identity.ID, kratos.Active(false))); len(got) != 0 {
		t.Errorf("ended sessions of the identity: %v", got)
	}
	if got := ids(admin.Sessions(ctx, kratos.PageSize(3), kratos.Active(true))); !got[me.Session.ID] {
		t.Errorf("the list of all sessions lacks one of %d", len(got))
	}

	one := others[0].Session.ID
	if err := client.DisableMySession(ctx, one, token); err != nil {
		t.Error(err)
	}
	_, err := client.Whoami(ctx, kratos.Token(others[0].SessionToken))
	wants(t, "a session that I ended", err, kratos.ErrNoSession)
	wants(t, "ending the session in use", client.DisableMySession(ctx, me.Session.ID, token), kratos.ErrBadRequest)
	if n := must1of[int](t)(client.DisableMyOtherSessions(ctx, token)); n < 4 {
		t.Errorf("ended %d other sessions", n)
	}

	s := must1of[*kratos.Session](t)(admin.Session(ctx, me.Session.ID, kratos.Expand(kratos.SessionExpandableIdentity, kratos.SessionExpandableDevices)))
	if s.Identity == nil || s.Identity.ID != me.Identity.ID || len(s.Devices) == 0 {
		t.Errorf("expanded: %+v", s)
	}
	if s := must1of[*kratos.Session](t)(admin.Session(ctx, me.Session.ID)); s.Identity != nil {
		t.Error("an identity that was not asked for")
	}
	if s := must1of[*kratos.Session](t)(admin.ExtendSession(ctx, me.Session.ID)); s.ID != me.Session.ID {
		t.Errorf("extended: %+v", s)
	}
	if err := admin.DisableSession(ctx, me.Session.ID); err != nil {
		t.Error(err)
	}
	wants(t, "ending a session that never was", admin.DisableSession(ctx, nobody), kratos.ErrNotFound)
	_, err = client.Whoami(ctx, token)
	wants(t, "a session that an administrator ended", err, kratos.ErrNoSession)
	if err := admin.DeleteIdentitySessions(ctx, me.Identity.ID); err != nil {
		t.Error(err)
	}
	wants(t, "deleting the sessions of somebody without", admin.DeleteIdentitySessions(ctx, me.Identity.ID), kratos.ErrNotFound)
	_, err = admin.Session(ctx, nobody)
	wants(t, "reading a session that never was", err, kratos.ErrNotFound)
}

func TestFasterExtension(t *testing.T) {
	t.Parallel()
	srv := server.ForTest(t, server.Options{Config: map[string]any{"feature_flags": map[string]any{"faster_session_extend": true}}})
	client, admin := clients(t, srv)
	me := register(t, client, newPerson())
	if s := must1of[*kratos.Session](t)(admin.ExtendSession(t.Context(), me.Session.ID)); s.ID != me.Session.ID || !s.Active {
		t.Errorf("extended, answered by 204: %+v", s)
	}
}

func TestRecoveryByAnAdministrator(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	me := register(t, client, newPerson())
	code := must1of[*kratos.RecoveryCode](t)(admin.CreateRecoveryCodeForIdentity(ctx, me.Identity.ID, time.Hour, ""))
	if len(code.RecoveryCode) != 6 || !strings.HasPrefix(code.RecoveryLink, "http") || time.Until(code.ExpiresAt) < 50*time.Minute {
		t.Errorf("code until %v", code.ExpiresAt)
	}
	link := must1of[*kratos.RecoveryLink](t)(admin.CreateRecoveryLinkForIdentity(ctx, me.Identity.ID, 0))
	if !strings.HasPrefix(link.RecoveryLink, shared.PublicURL) {
		t.Error("the link leads elsewhere")
	}
	_, err := admin.CreateRecoveryCodeForIdentity(ctx, nobody, 0, "")
	wants(t, "a code for nobody", err, kratos.ErrNotFound)
	_, err = admin.CreateRecoveryLinkForIdentity(ctx, nobody, 0)
	wants(t, "a link for nobody", err, kratos.ErrBadRequest)
}

func TestCourierSchemasAndMetadata(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	srv := server.ForTest(t, server.Options{})
	client, admin := clients(t, srv)
	var p person
	for range 3 {
		p = newPerson()
		register(t, client, p)
		code(t, srv, p.Email)
	}
	sent := 0
	for range 100 { // Kratos notes that a mail is sent a moment after it arrives
		sent = 0
		for _, err := range admin.CourierMessages(ctx, kratos.PageSize(1), kratos.MessageStatus(kratos.CourierMessageStatusSent)) {
			if err != nil {
				t.Fatal(err)
			}
			sent++
		}
		if sent == 3 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if sent != 3 {
		t.Fatalf("%d messages", sent)
	}
	page := must1of[*kratos.Page[kratos.CourierMessage]](t)(admin.CourierMessagesPage(ctx, kratos.Recipient(p.Email)))
	if len(page.Items) != 1 || page.Items[0].TemplateType != kratos.CourierTemplateVerificationCodeValid {
		t.Errorf("messages to one address: %+v", page.Items)
	}
	if m := must1of[*kratos.CourierMessage](t)(admin.CourierMessage(ctx, page.Items[0].ID)); len(m.Dispatches) != 1 || m.Status != kratos.CourierMessageStatusSent {
		t.Errorf("message %s with %d attempts", m.Status, len(m.Dispatches))
	}
	_, err := admin.CourierMessage(ctx, nobody)
	wants(t, "no such message", err, kratos.ErrNotFound)

	schemas := map[string]bool{}
	for s, err := range client.IdentitySchemas(ctx, kratos.PageSize(1)) {
		if err != nil {
			t.Fatal(err)
		}
		schemas[s.ID] = json.Valid(s.Schema)
	}
	if !schemas["person"] || !schemas["default"] || len(schemas) != 2 {
		t.Errorf("schemas %v", schemas)
	}
	if schema := must1of[json.RawMessage](t)(client.IdentitySchema(ctx, "person")); !strings.Contains(string(schema), "ory.sh/kratos") {
		t.Errorf("schema %s", schema)
	}
	_, err = client.IdentitySchema(ctx, "missing")
	wants(t, "no such schema", err, kratos.ErrNotFound)

	for what, err := range map[string]error{
		"alive at the public port": client.IsAlive(ctx), "ready at the public port": client.IsReady(ctx),
		"alive at the admin port": admin.IsAlive(ctx), "ready at the admin port": admin.IsReady(ctx),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if version, err := admin.Version(ctx); err != nil || version == "" {
		t.Errorf("version %q, %v", version, err)
	}
	if script := must1of[string](t)(client.WebAuthnJavaScript(ctx)); !strings.Contains(script, "oryWebAuthnLogin") {
		t.Error("the script is another")
	}
	_, err = client.FlowError(ctx, nobody)
	wants(t, "no such error", err, kratos.ErrNotFound)
	if e := must1of[*kratos.FlowError](t)(client.FlowError(ctx, "stub:500")); e.Error == nil || e.Error.Code != 500 {
		t.Errorf("error %+v", e)
	}
	_, err = client.ExchangeSessionToken(ctx, "init", "return")
	wants(t, "a sign-in that is not finished", err, kratos.ErrNotFound)
	_, err = client.Whoami(ctx, kratos.Token(register(t, client, newPerson()).SessionToken), kratos.TokenizeAs("missing"))
	wants(t, "a template that is missing", err, kratos.ErrBadRequest)
}

func TestABrowser(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, shared)
	p := newPerson()
	register(t, client, p)

	browser := client.Browser(visit(nil))
	_, err := browser.Whoami(ctx)
	wants(t, "nobody", err, kratos.ErrNoSession)
	flow, err := browser.Login.Start(ctx)
	must(t, flow, err)
	w := httptest.NewRecorder()
	browser.Relay(w)

	browser = client.Browser(visit(w.Result().Cookies()))
	flow, err = browser.Login.Get(ctx, flow.ID)
	must(t, flow, err)
	_, err = browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
	wants(t, "a wrong password", err, kratos.ErrRejected)
	step := must1of[*kratos.Step[kratos.LoginFlow]](t)(browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))
	if !step.Done || step.SessionToken != "" || step.Session == nil {
		t.Errorf("login: %+v", step)
	}
	w = httptest.NewRecorder()
	browser.Relay(w)
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("the answer may be cached")
	}

	browser = client.Browser(visit(w.Result().Cookies()))
	if s, err := browser.Whoami(ctx); err != nil || s.ID != step.Session.ID {
		t.Errorf("whoami: %v, %v", s, err)
	}
	settings := must1of[*kratos.SettingsFlow](t)(browser.Settings.Start(ctx))
	saved := must1of[*kratos.Step[kratos.SettingsFlow]](t)(browser.Settings.Submit(ctx, settings, kratos.SettingsProfile{Traits: traits{Email: p.Email, Newsletter: true}}))
	if !saved.Done {
		t.Errorf("settings: %+v", saved)
	}
	logout := must1of[*kratos.LogoutFlow](t)(browser.CreateLogoutFlow(ctx))
	if err := browser.Logout(ctx, logout.LogoutToken); err != nil {
		t.Error(err)
	}
	_, err = client.Browser(visit(w.Result().Cookies())).Whoami(ctx)
	wants(t, "after the logout", err, kratos.ErrNoSession)

	_, err = client.Browser(visit(nil)).Login.Get(ctx, flow.ID)
	wants(t, "the flow of another browser", err, kratos.ErrCSRF)
	_, err = client.Browser(visit(nil)).CreateFedCMFlow(ctx)
	wants(t, "FedCM, which open-source servers lack", err, kratos.ErrUnexpectedAnswer)
}

// visit is a request of a browser with these cookies.
func visit(cookies []*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.org/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func bcryptHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 4)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}
