package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Whatever fails, each record is created once, and who was there before is known.
func TestImportUnderFaults(t *testing.T) {
	t.Parallel()
	nth := func(n int, f fault) func(int, *http.Request) fault {
		return func(i int, _ *http.Request) fault {
			if i == n {
				return f
			}
			return fault{}
		}
	}
	for name, tc := range map[string]struct {
		version  string
		fault    func(int, *http.Request) fault
		existing []*identity
		change   func(*bulk.Record)
		skew     time.Duration
		rejected int
	}{
		"nothing fails": {},
		"the connection breaks before the server reads":     {fault: nth(2, fault{breaks: true})},
		"the connection breaks after the commit":            {fault: nth(2, fault{breaks: true, processed: true})},
		"after the commit, by Kratos v25.4":                 {version: "v25.4.0", fault: nth(2, fault{breaks: true, processed: true})},
		"after the commit, with people who were there":      {version: "v25.4.0", fault: nth(2, fault{breaks: true, processed: true}), existing: existing(101, 150, 200), rejected: 3},
		"and Kratos v1.3.1 rolls back the batch":            {fault: nth(2, fault{breaks: true, processed: true}), existing: existing(101, 150, 200), rejected: 3},
		"the server is a day ahead":                         {fault: nth(1, fault{breaks: true, processed: true}), existing: existing(1, 400), skew: 24 * time.Hour, rejected: 2},
		"the server is a day behind":                        {fault: nth(1, fault{breaks: true, processed: true}), skew: -24 * time.Hour},
		"the server fails after the commit":                 {fault: nth(3, fault{status: 500, processed: true})},
		"the server fails before the commit":                {fault: nth(3, fault{status: 502})},
		"the gateway takes too long":                        {fault: nth(1, fault{status: 504, processed: true})},
		"the server is overloaded and asks to wait":         {fault: nth(1, fault{status: 503, retryAfter: "1"})},
		"there are too many requests":                       {fault: nth(2, fault{status: 429, retryAfter: "0"})},
		"the commit comes after the listing":                {fault: nth(1, fault{breaks: true, late: true})},
		"the same, with Kratos v25.4 and people":            {version: "v25.4.0", fault: nth(1, fault{breaks: true, late: true}), existing: existing(1, 50, 100), rejected: 3},
		"the listing after a failure fails":                 {fault: func(n int, r *http.Request) fault { return fault{breaks: n < 6 && n > 1, processed: n == 2} }},
		"external ids, and a break after the commit":        {version: "v25.4.0", change: func(r *bulk.Record) { r.Identity.ExternalID = r.Ref }, fault: nth(2, fault{breaks: true, processed: true})},
		"external ids, and people who have them already":    {version: "v25.4.0", change: func(r *bulk.Record) { r.Identity.ExternalID = r.Ref }, fault: nth(1, fault{breaks: true, processed: true}), existing: withExternalIDs(existing(1, 50)), rejected: 2},
		"external ids that the server does not know":        {change: func(r *bulk.Record) { r.Identity.ExternalID = r.Ref }},
		"one record is not readable":                        {change: func(r *bulk.Record) { bad(r, 77, func() { r.Identity.State = "asleep" }) }, rejected: 1},
		"one record does not match the schema":              {change: func(r *bulk.Record) { bad(r, 77, func() { r.Identity.Traits = map[string]string{"email": "x"} }) }, rejected: 1},
		"one record has no traits":                          {change: func(r *bulk.Record) { bad(r, 77, func() { r.Identity.Traits = nil }) }, rejected: 1},
		"one record is a duplicate":                         {change: func(r *bulk.Record) { bad(r, 78, func() { r.Identity.Traits = map[string]string{"email": email(77)} }) }, rejected: 1},
		"one record is too large":                           {change: func(r *bulk.Record) { bad(r, 77, func() { r.Identity.MetadataAdmin = strings.Repeat("x", 5<<20) }) }, rejected: 1},
		"a request that says why a record is wrong is lost": {change: func(r *bulk.Record) { bad(r, 1, func() { r.Identity.Traits = map[string]string{"email": "x"} }) }, fault: func(n int, r *http.Request) fault { return fault{breaks: r.Method == http.MethodPost && n < 5} }, rejected: 1},
	} {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				t.Parallel()
				fake := &fakeKratos{version: tc.version, fault: tc.fault, identities: slices.Clone(tc.existing), skew: tc.skew}
				admin := newFake(t, fake)
				var rejects []bulk.Reject
				report, err := bulk.Import(t.Context(), admin, source(400, tc.change), bulk.BatchItems(100), bulk.Workers(workers),
					bulk.MaxOutage(20*time.Second), bulk.OnReject(func(r bulk.Reject) { rejects = append(rejects, r) }))
				if err != nil || report.Read != 400 || report.Created != 400-tc.rejected || report.Rejected != tc.rejected || report.Unsettled != 0 || len(rejects) != tc.rejected {
					t.Fatalf("%+v, %v, %+v", *report, err, rejects)
				}
				for address, n := range fake.count() {
					if n != 1 {
						t.Errorf("%d identities have the address %s", n, address)
					}
				}
				if got := len(fake.count()); got != 400-tc.rejected+len(tc.existing) {
					t.Errorf("%d identities", got)
				}
				for _, r := range rejects {
					if strings.Contains(r.Err.Error(), "s3cret") {
						t.Errorf("the error has a value: %v", r.Err)
					}
				}
			})
		}
	}
}

