package kratos_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	item := func(size int, credential kratos.Credential) kratos.IdentityPatch {
		return kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: strings.Repeat("x", size), Credentials: kratos.Credentials(credential)}}
	}
	repeat := func(n int, item kratos.IdentityPatch) []kratos.IdentityPatch {
		items := make([]kratos.IdentityPatch, n)
		for i := range items {
			items[i] = item
		}
		return items
	}
	plaintext := item(1, kratos.PlaintextPassword("s3cret"))
	hashed := item(1, hash(t, "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq"))
	broken := hashed
	broken.Create.Credentials.Password.Config.HashedPassword = "$2a$04$s3cret"
	mib := item(1<<20-100, nil)
	rest, err := gen.MarshalBody(gen.PatchIdentitiesBody{Identities: repeat(1, item(0, nil))})
	if err != nil {
		t.Fatal(err)
	}
	fits := 5<<20 - len(rest)
	for name, tc := range map[string]struct {
		items []kratos.IdentityPatch
		sent  bool
		text  string // of the error, in part
		each  string // what each item is, if they are not created
	}{
		"1000 hashed passwords":              {repeat(1000, hashed), true, "", ""},
		"200 in plaintext":                   {repeat(200, plaintext), true, "", ""},
		"200 in plaintext and 800 hashed":    {append(repeat(200, plaintext), repeat(800, hashed)...), true, "", ""},
		"one in plaintext and 999 hashed":    {append(repeat(1, plaintext), repeat(999, hashed)...), true, "", ""},
		"201 in plaintext":                   {repeat(201, plaintext), false, "201 items have a plaintext password", "ErrInvalidArgument×201"},
		"201 in plaintext among hashed ones": {append(repeat(201, plaintext), repeat(99, hashed)...), false, "201 items", "ErrInvalidArgument×300"},
		"1001 items":                         {repeat(1001, hashed), false, "1 to 1000 items", "ErrInvalidArgument×1001"},
		"no items":                           {nil, false, "1 to 1000 items", ""},
		"five MiB and more":                  {repeat(6, mib), false, "5242880 (5 MiB)", "ErrInvalidArgument ErrInvalidArgument ErrInvalidArgument ErrInvalidArgument ErrInvalidArgument ErrInvalidArgument"},
		"five MiB to the byte":               {repeat(1, item(fits, nil)), true, "", ""},
		"one byte more":                      {repeat(1, item(fits+1, nil)), false, "the body has 5242881 bytes", "ErrInvalidArgument"},
		"four MiB":                           {repeat(4, mib), true, "", ""},
		"a malformed hash among others":      {append(repeat(2, hashed), broken, hashed), false, "item 2: the password hash begins with $2", "ErrRolledBack ErrRolledBack ErrInvalidArgument ErrRolledBack"},
		"no traits, and a value that cannot be encoded as JSON": {[]kratos.IdentityPatch{{}, {Create: kratos.CreateIdentity{Traits: make(chan int)}}}, false, "item 0: the traits are nil", "ErrInvalidArgument ErrRolledBack"},
		"a value that cannot be encoded as JSON":                {[]kratos.IdentityPatch{{Create: kratos.CreateIdentity{Traits: make(chan int)}}}, false, "cannot be written as JSON", "ErrInvalidArgument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			_, admin := serve(t, counted(&n, reply{status: 200, body: `{"identities":[` + strings.TrimSuffix(strings.Repeat(`{"action":"create","identity":"i"},`, len(tc.items)), ",") + `]}`}))
			results, err := admin.BatchPatchIdentities(t.Context(), tc.items)
			switch {
			case len(results) != len(tc.items):
				t.Errorf("len(results) = %d, want %d", len(results), len(tc.items))
			case n.Load() > 1:
				t.Errorf("sent %d times", n.Load())
			case (n.Load() == 1) != tc.sent:
				t.Errorf("sent %d times, want it sent: %v", n.Load(), tc.sent)
			}
			if tc.sent {
				if err != nil {
					t.Error(err)
				}
				return
			}
			switch {
			case !errors.Is(err, kratos.ErrInvalidArgument):
				t.Errorf("%v, want ErrInvalidArgument", err)
			case !strings.Contains(err.Error(), tc.text):
				t.Errorf("%v, want it to have %q", err, tc.text)
			case strings.Contains(err.Error(), "s3cret"):
				t.Errorf(`%v says "s3cret"`, err)
			}
			if got := outcomes(results); got != tc.each {
				t.Errorf("items %s, want %s", got, tc.each)
			}
		})
	}
}

// The timeout of the client does not apply to a batch, but the context does.
func TestBatchTimeout(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, reply{status: 200, body: `{"identities":[{"action":"create","identity":"a"},{"action":"create","identity":"b"}]}`},
		kratos.WithHTTPClient(&http.Client{Timeout: time.Nanosecond}))
	if _, err := admin.Identity(t.Context(), idA); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("another call: %v", err)
	}
	if results, err := admin.BatchPatchIdentities(t.Context(), twoItems()); err != nil || outcomes(results) != "ok ok" {
		t.Errorf("%s, %v", outcomes(results), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, admin = serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}))
	results, err := admin.BatchPatchIdentities(ctx, twoItems())
	switch {
	case !errors.Is(err, context.Canceled):
		t.Errorf("%v, want %v", err, context.Canceled)
	case outcomes(results) != "ErrUnconfirmed ErrUnconfirmed":
		t.Errorf(`outcomes(results) = %q, want "ErrUnconfirmed ErrUnconfirmed"`, outcomes(results))
	case !errors.Is(results[1].Err, context.Canceled):
		t.Errorf("%v, want %v", results[1].Err, context.Canceled)
	}
}
