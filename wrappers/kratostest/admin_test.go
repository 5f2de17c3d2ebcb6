package kratostest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// must returns v, and fails the test if there is an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// person returns the body of an identity with an address.
func person(email string) kratos.CreateIdentity {
	return kratos.CreateIdentity{Traits: map[string]string{"email": email}}
}

func TestAnImportedHashOfBcryptIsThatOfThePassword(t *testing.T) {
	k := kratostest.New(t)
	hash := must(bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost))(t)
	body := person("ann@example.org")
	must(kratos.HashedPassword(string(hash)))(t)(&body.Credentials)
	must(k.Admin().CreateIdentity(t.Context(), body))(t)

	login := k.Client().Login
	if _, err := login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@example.org", Password: "wrong horse"}); !errors.Is(err, kratos.ErrRejected) {
		t.Errorf("a wrong password: %v, want ErrRejected", err)
	}
	must(login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@example.org", Password: "correct horse"}))(t)
}

func TestALoginWithAnotherHashSaysThatItIsNotPossible(t *testing.T) {
	k := kratostest.New(t)
	body := person("ann@example.org")
	must(kratos.Argon2idHash(16, 2, 1, []byte("0123456789abcdef"), []byte("0123456789abcdef")))(t)(&body.Credentials)
	must(k.Admin().CreateIdentity(t.Context(), body))(t)

	_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@example.org", Password: "correct horse"})
	var e *kratos.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusNotImplemented || !strings.Contains(e.Reason, "argon2id") {
		t.Errorf("%v, want status 501 with the format of the hash", err)
	}
}

func TestABatchWithAConflict(t *testing.T) {
	for version, want := range map[string]error{
		"v1.3.1":  kratos.ErrRolledBack, // creates none of them
		"v1.3.6":  nil,
		"v25.4.0": nil,
	} {
		t.Run(version, func(t *testing.T) {
			k := kratostest.New(t, kratostest.As(version))
			must(k.Admin().CreateIdentity(t.Context(), person("taken@example.org")))(t)
			results, err := k.Admin().BatchPatchIdentities(t.Context(), []kratos.IdentityPatch{
				{Create: person("new@example.org")}, {Create: person("taken@example.org")},
			})
			if !errors.Is(err, kratos.ErrBatchItems) || len(results) != 2 {
				t.Fatalf("%d results and %v, want 2 and ErrBatchItems", len(results), err)
			}
			if !errors.Is(results[0].Err, want) || !errors.Is(results[1].Err, kratos.ErrConflict) {
				t.Errorf("errors are %v and %v, want %v and ErrConflict", results[0].Err, results[1].Err, want)
			}
			_, err = k.Admin().FindIdentity(t.Context(), "new@example.org")
			if want == nil && err != nil || want != nil && !errors.Is(err, kratos.ErrNotFound) {
				t.Errorf("the item without a conflict: %v", err)
			}
		})
	}
}

func TestAllIdentitiesAreOnThePages(t *testing.T) {
	for _, version := range []string{"v1.3.1", "v1.3.6", "v25.4.0"} {
		t.Run(version, func(t *testing.T) {
			k := kratostest.New(t, kratostest.As(version))
			var items []kratos.IdentityPatch
			for n := range 300 {
				items = append(items, kratos.IdentityPatch{Create: person(fmt.Sprintf("p%d@example.org", n))})
			}
			must(k.Admin().BatchPatchIdentities(t.Context(), items))(t)
			seen := map[string]bool{}
			for identity, err := range k.Admin().Identities(t.Context(), kratos.ListIdentities{PageSize: 7}) {
				if err != nil {
					t.Fatal(err)
				}
				seen[identity.ID] = true
			}
			if len(seen) != 300 {
				t.Errorf("%d identities, want 300", len(seen))
			}
		})
	}
}

func TestIdentitiesAreFoundByWhatTheyLogInWith(t *testing.T) {
	k := kratostest.New(t)
	for _, email := range []string{"ann@example.org", "anna@example.org", "bob@example.com"} {
		must(k.Admin().CreateIdentity(t.Context(), person(email)))(t)
	}
	found := must(k.Admin().FindIdentity(t.Context(), "ANN@example.org"))(t)
	similar := must(k.Admin().IdentitiesPage(t.Context(), kratos.ListIdentities{PreviewCredentialsIdentifierSimilar: "ann"}))(t)
	byID := must(k.Admin().IdentitiesPage(t.Context(), kratos.ListIdentities{IDs: []string{found.ID}}))(t)
	if found.VerifiableAddresses[0].Value != "ann@example.org" || len(similar.Items) != 2 || len(byID.Items) != 1 {
		t.Errorf("found %v, %d similar ones and %d by id", found.VerifiableAddresses, len(similar.Items), len(byID.Items))
	}
}