func withExternalIDs(all []*identity) []*identity {
	for _, i := range all {
		i.ExternalID = strings.Replace(i.ID, "there", "old", 1)
	}
	return all
}

func bad(r *bulk.Record, line int, change func()) {
	if r.Line == line {
		change()
	}
}

// An outage that does not end is an error, and so is what concerns all records.
func TestImportEnds(t *testing.T) {
	t.Parallel()
	always := func(f fault) func(int, *http.Request) fault { return func(int, *http.Request) fault { return f } }
	for name, tc := range map[string]struct {
		fault func(int, *http.Request) fault
		want  error
	}{
		"the server stays down":       {always(fault{breaks: true}), bulk.ErrOutage},
		"the server stays overloaded": {always(fault{status: 503}), bulk.ErrOutage},
		"the server asks for an hour": {always(fault{status: 429, retryAfter: "3600"}), bulk.ErrOutage},
		"the program is not allowed":  {always(fault{status: 401}), kratos.ErrUnauthorized},
		"the gateway refuses":         {always(fault{status: 403}), kratos.ErrForbidden},
		"the path is wrong":           {always(fault{status: 404}), kratos.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeKratos{fault: tc.fault}
			report, err := bulk.Import(t.Context(), newFake(t, fake), source(300, nil), bulk.BatchItems(100), bulk.MaxOutage(100*time.Millisecond))
			switch {
			case !errors.Is(err, tc.want):
				t.Errorf("%v, want %v", err, tc.want)
			case !strings.HasPrefix(err.Error(), "kratos: "):
				t.Errorf("%q does not begin with kratos:", err)
			case report.Created != 0 || report.Rejected != 0 || report.Unsettled != report.Read:
				t.Errorf("%+v", *report)
			}
		})
	}
}

// A canceled import completes the batches that were sent, and continues later.
func TestCanceledImportCompletesWhatItSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	fake := &fakeKratos{fault: func(n int, _ *http.Request) fault {
		if n == 2 {
			cancel()
		}
		return fault{delay: 50 * time.Millisecond}
	}}
	admin, journal := newFake(t, fake), filepath.Join(t.TempDir(), "journal.jsonl")
	report, err := bulk.Import(ctx, admin, source(1000, nil), bulk.BatchItems(100), bulk.Journal(journal))
	if !errors.Is(err, context.Canceled) || report.Created == 0 || report.Created != len(fake.count()) {
		t.Fatalf("%+v, %v, %d identities", *report, err, len(fake.count()))
	}
	report, err = bulk.Import(t.Context(), admin, source(1000, nil), bulk.BatchItems(100), bulk.Journal(journal))
	if err != nil || report.Created != 1000 || report.Resumed == 0 {
		t.Fatalf("%+v, %v", *report, err)
	}
	fake.wantEachOnce(t, 1000)
	if slices.Contains(fake.requests, "GET0") {
		t.Errorf("nothing was in doubt, but it was looked for: %v", fake.requests)
	}
}

// What exists is rejected, skipped or updated.
func TestConflicts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		policy bulk.Policy
		want   bulk.Report
	}{
		"they are rejected": {bulk.RejectConflict, bulk.Report{Created: 97, Rejected: 3}},
		"they are skipped":  {bulk.Skip, bulk.Report{Created: 97, Skipped: 3}},
		"they are updated":  {bulk.Update, bulk.Report{Created: 97, Updated: 3}},
	} {
		for _, version := range []string{"v1.3.1", "v25.4.0"} {
			t.Run(name+", "+version, func(t *testing.T) {
				t.Parallel()
				fake := &fakeKratos{version: version, identities: existing(1, 50, 100)}
				report, err := bulk.Import(t.Context(), newFake(t, fake), source(100, func(r *bulk.Record) {
					r.Identity.Traits = map[string]any{"email": email(r.Line), "name": "new"}
				}), bulk.OnConflict(tc.policy))
				if err != nil || report.Created != tc.want.Created || report.Updated != tc.want.Updated || report.Skipped != tc.want.Skipped || report.Rejected != tc.want.Rejected {
					t.Fatalf("%+v, %v", *report, err)
				}
				fake.wantEachOnce(t, 100)
				if got := fake.identities[0].Traits["name"] == "new"; got != (tc.policy == bulk.Update) {
					t.Errorf("updated: %v", got)
				}
			})
		}
	}
}

