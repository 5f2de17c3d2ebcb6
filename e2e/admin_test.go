package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

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
	must(created, err)(t)
	read := must(admin.Identity(ctx, created.ID, kratos.IncludeCredential(kratos.CredentialsTypePassword)))(t)
	if got := must(kratos.Traits[traits](read))(t); got.Email != p.Email || got.Name.Last != "Hopper" {
		t.Errorf("traits %+v", got)
	}
	if got := must(kratos.MetadataAdmin[note](*read))(t); got.Level != 1<<60 {
		t.Errorf("a large number came back as %d", got.Level)
	}
	if !strings.Contains(string(read.Credentials["password"].Config), "hashed_password") || !read.VerifiableAddresses[0].Verified {
		t.Errorf("credentials %s, addresses %+v", read.Credentials["password"].Config, read.VerifiableAddresses)
	}
	if found := must(admin.FindIdentity(ctx, p.Email))(t); found.ID != created.ID {
		t.Errorf("found %s", found.ID)
	}
	_, err = admin.FindIdentity(ctx, "nobody@example.org")
	wantError(t, "finding nobody", err, kratos.ErrNotFound)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: p.traits})
	wantError(t, "the same address again", err, kratos.ErrConflict)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]int{"email": 1}})
	wantError(t, "traits that do not fit", err, kratos.ErrBadRequest)

	patched := must(admin.PatchIdentity(ctx, created.ID, kratos.Patch{}.Replace("/traits/name/first", "Ada").Add(kratos.Pointer("metadata_public", "a/b~c"), true).Remove("/metadata_public/level")))(t)
	if !strings.Contains(string(patched.Traits), "Ada") || !strings.Contains(string(patched.MetadataPublic), `"a/b~c"`) || strings.Contains(string(patched.MetadataPublic), "level") {
		t.Errorf("patched: %s %s", patched.Traits, patched.MetadataPublic)
	}
	_, err = admin.PatchIdentity(ctx, created.ID, kratos.Patch{}.Remove("/metadata_public/missing"))
	wantError(t, "removing what is not there", err, kratos.ErrBadRequest)
	if got := must(admin.SetMetadataAdmin(ctx, created.ID, nil))(t); len(got.MetadataAdmin) > 0 && string(got.MetadataAdmin) != "null" {
		t.Errorf("deleted metadata is %s", got.MetadataAdmin)
	}
	must(admin.SetMetadataPublic(ctx, created.ID, note{2}))(t)
	p.Name = &name{"Augusta", "King"}
	must(admin.SetTraits(ctx, created.ID, p.traits))(t)

	if got := must(admin.SetState(ctx, created.ID, kratos.IdentityStateInactive))(t); got.State != kratos.IdentityStateInactive {
		t.Errorf("state %s", got.State)
	}
	_, err = client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	wantError(t, "logging in while inactive", err, kratos.ErrIdentityInactive)
	must(admin.UpdateIdentity(ctx, created.ID, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits, State: kratos.IdentityStateActive}))(t)
	if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}); err != nil {
		t.Errorf("logging in again: %v", err)
	}

	wantError(t, "deleting the password", admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypePassword, ""), kratos.ErrBadRequest)
	wantError(t, "deleting a credential that is not there", admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypeTOTP, ""), kratos.ErrNotFound)
	if err := admin.DeleteIdentity(ctx, created.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "deleting nobody", admin.DeleteIdentity(ctx, created.ID), kratos.ErrNotFound)
	_, err = admin.Identity(ctx, created.ID)
	wantError(t, "reading nobody", err, kratos.ErrNotFound)
	_, err = admin.PatchIdentity(ctx, nobody, kratos.Patch{}.Replace("/state", "active"))
	wantError(t, "patching nobody", err, kratos.ErrNotFound)
	_, err = admin.UpdateIdentity(ctx, nobody, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits})
	wantError(t, "updating nobody", err, kratos.ErrNotFound)
}

