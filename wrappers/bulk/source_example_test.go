package bulk_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// The traits of an account are those of the identity schema, and the ids of providers those of
// Kratos' configuration. [bulk.Import] takes the records.
func ExampleTarget() {
	file, err := os.Open("testdata/keycloak/demo-realm.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	to := bulk.Target{
		SchemaID: "customer",
		Traits: func(p bulk.Profile) (any, error) {
			if p.Email() == "" {
				return nil, errors.New("there is no email address")
			}
			return map[string]any{"email": p.Email(), "login": p.Username}, nil
		},
		Provider: func(alias string) string {
			return map[string]string{"google": "google-workspace"}[alias] // others are left out
		},
	}
	for record, err := range bulk.Keycloak(file, to) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(record.Line, record.Identity.Traits, record.Notes)
	}
	// Output:
	// 1 map[email:ann.keycloak@kratoskit.example login:ann] [phone totp]
	// 2 map[email:ben.keycloak@kratoskit.example login:ben] [required actions]
	// 3 map[email:cat.keycloak@kratoskit.example login:cat] [backup codes webauthn]
	// 4 map[email:dan.keycloak@kratoskit.example login:dan] []
	// 5 map[email:eve.keycloak@kratoskit.example login:eve] [password bcrypt-plugin user federation]
	// kratos: element 6 of the Keycloak export: the account is not imported: it is a service account
}
