package bulk_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Import a CSV file. A program that is killed continues with the same journal.
func ExampleImport() {
	const file = `id,email,password_hash,verified
17,ada@example.org,$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq,true
18,grace@example.org,md5:secret,false
`
	admin, stop := startExampleServer()
	defer stop()
	records := bulk.CSV(strings.NewReader(file), bulk.Mapping{
		"id":            bulk.Reference(),
		"email":         bulk.Trait("email"),
		"password_hash": bulk.PasswordHash(),
		"verified":      bulk.Verified("email"),
	})
	report, err := bulk.Import(context.Background(), admin, records,
		bulk.OnReject(func(r bulk.Reject) { fmt.Printf("line %d, id %s: %v\n", r.Line, r.Ref, r.Err) }))
	if err != nil {
		log.Print(err) // with bulk.Journal, a second run continues
	}
	fmt.Println(report.Created, "created,", report.Rejected, "rejected")
	// Output:
	// line 3, id 18: kratos: HashedPassword: the password hash is not in a format that Kratos supports
	// 1 created, 1 rejected
}

// Check a file before anything is sent.
func ExampleDryRun() {
	file := strings.NewReader(`{"traits":{"email":"ada@example.org"}}
{"traits":{"email":"ada@example.org"}}
{"trait":{}}
`)
	admin, stop := startExampleServer()
	defer stop()
	report, err := bulk.Import(context.Background(), admin, bulk.JSONLines(file), bulk.DryRun(),
		bulk.OnReject(func(r bulk.Reject) { fmt.Printf("line %d: %v\n", r.Line, r.Err) }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Unsettled, "can be imported")
	// Output:
	// line 2: kratos: Import: an earlier record has the same identifier: line 1
	// line 3: kratos: JSONLines: the identity has no traits
	// 1 can be imported
}

// Copy all identities with their passwords to another Kratos.
func ExampleExport() {
	from, stop := startExampleServer("ada@example.org", "grace@example.org")
	defer stop()
	to, stop := startExampleServer()
	defer stop()
	var file bytes.Buffer
	if _, err := bulk.Export(context.Background(), from, &file, bulk.WithCredentials(kratos.CredentialsTypePassword, kratos.CredentialsTypeOIDC)); err != nil {
		log.Fatal(err)
	}
	report, err := bulk.Import(context.Background(), to, bulk.JSONLines(&file))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Created, "created")
	// Output: 2 created
}

// startExampleServer starts a server that has identities with these addresses.
func startExampleServer(addresses ...string) (admin *kratos.Admin, stop func()) {
	fake := &fakeKratos{version: "v26.2.0", emails: map[string]bool{}}
	for _, address := range addresses {
		fake.create(&identity{Traits: map[string]any{"email": address}})
	}
	srv := httptest.NewServer(fake)
	return kratos.Must(kratos.NewAdmin(srv.URL)), srv.Close
}
