package e2e

import (
	"fmt"
	"iter"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// bulkHash is the bcrypt hash of "correct horse battery" with the lowest cost.
const bulkHash = "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq"

// bulkItems is how many identities the tests of imports create: BULK_ITEMS, or 3000.
func bulkItems(t *testing.T) int {
	text := os.Getenv("BULK_ITEMS")
	if text == "" {
		return 3000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 || n > 1_000_000 {
		t.Fatal("BULK_ITEMS has to be a number from 1000 to 1000000")
	}
	return n
}

func bulkEmail(line int) string { return fmt.Sprintf("person-%d@bulk.example", line) }

// bulkIdentity is the identity of a line of a source.
func bulkIdentity(line int) kratos.CreateIdentity {
	var identity kratos.CreateIdentity
	identity.Traits = map[string]any{"email": bulkEmail(line), "name": map[string]string{"first": "Ada", "last": strconv.Itoa(line)}}
	identity.Credentials.Password.Config.HashedPassword = bulkHash
	return identity
}

// bulkSource yields n records, after a change.
func bulkSource(n int, change func(*bulk.Record)) iter.Seq2[bulk.Record, error] {
	return bulkRange(1, n, change)
}

// bulkRange yields the records of lines from first to last, after a change.
func bulkRange(first, last int, change func(*bulk.Record)) iter.Seq2[bulk.Record, error] {
	return func(yield func(bulk.Record, error) bool) {
		for line := first; line <= last; line++ {
			r := bulk.Record{Line: line, Ref: fmt.Sprint("old-", line), Identity: bulkIdentity(line)}
			if change != nil {
				change(&r)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// requestCounter counts requests, except for the version, and those of batches.
type requestCounter struct{ all, batches atomic.Int64 }

func (c *requestCounter) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/version") {
		c.all.Add(1)
	}
	if r.Method == http.MethodPatch {
		c.batches.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// bulkServer starts a Kratos without identities.
func bulkServer(t *testing.T) (*server.Server, *kratos.Admin, *requestCounter) {
	srv := server.ForTest(t, server.Options{})
	counter := new(requestCounter)
	return srv, must(kratos.NewAdmin(srv.AdminURL, kratos.WithHTTPClient(&http.Client{Transport: counter})))(t), counter
}

// wantEachOnce fails unless Kratos has exactly one identity for each line from 1 to n.
func wantEachOnce(t *testing.T, admin *kratos.Admin, n int) {
	t.Helper()
	count := map[string]int{}
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{PageSize: 500}) {
		if err != nil {
			t.Fatal(err)
		}
		count[must(kratos.Traits[struct{ Email string }](&identity))(t).Email]++
	}
	for line := 1; line <= n; line++ {
		if got := count[bulkEmail(line)]; got != 1 {
			t.Errorf("line %d: %d identities", line, got)
		}
	}
	if len(count) != n {
		t.Errorf("%d addresses, want %d", len(count), n)
	}
}