func TestFiltersOfIdentities(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, admin := clients(t, server.ForTest(t, server.Options{}))
	var ids []string
	for range 7 {
		ids = append(ids, must(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: newPerson().traits}))(t).ID)
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
	if page := must(admin.IdentitiesPage(ctx, kratos.PageSize(1000)))(t); len(page.Items) != 607 || page.Next != "" {
		t.Errorf("a page of up to 1000 has %d of 607", len(page.Items))
	}
	if n := count(kratos.PageSize(100), kratos.IncludeCredential(kratos.CredentialsTypePassword)); n != 607 {
		t.Errorf("pages of 100: %d", n)
	}
	if n := count(kratos.IDs(ids[1], ids[4])); n != 2 {
		t.Errorf("two ids: %d", n)
	}
	first := must(admin.IdentitiesPage(ctx, kratos.PageSize(3)))(t)
	second := must(admin.IdentitiesPage(ctx, kratos.PageSize(3), kratos.PageToken(first.Next)))(t)
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
	hash := must(kratos.ParsePasswordHash(bcryptHash(t, "batched")))(t)
	people := []person{newPerson(), taken, newPerson()}
	var items []kratos.IdentityPatch
	for i, p := range people {
		items = append(items, kratos.IdentityPatch{PatchID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			Create: kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, Credentials: kratos.Credentials(kratos.HashedPassword(hash))}})
	}
	results, err := admin.BatchPatchIdentities(ctx, items)
	wantError(t, "a batch with an address that is taken", err, kratos.ErrBatchItems)
	if len(results) != 3 || results[1].PatchID != items[1].PatchID {
		t.Fatalf("results %+v", results)
	}
	wantError(t, "the item", results[1].Err, kratos.ErrConflict)
	for _, i := range []int{0, 2} { // a later Kratos may keep them
		if results[i].Err != nil {
			wantError(t, "the others", results[i].Err, kratos.ErrRolledBack)
			results[i] = must(admin.BatchPatchIdentities(ctx, items[i:i+1]))(t)[0]
		}
		if created := must(admin.Identity(ctx, results[i].IdentityID))(t); !strings.Contains(string(created.Traits), people[i].Email) {
			t.Errorf("item %d is %s", i, created.Traits)
		}
		if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: people[i].Email, Password: "batched"}); err != nil {
			t.Errorf("logging in as one of the batch: %v", err)
		}
	}
	broken := append(items[:0:0], kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: newPerson().traits}}, kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: map[string]string{"email": "none"}}})
	results, err = admin.BatchPatchIdentities(ctx, broken)
	wantError(t, "a batch with traits that do not fit", err, kratos.ErrBatchItems)
	wantError(t, "that item", results[1].Err, kratos.ErrBadRequest)
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
	wantError(t, "a batch with an unknown state", err, kratos.ErrBatchItems)
	for i, r := range results {
		if i == 7 {
			wantError(t, "the item with an unknown state", r.Err, kratos.ErrBadRequest)
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
		others = append(others, must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t))
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
	wantError(t, "a session that I ended", err, kratos.ErrNoSession)
	wantError(t, "ending the session in use", client.DisableMySession(ctx, me.Session.ID, token), kratos.ErrBadRequest)
	if n := must(client.DisableMyOtherSessions(ctx, token))(t); n < 4 {
		t.Errorf("ended %d other sessions", n)
	}

	s := must(admin.Session(ctx, me.Session.ID, kratos.Expand(kratos.SessionExpandableIdentity, kratos.SessionExpandableDevices)))(t)
	if s.Identity == nil || s.Identity.ID != me.Identity.ID || len(s.Devices) == 0 {
		t.Errorf("expanded: %+v", s)
	}
	if s := must(admin.Session(ctx, me.Session.ID))(t); s.Identity != nil {
		t.Error("an identity that was not asked for")
	}
	if s := must(admin.ExtendSession(ctx, me.Session.ID))(t); s.ID != me.Session.ID {
		t.Errorf("extended: %+v", s)
	}
	if err := admin.DisableSession(ctx, me.Session.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "ending a session that never was", admin.DisableSession(ctx, nobody), kratos.ErrNotFound)
	_, err = client.Whoami(ctx, token)
	wantError(t, "a session that an administrator ended", err, kratos.ErrNoSession)
	if err := admin.DeleteIdentitySessions(ctx, me.Identity.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "deleting the sessions of somebody without", admin.DeleteIdentitySessions(ctx, me.Identity.ID), kratos.ErrNotFound)
	_, err = admin.Session(ctx, nobody)
	wantError(t, "reading a session that never was", err, kratos.ErrNotFound)
}

func TestFasterExtension(t *testing.T) {
	t.Parallel()
	srv := server.ForTest(t, server.Options{Config: map[string]any{"feature_flags": map[string]any{"faster_session_extend": true}}})
	client, admin := clients(t, srv)
	me := register(t, client, newPerson())
	if s := must(admin.ExtendSession(t.Context(), me.Session.ID))(t); s.ID != me.Session.ID || !s.Active {
		t.Errorf("extended, answered by 204: %+v", s)
	}
}

