package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// batches sends items that Kratos refuses in each of its ways, and looks whether there is an
// identity for each item that is said to have one.
func batches(t *testing.T, fx *fixture) {
	ctx := t.Context()
	hash := must(kratos.ParsePasswordHash(bcryptHash(t, "batched")))(t)
	for name, tc := range map[string]struct{ items, want string }{
		"one that conflicts":              {"taken", "ErrConflict"},
		"bad, and conflicts":              {"bad taken", "ErrBadRequest ErrConflict"},
		"bad, conflicts, good":            {"bad taken good", "ErrBadRequest ErrConflict ErrRolledBack"},
		"all but one bad":                 {"bad bad good", "ErrBadRequest ErrBadRequest ok"},
		"one is unreadable":               {"good good unreadable good", "ok ok ErrBadRequest ok"},
		"all are unreadable":              {"unreadable unreadable", "ErrBadRequest ErrBadRequest"},
		"one has an empty identifier":     {"good empty good", "ok ErrInvalid ok"},
		"each is wrong in another way":    {"empty unreadable bad taken good", "ErrInvalid ErrBadRequest ErrBadRequest ErrConflict ErrRolledBack"},
		"all are good":                    {"good good", "ok ok"},
		"clear text and hashes, by count": {strings.Repeat("clear ", 20) + strings.Repeat("good ", 230), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var items []kratos.IdentityPatch
			for _, is := range strings.Fields(tc.items) {
				create := kratos.CreateIdentity{Traits: map[string]string{"username": newPerson().Email}, Credentials: kratos.Credentials(kratos.HashedPassword(hash))}
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
					create.Credentials = kratos.Credentials(kratos.ClearTextPassword("correct horse battery"))
				}
				items = append(items, kratos.IdentityPatch{Create: create})
			}
			results, err := fx.admin.BatchPatchIdentities(ctx, items)
			if len(results) != len(items) {
				t.Fatalf("%d results, %v", len(results), err)
			}
			var got []string
			for i, r := range results {
				got = append(got, outcome(r.Err))
				if r.Err != nil {
					continue
				}
				if identity := must(fx.admin.Identity(ctx, r.IdentityID))(t); !strings.Contains(string(identity.Traits), items[i].Create.Traits.(map[string]string)["username"]) {
					t.Errorf("item %d is %s", i, identity.Traits)
				}
			}
			if tc.want == "" {
				tc.want = strings.TrimSpace(strings.Repeat("ok ", len(items)))
			}
			if strings.Join(got, " ") != tc.want || (err != nil) != strings.Contains(tc.want, "Err") || err != nil && !errors.Is(err, kratos.ErrBatchItems) {
				t.Errorf("%v: %s, want %s", err, got, tc.want)
			}
			// What is to be sent again is created then, and once.
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

func outcome(err error) string {
	for name, sentinel := range map[string]error{
		"ErrConflict": kratos.ErrConflict, "ErrBadRequest": kratos.ErrBadRequest, "ErrInvalid": kratos.ErrInvalid,
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