// A dry run reads and checks everything, and sends nothing.
func TestDryRun(t *testing.T) {
	t.Parallel()
	fake := &fakeKratos{}
	admin := newFake(t, fake)
	var rejects []int
	report, err := bulk.Import(t.Context(), admin, source(1200, func(r *bulk.Record) { bad(r, 700, func() { r.Identity.Traits = nil }) }), bulk.DryRun(),
		bulk.Hash(func([]byte) (string, error) { return "", errors.New("called") }),
		bulk.Check(func(_ context.Context, i *kratos.CreateIdentity) error {
			if i.Traits.(map[string]any)["email"] == email(3) {
				return errors.New("kratos: not this one")
			}
			return nil
		}), bulk.OnReject(func(r bulk.Reject) { rejects = append(rejects, r.Line) }))
	if err != nil || report.Read != 1200 || report.Rejected != 2 || report.Unsettled != 1198 || !slices.Equal(rejects, []int{3, 700}) {
		t.Errorf("%+v, %v, %v", *report, err, rejects)
	}
	if len(fake.requests) > 0 {
		t.Errorf("sent %v", fake.requests)
	}
}

// Passwords are hashed by the function on several goroutines, and without one, batches stay small.
func TestPlaintextPasswords(t *testing.T) {
	t.Parallel()
	plaintext := source(300, func(r *bulk.Record) {
		r.Identity.Credentials = kratos.Credentials(kratos.PlaintextPassword("s3cret"))
	})
	const hash = "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq"
	var calls atomic.Int64
	fake := &fakeKratos{}
	report, err := bulk.Import(t.Context(), newFake(t, fake), plaintext, bulk.Hash(func(password []byte) (string, error) {
		if calls.Add(1) == 5 {
			return "", errors.New("too long")
		}
		if string(password) != "s3cret" {
			return "", errors.New("another password")
		}
		return hash, nil
	}))
	if err != nil || report.Created != 299 || report.Rejected != 1 || calls.Load() != 300 {
		t.Errorf("%+v, %v, %d calls", *report, err, calls.Load())
	}
	for _, i := range fake.identities {
		if c := i.Secrets["password"].Config; c.Password != "" || c.HashedPassword != hash {
			t.Fatalf("sent %+v", c)
		}
	}
	fake = &fakeKratos{}
	if report, err = bulk.Import(t.Context(), newFake(t, fake), plaintext, bulk.Workers(1)); err != nil || report.Created != 300 {
		t.Errorf("%+v, %v", *report, err)
	}
	if fake.requests[0] != "PATCH20" || len(fake.requests) > 8 {
		t.Errorf("batches %v, want the first to have 20 items, and others more", fake.requests)
	}
}

// Batches are cut by items and bytes, and get smaller after a time-out.
func TestBatchesAreCut(t *testing.T) {
	t.Parallel()
	large := func(r *bulk.Record) { r.Identity.MetadataAdmin = strings.Repeat("x", 1<<20) }
	for name, tc := range map[string]struct {
		n      int
		change func(*bulk.Record)
		fault  func(int, *http.Request) fault
		want   string
	}{
		"by items":                 {n: 2500, want: "[PATCH1000 PATCH1000 PATCH500]"},
		"by bytes":                 {n: 9, change: large, want: "[PATCH4 PATCH4 PATCH1]"},
		"smaller after a time-out": {n: 1000, fault: func(n int, _ *http.Request) fault { return fault{status: 504 * (1 - min(1, n/2))} }, want: "[PATCH1000 GET0 PATCH500 PATCH500]"},
		"smaller after a refusal":  {n: 1000, fault: func(n int, _ *http.Request) fault { return fault{status: 413 * (1 - min(1, n/2))} }, want: "[PATCH1000 PATCH500 PATCH500]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeKratos{fault: tc.fault}
			report, err := bulk.Import(t.Context(), newFake(t, fake), source(tc.n, tc.change), bulk.Workers(1))
			if err != nil || report.Created != tc.n || fmt.Sprint(fake.requests) != tc.want {
				t.Errorf("%+v, %v, %v, want %s", *report, err, fake.requests, tc.want)
			}
		})
	}
}

func TestInvalidOptions(t *testing.T) {
	t.Parallel()
	fake := &fakeKratos{}
	admin := newFake(t, fake)
	for name, opt := range map[string]bulk.Option{
		"no workers": bulk.Workers(0), "65 workers": bulk.Workers(65), "no items": bulk.BatchItems(0), "1001 items": bulk.BatchItems(1001),
		"no outage": bulk.MaxOutage(0), "an unknown policy": bulk.OnConflict(9), "no identifiers": bulk.IdentifiedBy(nil), "a nil option": nil,
	} {
		if report, err := bulk.Import(t.Context(), admin, source(1, nil), opt); !errors.Is(err, kratos.ErrInvalidArgument) || report == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(fake.requests) > 0 {
		t.Errorf("sent %v", fake.requests)
	}
}
