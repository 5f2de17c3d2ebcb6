package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// testBatches sends batches with items that Kratos rejects for different reasons, and checks that
// each successful result has an identity.
func testBatches(t *testing.T, fx *fixture) {
	ctx := t.Context()
	hash := must(kratos.HashedPassword(bcryptHash(t, "batched")))(t)
	// besides is the result of a valid item next to one that conflicts.
	besides := "ErrRolledBack"
	if features().PartialBatches {
		besides = "ok"
	}
	for name, tc := range map[string]struct{ items, want string }{
		"one that conflicts":              {"taken", "ErrConflict"},
		"bad, and conflicts":              {"bad taken", "ErrBadRequest ErrConflict"},
		"bad, conflicts, good":            {"bad taken good", "ErrBadRequest ErrConflict " + besides},
		"all but one bad":                 {"bad bad good", "ErrBadRequest ErrBadRequest ok"},
		"one is unreadable":               {"good good unreadable good", "ok ok ErrBadRequest ok"},
		"all are unreadable":              {"unreadable unreadable", "ErrBadRequest ErrBadRequest"},
		"one has an empty identifier":     {"good empty good", "ok ErrInvalidArgument ok"},
		"each is wrong in another way":    {"empty unreadable bad taken good", "ErrInvalidArgument ErrBadRequest ErrBadRequest ErrConflict " + besides},
		"all are good":                    {"good good", "ok ok"},
		"clear text and hashes, by count": {strings.Repeat("clear ", 20) + strings.Repeat("good ", 230), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var items []kratos.IdentityPatch
			for _, is := range strings.Fields(tc.items) {
				create := kratos.CreateIdentity{Traits: map[string]string{"username": newPerson().Email}, Credentials: kratos.Credentials(hash)}
				switch is {
				case "bad":
					create.Traits = map[string]int{"username": 1}
				case "taken":
					taken := map[string]string{"username": newPerson().Email}
					must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: taken}))(t)
					create.Traits = taken
				case "unreadable":
					create.State = "asleep"
				case "empty":
					create.Traits = listTraits{}
				case "clear":
					create.Credentials = kratos.Credentials(kratos.PlaintextPassword("correct horse battery"))
				}
				items = append(items, kratos.IdentityPatch{Create: create})
			}
			results, err := fx.admin.BatchPatchIdentities(ctx, items)
			if len(results) != len(items) {
				t.Fatalf("%d results, %v", len(results), err)
			}
			var got []string
			for i, r := range results {
				got = append(got, sentinelName(r.Err))
				if r.Err != nil {
					continue
				}
				if identity := must(fx.admin.Identity(ctx, r.IdentityID))(t); !strings.Contains(string(identity.RawTraits), items[i].Create.Traits.(map[string]string)["username"]) {
					t.Errorf("item %d is %s", i, identity.RawTraits)
				}
			}
			if tc.want == "" {
				tc.want = strings.TrimSpace(strings.Repeat("ok ", len(items)))
			}
			switch {
			case strings.Join(got, " ") != tc.want:
				t.Errorf("%v: %s, want %s", err, got, tc.want)
			case (err != nil) != strings.Contains(tc.want, "Err"):
				t.Errorf("%v, want an error if an item has one: %s", err, tc.want)
			case err != nil && !errors.Is(err, kratos.ErrBatchItems):
				t.Errorf("%v, want ErrBatchItems", err)
			}
			// Items that were rolled back can be sent again, and are created once.
			for i, r := range results {
				if !errors.Is(r.Err, kratos.ErrRolledBack) {
					continue
				}
				if again, err := fx.admin.BatchPatchIdentities(ctx, items[i:i+1]); err != nil || again[0].IdentityID == "" {
					t.Errorf("item %d again: %v", i, err)
				}
			}
		})
	}
}

func sentinelName(err error) string {
	for name, sentinel := range map[string]error{
		"ErrConflict": kratos.ErrConflict, "ErrBadRequest": kratos.ErrBadRequest, "ErrInvalidArgument": kratos.ErrInvalidArgument,
		"ErrRolledBack": kratos.ErrRolledBack, "ErrUnconfirmed": kratos.ErrUnconfirmed,
	} {
		if errors.Is(err, sentinel) {
			return name
		}
	}
	if err == nil {
		return "ok"
	}
	return err.Error()
}

func TestBatch(t *testing.T) { onBothServers(t, testBatch) }

func testBatch(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, be.shared(t))
	taken := newPerson()
	register(t, client, taken)
	hash := must(kratos.HashedPassword(bcryptHash(t, "batched")))(t)
	people := []person{newPerson(), taken, newPerson()}
	var items []kratos.IdentityPatch
	for i, p := range people {
		items = append(items, kratos.IdentityPatch{PatchID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			Create: kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, Credentials: kratos.Credentials(hash)}})
	}
	results, err := admin.BatchPatchIdentities(ctx, items)
	wantError(t, "a batch with an address that is taken", err, kratos.ErrBatchItems)
	if len(results) != 3 || results[1].PatchID != items[1].PatchID {
		t.Fatalf("results %+v", results)
	}
	wantError(t, "the item", results[1].Err, kratos.ErrConflict)
	for _, i := range []int{0, 2} {
		t.Run(fmt.Sprint("item ", i), func(t *testing.T) {
			if features().PartialBatches {
				wantError(t, "the others", results[i].Err, nil)
			} else {
				wantError(t, "the others", results[i].Err, kratos.ErrRolledBack)
				results[i] = must(admin.BatchPatchIdentities(ctx, items[i:i+1]))(t)[0]
			}
			if created := must(admin.Identity(ctx, results[i].IdentityID))(t); !strings.Contains(string(created.RawTraits), people[i].Email) {
				t.Errorf("item %d is %s", i, created.RawTraits)
			}
			if _, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: people[i].Email, Password: "batched"}); err != nil {
				t.Errorf("logging in as one of the batch: %v", err)
			}
		})
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
			t.Errorf("item %d of the same batch: %v", i, r.Err)
		}
	}
}