func TestAPatchChangesAnIdentityOrNothing(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org"})
	k.Person(kratostest.Person{Email: "bob@example.org"})
	patch := kratos.JSONPatch{}.Add("/metadata_admin/plan/name", "pro").Add("/metadata_public", []int{1, 3}).
		Add("/metadata_public/1", 2).Replace("/traits/name/first", "Ann")
	changed := must(k.Admin().PatchIdentity(t.Context(), ann.ID, patch))(t)
	if string(changed.RawMetadataAdmin) != `{"plan":{"name":"pro"}}` || string(changed.RawMetadataPublic) != "[1,2,3]" {
		t.Errorf("metadata is %s and %s", changed.RawMetadataAdmin, changed.RawMetadataPublic)
	}
	for name, c := range map[string]struct {
		patch kratos.JSONPatch
		want  error
	}{
		"a conflict":                 {kratos.JSONPatch{}.Replace("/metadata_public", 5).Replace("/traits/email", "bob@example.org"), kratos.ErrConflict},
		"traits that are not valid":  {kratos.JSONPatch{}.Replace("/metadata_public", 5).Replace("/traits/email", "bob"), kratos.ErrBadRequest},
		"a member that is not there": {kratos.JSONPatch{}.Replace("/metadata_public", 5).Remove("/traits/name/last"), kratos.ErrBadRequest},
		"an unknown state":           {kratos.JSONPatch{}.Replace("/metadata_public", 5).Replace("/state", "asleep"), kratos.ErrBadRequest},
	} {
		if _, err := k.Admin().PatchIdentity(t.Context(), ann.ID, c.patch); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	after := must(k.Admin().Identity(t.Context(), ann.ID))(t)
	if string(after.RawMetadataPublic) != "[1,2,3]" || after.VerifiableAddresses[0].Value != "ann@example.org" || !after.VerifiableAddresses[0].Verified {
		t.Errorf("after patches that failed: %s, %v", after.RawMetadataPublic, after.VerifiableAddresses)
	}
}

func TestASessionThatHasExpiredIsValidAgainAfterItIsExtended(t *testing.T) {
	k := kratostest.New(t)
	session := k.SignIn(k.Person(kratostest.Person{}))
	k.Advance(25 * time.Hour)
	if _, err := k.Client().Whoami(t.Context(), session.Option()); !errors.Is(err, kratos.ErrNoSession) {
		t.Fatalf("%v, want ErrNoSession", err)
	}
	must(k.Admin().ExtendSession(t.Context(), session.ID))(t)
	must(k.Client().Whoami(t.Context(), session.Option()))(t)
	session.Revoke()
	must(k.Admin().ExtendSession(t.Context(), session.ID))(t)
	if _, err := k.Client().Whoami(t.Context(), session.Option()); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("a revoked session that is extended: %v, want ErrNoSession", err)
	}
}

func TestAllSessionsOfAPersonAreOnThePages(t *testing.T) {
	for _, version := range []string{"v1.3.1", "v25.4.0"} {
		t.Run(version, func(t *testing.T) {
			k := kratostest.New(t, kratostest.As(version))
			ann := k.Person(kratostest.Person{})
			for range 5 {
				k.SignIn(ann)
			}
			of, all := map[string]bool{}, map[string]bool{}
			for session, err := range k.Admin().IdentitySessions(t.Context(), ann.ID, kratos.ListIdentitySessions{PageSize: 2}) {
				of[must(session, err)(t).ID] = true
			}
			for session, err := range k.Admin().Sessions(t.Context(), kratos.ListSessions{PageSize: 2}) {
				all[must(session, err)(t).ID] = true
			}
			if len(of) != 5 || len(all) != 5 {
				t.Errorf("%d sessions of the person and %d of all, want 5", len(of), len(all))
			}
		})
	}
}

func TestAnIdentityHasAnExternalID(t *testing.T) {
	k := kratostest.New(t, kratostest.As("v25.4.0"))
	body := person("ann@example.org")
	body.ExternalID = "customer-1"
	created := must(k.Admin().CreateIdentity(t.Context(), body))(t)
	if found := must(k.Admin().IdentityByExternalID(t.Context(), "customer-1", nil))(t); found.ID != created.ID {
		t.Errorf("the identity is %s, want %s", found.ID, created.ID)
	}
	older := kratostest.New(t, kratostest.As("v1.3.6"))
	if _, err := older.Admin().CreateIdentity(t.Context(), body); !errors.Is(err, kratos.ErrBadRequest) {
		t.Errorf("v1.3.6: %v, want ErrBadRequest", err)
	}
}

func TestAMessageThatCannotBeDelivered(t *testing.T) {
	k := kratostest.New(t)
	k.Person(kratostest.Person{Email: "bounce@example.org", Unverified: true})
	flow := must(k.Client().Verification.Start(t.Context()))(t)
	must(k.Client().Verification.Submit(t.Context(), flow, kratos.VerificationCode{Email: "bounce@example.org"}))(t)
	page := must(k.Admin().CourierMessagesPage(t.Context(), kratos.ListCourierMessages{Status: kratos.CourierMessageStatusAbandoned}))(t)
	if len(page.Items) != 1 {
		t.Fatalf("%d messages are abandoned, want 1", len(page.Items))
	}
	message := must(k.Admin().CourierMessage(t.Context(), page.Items[0].ID))(t)
	if len(message.Dispatches) != 2 || message.Dispatches[0].Error == nil {
		t.Errorf("the message has the dispatches %+v", message.Dispatches)
	}
}

func TestAnAdministratorRecoversAnAccount(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.ContinueWithTransitions = true }))
	ann := k.Person(kratostest.Person{})
	code := must(k.Admin().CreateRecoveryCodeForIdentity(t.Context(), ann.ID, kratos.CreateRecoveryCode{FlowType: kratos.FlowTypeAPI, Lifespan: time.Minute}))(t)
	if !strings.Contains(code.RecoveryLink, "/recovery?flow=") || len(code.RecoveryCode) != 6 {
		t.Errorf("the link is %s, and the code has %d digits", code.RecoveryLink, len(code.RecoveryCode))
	}
	if _, err := k.Admin().CreateRecoveryCodeForIdentity(t.Context(), "00000000-0000-4000-8000-000000000000", kratos.CreateRecoveryCode{}); !errors.Is(err, kratos.ErrNotFound) {
		t.Errorf("an unknown identity: %v, want ErrNotFound", err)
	}
}