func TestRecoveryByAnAdministrator(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	me := register(t, client, newPerson())
	code := must(admin.CreateRecoveryCodeForIdentity(ctx, me.Identity.ID, time.Hour, ""))(t)
	if len(code.RecoveryCode) != 6 || !strings.HasPrefix(code.RecoveryLink, "http") || time.Until(code.ExpiresAt) < 50*time.Minute {
		t.Errorf("code until %v", code.ExpiresAt)
	}
	link := must(admin.CreateRecoveryLinkForIdentity(ctx, me.Identity.ID, 0))(t)
	if !strings.HasPrefix(link.RecoveryLink, shared.PublicURL) {
		t.Error("the link leads elsewhere")
	}
	_, err := admin.CreateRecoveryCodeForIdentity(ctx, nobody, 0, "")
	wantError(t, "a code for nobody", err, kratos.ErrNotFound)
	_, err = admin.CreateRecoveryLinkForIdentity(ctx, nobody, 0)
	wantError(t, "a link for nobody", err, kratos.ErrBadRequest)
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
	page := must(admin.CourierMessagesPage(ctx, kratos.Recipient(p.Email)))(t)
	if len(page.Items) != 1 || page.Items[0].TemplateType != kratos.CourierTemplateVerificationCodeValid {
		t.Errorf("messages to one address: %+v", page.Items)
	}
	if m := must(admin.CourierMessage(ctx, page.Items[0].ID))(t); len(m.Dispatches) != 1 || m.Status != kratos.CourierMessageStatusSent {
		t.Errorf("message %s with %d attempts", m.Status, len(m.Dispatches))
	}
	_, err := admin.CourierMessage(ctx, nobody)
	wantError(t, "no such message", err, kratos.ErrNotFound)

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
	if schema := must(client.IdentitySchema(ctx, "person"))(t); !strings.Contains(string(schema), "ory.sh/kratos") {
		t.Errorf("schema %s", schema)
	}
	_, err = client.IdentitySchema(ctx, "missing")
	wantError(t, "no such schema", err, kratos.ErrNotFound)

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
	if script := must(client.WebAuthnJavaScript(ctx))(t); !strings.Contains(script, "oryWebAuthnLogin") {
		t.Error("the script is another")
	}
	_, err = client.FlowError(ctx, nobody)
	wantError(t, "no such error", err, kratos.ErrNotFound)
	if e := must(client.FlowError(ctx, "stub:500"))(t); e.Error == nil || e.Error.Code != 500 {
		t.Errorf("error %+v", e)
	}
	_, err = client.ExchangeSessionToken(ctx, "init", "return")
	wantError(t, "a sign-in that is not finished", err, kratos.ErrNotFound)
	_, err = client.Whoami(ctx, kratos.Token(register(t, client, newPerson()).SessionToken), kratos.TokenizeAs("missing"))
	wantError(t, "a template that is missing", err, kratos.ErrBadRequest)
}

func TestABrowser(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, shared)
	p := newPerson()
	register(t, client, p)

	browser := client.Browser(visit(nil))
	_, err := browser.Whoami(ctx)
	wantError(t, "nobody", err, kratos.ErrNoSession)
	flow, err := browser.Login.Start(ctx)
	must(flow, err)(t)
	w := httptest.NewRecorder()
	browser.Relay(w)

	browser = client.Browser(visit(w.Result().Cookies()))
	flow, err = browser.Login.Get(ctx, flow.ID)
	must(flow, err)(t)
	_, err = browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
	wantError(t, "a wrong password", err, kratos.ErrRejected)
	step := must(browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
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
	settings := must(browser.Settings.Start(ctx))(t)
	saved := must(browser.Settings.Submit(ctx, settings, kratos.SettingsProfile{Traits: traits{Email: p.Email, Newsletter: true}}))(t)
	if !saved.Done {
		t.Errorf("settings: %+v", saved)
	}
	logout := must(browser.CreateLogoutFlow(ctx))(t)
	if err := browser.Logout(ctx, logout.LogoutToken); err != nil {
		t.Error(err)
	}
	_, err = client.Browser(visit(w.Result().Cookies())).Whoami(ctx)
	wantError(t, "after the logout", err, kratos.ErrNoSession)

	_, err = client.Browser(visit(nil)).Login.Get(ctx, flow.ID)
	wantError(t, "the flow of another browser", err, kratos.ErrCSRF)
	_, err = client.Browser(visit(nil)).CreateFedCMFlow(ctx)
	wantError(t, "FedCM, which open-source servers lack", err, kratos.ErrUnexpectedAnswer)
}
