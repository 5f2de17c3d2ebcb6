package e2e

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestIdentities(t *testing.T) { onBothServers(t, testIdentities) }

func testIdentities(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, be.shared(t))
	p := newPerson()

	type note struct {
		Level int64 `json:"level"`
	}
	created, err := admin.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, MetadataPublic: note{1}, MetadataAdmin: note{1 << 60},
		Credentials:         kratos.Credentials(kratos.PlaintextPassword(p.password)),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: p.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
	})
	must(created, err)(t)
	read := must(admin.IdentityWithCredentials(ctx, created.ID, []kratos.CredentialsType{kratos.CredentialsTypePassword}))(t)
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
	_, err = admin.FindIdentity(ctx, "unknown@example.org")
	wantError(t, "finding an unknown address", err, kratos.ErrNotFound)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: p.traits})
	wantError(t, "the same address again", err, kratos.ErrConflict)
	_, err = admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]int{"email": 1}})
	wantError(t, "traits that do not fit", err, kratos.ErrBadRequest)

	patched := must(admin.PatchIdentity(ctx, created.ID, kratos.JSONPatch{}.Replace("/traits/name/first", "Ada").Add(kratos.JSONPointer("metadata_public", "a/b~c"), true).Remove("/metadata_public/level")))(t)
	switch {
	case !strings.Contains(string(patched.RawTraits), "Ada"):
		t.Errorf(`patched: %q, want "Ada" in it`, string(patched.RawTraits))
	case !strings.Contains(string(patched.RawMetadataPublic), `"a/b~c"`):
		t.Errorf("patched: %q, want `\"a/b~c\"` in it", string(patched.RawMetadataPublic))
	case strings.Contains(string(patched.RawMetadataPublic), "level"):
		t.Errorf(`patched: %q has "level"`, string(patched.RawMetadataPublic))
	}
	_, err = admin.PatchIdentity(ctx, created.ID, kratos.JSONPatch{}.Remove("/metadata_public/missing"))
	wantError(t, "removing a missing member", err, kratos.ErrBadRequest)
	if got := must(admin.SetMetadataAdmin(ctx, created.ID, nil))(t); len(got.RawMetadataAdmin) > 0 && string(got.RawMetadataAdmin) != "null" {
		t.Errorf("deleted metadata is %s", got.RawMetadataAdmin)
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

	deleted := admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypePassword, "")
	_, err = client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	if features().PasswordDeletion {
		wantError(t, "deleting the password", deleted, nil)
		wantError(t, "logging in without a password", err, kratos.ErrRejected)
	} else {
		wantError(t, "deleting the password", deleted, kratos.ErrBadRequest)
		wantError(t, "logging in with the password that is kept", err, nil)
	}
	wantError(t, "deleting a missing credential", admin.DeleteIdentityCredentials(ctx, created.ID, kratos.CredentialsTypeTOTP, ""), kratos.ErrNotFound)
	if err := admin.DeleteIdentity(ctx, created.ID); err != nil {
		t.Error(err)
	}
	wantError(t, "deleting a deleted identity", admin.DeleteIdentity(ctx, created.ID), kratos.ErrNotFound)
	_, err = admin.Identity(ctx, created.ID)
	wantError(t, "reading a deleted identity", err, kratos.ErrNotFound)
	_, err = admin.PatchIdentity(ctx, unknownID, kratos.JSONPatch{}.Replace("/state", "active"))
	wantError(t, "patching an unknown identity", err, kratos.ErrNotFound)
	_, err = admin.UpdateIdentity(ctx, unknownID, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits})
	wantError(t, "updating an unknown identity", err, kratos.ErrNotFound)
}

func TestFiltersOfIdentities(t *testing.T) { onBothServers(t, testFiltersOfIdentities) }

func testFiltersOfIdentities(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	_, admin := clients(t, be.start(t, server.Options{}))
	var ids []string
	for range 7 {
		ids = append(ids, must(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: newPerson().traits}))(t).ID)
	}
	count := func(list kratos.ListIdentities) (n int) {
		for _, err := range admin.Identities(ctx, list) {
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
	want := min(607, features().MaxPageSize)
	if page := must(admin.IdentitiesPage(ctx, kratos.ListIdentities{PageSize: 1000}))(t); len(page.Items) != want || (page.NextPageToken == "") != (want == 607) {
		t.Errorf("a page of up to 1000 has %d of 607, want %d; the next page is %q", len(page.Items), want, page.NextPageToken)
	}
	if n := count(kratos.ListIdentities{PageSize: 100, IncludeCredential: []kratos.CredentialsType{kratos.CredentialsTypePassword}}); n != 607 {
		t.Errorf("pages of 100: %d", n)
	}
	if n := count(kratos.ListIdentities{IDs: []string{ids[1], ids[4]}}); n != 2 {
		t.Errorf("two ids: %d", n)
	}
	first := must(admin.IdentitiesPage(ctx, kratos.ListIdentities{PageSize: 3}))(t)
	second := must(admin.IdentitiesPage(ctx, kratos.ListIdentities{PageSize: 3, PageToken: first.NextPageToken}))(t)
	switch {
	case len(first.Items) != 3:
		t.Errorf("len(first.Items) = %d, want 3", len(first.Items))
	case len(second.Items) != 3:
		t.Errorf("len(second.Items) = %d, want 3", len(second.Items))
	case first.Items[0].ID == second.Items[0].ID:
		t.Errorf("both pages begin with %s", first.Items[0].ID)
	}
	if n := count(kratos.ListIdentities{PageSize: 250, PageToken: second.NextPageToken}); n != 601 {
		t.Errorf("resumed after six of 607: %d", n)
	}
}

func TestImportedPasswords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, shared)
	for name, hash := range importedHashes(t, "correct horse battery staple") {
		p := newPerson()
		_, err := admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: p.traits, Credentials: kratos.Credentials(hash)})
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

func TestAdminRecovery(t *testing.T) { onBothServers(t, testAdminRecovery) }

func testAdminRecovery(t *testing.T, be backend) {
	t.Parallel()
	srv := be.shared(t)
	ctx := t.Context()
	client, admin := clients(t, srv)
	registered := register(t, client, newPerson())
	code := must(admin.CreateRecoveryCodeForIdentity(ctx, registered.Identity.ID, kratos.CreateRecoveryCode{Lifespan: time.Hour}))(t)
	switch {
	case len(code.RecoveryCode) != 6:
		t.Errorf("len(code.RecoveryCode) = %d, want 6", len(code.RecoveryCode))
	case !strings.HasPrefix(code.RecoveryLink, "http"):
		t.Errorf(`%q, want the prefix "http"`, code.RecoveryLink)
	case time.Until(code.ExpiresAt) < 50*time.Minute:
		t.Errorf("time.Until(code.ExpiresAt) = %v, want at least 50*time.Minute", time.Until(code.ExpiresAt))
	}
	link := must(admin.CreateRecoveryLinkForIdentity(ctx, registered.Identity.ID, kratos.CreateRecoveryLink{}))(t)
	if !strings.HasPrefix(link.RecoveryLink, srv.PublicURL) {
		t.Error("the link is not on the public port")
	}
	_, err := admin.CreateRecoveryCodeForIdentity(ctx, unknownID, kratos.CreateRecoveryCode{})
	wantError(t, "a code for an unknown identity", err, kratos.ErrNotFound)
	_, err = admin.CreateRecoveryLinkForIdentity(ctx, unknownID, kratos.CreateRecoveryLink{})
	wantError(t, "a link for an unknown identity", err, kratos.ErrBadRequest)
}
