package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// An export that is imported into an empty Kratos is exported again as it was, but for ids and
// times, and people log in as before.
func TestBulkExportRoundTrip(t *testing.T) {
	ctx := t.Context()
	source := server.ForTest(t, server.Options{})
	client, admin := clients(t, source)
	registered := newPerson()
	register(t, client, registered)
	for line := 1; line <= 600; line++ {
		identity := bulkIdentity(line)
		identity.Credentials.Password.Config.HashedPassword = bcryptHash(t, "correct horse battery")
		switch line % 6 {
		case 0:
			identity.State = kratos.IdentityStateInactive
		case 1:
			identity.MetadataPublic, identity.MetadataAdmin = map[string]any{"plan": "free", "n": 12345678901234567}, []any{"a", nil, 1.5}
		case 2:
			identity.VerifiableAddresses = []kratos.VerifiableAddress{{Value: bulkEmail(line), Via: kratos.AddressChannelEmail, Verified: true, Status: kratos.AddressStatusCompleted}}
		case 3:
			kratos.OIDCLink("google", bulkEmail(line))(&identity.Credentials)
		case 4:
			identity.Credentials = kratos.IdentityWithCredentials{}
		case 5:
			identity.SchemaID = "default"
			if features().ExternalIDs {
				identity.ExternalID = bulkEmail(line)
			}
		}
		must(admin.CreateIdentity(ctx, identity))(t)
	}
	credentials := bulk.WithCredentials(kratos.CredentialsTypePassword, kratos.CredentialsTypeOIDC)
	var first, second bytes.Buffer
	if n := must(bulk.Export(ctx, admin, &first, credentials))(t); n != 601 {
		t.Fatalf("%d identities", n)
	}
	var plain bytes.Buffer
	must(bulk.Export(ctx, admin, &plain))(t)
	if bytes.Contains(plain.Bytes(), []byte("$2a$")) {
		t.Error("an export without credentials has hashes")
	}

	target := server.ForTest(t, server.Options{})
	client, admin = clients(t, target)
	report, err := bulk.Import(ctx, admin, bulk.JSONLines(&first), bulk.OnReject(func(r bulk.Reject) { t.Errorf("%+v", r) }))
	if err != nil || report.Created != 601 {
		t.Fatalf("%+v, %v", report, err)
	}
	must(bulk.Export(ctx, admin, &second, credentials))(t)
	first.Reset()
	_, before := clients(t, source)
	must(bulk.Export(ctx, before, &first, credentials))(t)
	if got := bytes.Count(second.Bytes(), []byte("$2a$")); got != 501 {
		t.Errorf("%d hashes, want those of 500 records and of the person who registered", got)
	}
	if diff := cmp.Diff(exportedByEmail(t, first.Bytes()), exportedByEmail(t, second.Bytes())); diff != "" {
		t.Errorf("after the import (-before +after):\n%s", diff[:min(len(diff), 4000)])
	}
	for _, login := range []kratos.LoginPassword{{Identifier: registered.Email, Password: registered.password}, {Identifier: bulkEmail(7), Password: "correct horse battery"}} {
		must(client.Login.Do(ctx, login))(t)
	}
}

// exportedByEmail returns the identities of an export by their address, without ids and times.
func exportedByEmail(t *testing.T, export []byte) map[string]any {
	all := map[string]any{}
	for line := range bytes.Lines(export) {
		var identity map[string]any
		if err := json.Unmarshal(line, &identity); err != nil {
			t.Fatal(err)
		}
		email := identity["traits"].(map[string]any)["email"].(string)
		all[email] = withoutIDs(identity)
	}
	return all
}

// withoutIDs returns a JSON value without the ids and times that Kratos assigns.
func withoutIDs(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range []string{"id", "created_at", "updated_at", "verified_at", "state_changed_at", "schema_url"} {
			delete(value, name)
		}
		for name, member := range value {
			value[name] = withoutIDs(member)
		}
	case []any:
		for i := range value {
			value[i] = withoutIDs(value[i])
		}
	}
	return value
}

// An export that ended early continues after the last complete page.
func TestBulkExportResumes(t *testing.T) {
	ctx := t.Context()
	srv, admin, counter := bulkServer(t)
	const n = 230
	if report, err := bulk.Import(ctx, admin, bulkSource(n, nil)); err != nil || report.Created != n {
		t.Fatalf("%+v, %v", report, err)
	}
	dir := t.TempDir()
	file := must(os.Create(dir + "/export.jsonl"))(t)
	defer file.Close()
	export := func() (int, error) {
		return bulk.Export(ctx, admin, file, bulk.ExportPageSize(50), bulk.ExportJournal(dir+"/journal.jsonl"))
	}
	if got := must(export())(t); got != n {
		t.Fatalf("%d identities", got)
	}
	want := must(os.ReadFile(file.Name()))(t)
	// Two pages were complete, and the third was written in part.
	journal := must(os.ReadFile(dir + "/journal.jsonl"))(t)
	lines := bytes.SplitAfter(journal, []byte("\n"))
	if err := os.WriteFile(dir+"/journal.jsonl", append(bytes.Join(lines[:2], nil), `{"count":1`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(int64(len(want)) * 3 / 5); err != nil {
		t.Fatal(err)
	}
	counter.all.Store(0)
	if got := must(export())(t); got != n || counter.all.Load() != 3 {
		t.Errorf("%d identities by %d requests", got, counter.all.Load())
	}
	if got := must(os.ReadFile(file.Name()))(t); !bytes.Equal(got, want) {
		t.Error("the file is not as it was")
	}
	srv.Kill()
	if got := must(export())(t); got != n {
		t.Errorf("%d identities of a complete export", got)
	}
}
