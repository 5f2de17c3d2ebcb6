package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// ChangeIdentity changes what its function changes, and nothing else.
func TestChangesOfIdentities(t *testing.T) { onBothServers(t, testChangesOfIdentities) }

func testChangesOfIdentities(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	fx := be.sharedFixture(t)
	p := newPerson()
	create := kratos.CreateIdentity{
		SchemaID: "person", Traits: p.traits, MetadataPublic: json.RawMessage(`{"n":12345678901234567890,"a":[]}`), MetadataAdmin: map[string]any{"note": "<&>"},
		Credentials:         kratos.Credentials(kratos.PlaintextPassword(p.password), kratos.OIDCLink("google", p.Email)),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: p.Email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
	}
	want := []string{"metadata_public", "metadata_admin", "credentials", "verifiable_addresses", "recovery_addresses", "traits"}
	if features().ExternalIDs {
		create.ExternalID, create.OrganizationID = "crm:"+p.Email, unknownID
		want = append(want, "external_id", "organization_id")
	} else {
		t.Log("this Kratos has no external ids and organizations (ServerFeatures.ExternalIDs)")
	}
	id := must(fx.admin.CreateIdentity(ctx, create))(t).ID
	expected := rawIdentity(t, fx, id)
	for _, member := range want {
		if expected[member] == nil {
			t.Fatalf("the identity lacks %s", member)
		}
	}
	type changes struct {
		name    string
		change  func(*kratos.UpdateIdentity)
		members map[string]any // of the identity, that differ afterwards
	}
	steps := []changes{
		{"nothing", func(*kratos.UpdateIdentity) {}, nil},
		{"a trait", func(u *kratos.UpdateIdentity) { u.Traits = map[string]any{"email": p.Email} }, map[string]any{"traits": map[string]any{"email": p.Email}}},
		{"the state", func(u *kratos.UpdateIdentity) { u.State = kratos.IdentityStateInactive }, map[string]any{"state": "inactive"}},
		{"the state again", func(u *kratos.UpdateIdentity) { u.State = kratos.IdentityStateActive }, map[string]any{"state": "active"}},
		{"the password", func(u *kratos.UpdateIdentity) {
			u.Credentials = kratos.Credentials(kratos.PlaintextPassword("another correct horse"))
		}, nil},
		{"the public metadata", func(u *kratos.UpdateIdentity) { u.MetadataPublic = []string{"b"} }, map[string]any{"metadata_public": []any{"b"}}},
		{"no metadata", func(u *kratos.UpdateIdentity) { u.MetadataPublic, u.MetadataAdmin = nil, nil }, map[string]any{"metadata_public": nil, "metadata_admin": nil}},
	}
	if features().ExternalIDs {
		steps = append(steps, changes{"another external id", func(u *kratos.UpdateIdentity) { u.ExternalID = "erp:" + p.Email }, map[string]any{"external_id": "erp:" + p.Email}},
			changes{"no external id", func(u *kratos.UpdateIdentity) { u.ExternalID = "" }, map[string]any{"external_id": nil}})
	}
	for _, step := range steps {
		must(fx.admin.ChangeIdentity(ctx, id, func(u *kratos.UpdateIdentity) error { step.change(u); return nil }))(t)
		maps.Copy(expected, step.members)
		if diff := cmp.Diff(withoutNulls(expected), withoutNulls(rawIdentity(t, fx, id))); diff != "" {
			t.Fatalf("%s: more has changed, or less (-expected +got):\n%s", step.name, diff)
		}
	}
	login := must(fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: "another correct horse"}))(t)
	if !login.Done {
		t.Errorf("logging in with the new password: %+v", login)
	}
	_, err := fx.admin.ChangeIdentity(ctx, unknownID, func(*kratos.UpdateIdentity) error { return nil })
	wantError(t, "changing an unknown identity", err, kratos.ErrNotFound)
	if !features().ExternalIDs {
		_, err = fx.admin.ChangeIdentity(ctx, id, func(u *kratos.UpdateIdentity) error { u.ExternalID = "crm"; return nil })
		wantError(t, "an external id that the server ignores", err, kratos.ErrUnexpectedResponse)
	}
}

// withoutNulls returns the members that are not null, which Kratos also leaves out.
func withoutNulls(members map[string]any) map[string]any {
	members = maps.Clone(members)
	maps.DeleteFunc(members, func(_ string, value any) bool { return value == nil })
	return members
}

// A member of an identity that the SDK does not know is written back. If the server drops it
// nevertheless, the change fails.
func TestChangesOfIdentitiesWithUnknownMembers(t *testing.T) {
	onBothServers(t, testChangesOfIdentitiesWithUnknownMembers)
}

func testChangesOfIdentitiesWithUnknownMembers(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	for name, tc := range map[string]struct {
		kept bool // by the server
		want error
	}{
		"the server keeps it": {true, nil},
		"the server drops it": {false, kratos.ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: newPerson().traits}))(t).ID
			newer := newNewerServer(t, fx.srv.AdminURL, tc.kept)
			admin := must(kratos.NewAdmin(newer.url))(t)
			_, err := admin.ChangeIdentity(t.Context(), id, func(u *kratos.UpdateIdentity) error { u.State = kratos.IdentityStateInactive; return nil })
			wantError(t, "a change", err, tc.want)
			if !strings.Contains(newer.sent, `"later":{"n":9007199254740993}`) {
				t.Error("the member was not written back")
			}
		})
	}
}

// newerServer is a Kratos whose identities have one more member, "later".
type newerServer struct{ url, sent string }

func newNewerServer(t *testing.T, adminURL string, keepsMember bool) *newerServer {
	t.Helper()
	newer, kratosURL := new(newerServer), must(url.Parse(adminURL))(t)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(kratosURL) },
		ModifyResponse: func(resp *http.Response) error {
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			if resp.Request.Method == http.MethodGet || keepsMember {
				body = append([]byte(`{"later":{"n":9007199254740993},`), bytes.TrimPrefix(body, []byte("{"))...)
			}
			resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			newer.sent, r.Body = string(body), io.NopCloser(bytes.NewReader(body))
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	newer.url = srv.URL
	return newer
}
