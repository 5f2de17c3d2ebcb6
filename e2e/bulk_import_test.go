package e2e

import (
	"errors"
	"iter"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// An import takes little more than batches made by hand, much less than a request for each identity,
// and little of this process. They take turns, so that the load of the machine is the same for all.
func TestBulkImportIsAsFastAsFullBatches(t *testing.T) {
	const rounds, singles = 3, 100
	n := bulkItems(t) / rounds * rounds
	_, byHand, _ := bulkServer(t)
	_, single, _ := bulkServer(t)
	_, admin, counter := bulkServer(t)
	var hand, each, imported, cpu time.Duration
	var heap uint64
	for round := range rounds {
		first, last := round*n/rounds+1, (round+1)*n/rounds
		began := time.Now()
		for lines := range slices.Chunk(slices.Collect(between(first, last)), 1000) {
			var items []kratos.IdentityPatch
			for _, line := range lines {
				items = append(items, kratos.IdentityPatch{Create: bulkIdentity(line)})
			}
			must(byHand.BatchPatchIdentities(t.Context(), items))(t)
		}
		hand += time.Since(began)
		began = time.Now()
		for line := range between(first, first+singles-1) {
			must(single.CreateIdentity(t.Context(), bulkIdentity(line)))(t)
		}
		each += time.Since(began) / singles / rounds
		before, peak := cpuTime(t), peakHeap()
		report, err := bulk.Import(t.Context(), admin, bulkRange(first, last, nil), bulk.Journal(t.TempDir()+"/journal.jsonl"))
		heap, cpu, imported = max(heap, peak()), cpu+cpuTime(t)-before, imported+report.Elapsed
		if err != nil || report.Created != last-first+1 || report.Unsettled+report.Rejected > 0 {
			t.Fatalf("%+v, %v", report, err)
		}
	}
	wantEachOnce(t, admin, n)
	t.Logf("%d identities: %.1fs and %.0f a second, by hand %.1fs and %.0f a second (%+.1f %%)", n, imported.Seconds(), rate(n, imported), hand.Seconds(), rate(n, hand), 100*(imported.Seconds()/hand.Seconds()-1))
	t.Logf("one POST each: %.0f a second, %.1f times slower", rate(1, each), rate(n, imported)/rate(1, each))
	t.Logf("%d batches, %d requests; processor %.2fs, %.1f %% of the time; heap %.1f MiB at most", counter.batches.Load(), counter.all.Load(), cpu.Seconds(), 100*cpu.Seconds()/imported.Seconds(), float64(heap)/(1<<20))
	if heap > 64<<20 {
		t.Errorf("the heap had %d MiB", heap>>20)
	}
}

// between yields the numbers from first to last.
func between(first, last int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := first; n <= last && yield(n); n++ {
		}
	}
}

func rate(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

// cpuTime is the time of processors that this process has used.
func cpuTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peakHeap measures the heap until the function that it returns is called, which returns the
// largest size in bytes, less what there was before.
func peakHeap() func() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before, peak := stats.HeapAlloc, stats.HeapAlloc
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			runtime.ReadMemStats(&stats)
			peak = max(peak, stats.HeapAlloc)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-stopped
		return peak - before
	}
}

// One bad record among 1000 is found and named with few requests, and the others are imported.
func TestBulkImportFindsTheBadRecord(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*kratos.CreateIdentity)
		field  string
		want   error
	}{
		"an unknown state":               {func(i *kratos.CreateIdentity) { i.State = "asleep" }, "", kratos.ErrBadRequest},
		"an address that is not one":     {func(i *kratos.CreateIdentity) { i.Traits = map[string]string{"email": "nobody"} }, "traits.email", kratos.ErrBadRequest},
		"a trait that the schema lacks":  {func(i *kratos.CreateIdentity) { i.Traits = map[string]string{"email": "a@b.example", "x": "y"} }, "traits", kratos.ErrBadRequest},
		"an address that is taken":       {func(i *kratos.CreateIdentity) { i.Traits = map[string]string{"email": "taken@bulk.example"} }, "", kratos.ErrConflict},
		"a malformed hash of a password": {func(i *kratos.CreateIdentity) { i.Credentials.Password.Config.HashedPassword = "$2a$x" }, "", kratos.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, admin, counter := bulkServer(t)
			must(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]string{"email": "taken@bulk.example"}}))(t)
			var rejects []bulk.Reject
			counter.all.Store(0)
			report, err := bulk.Import(t.Context(), admin, bulkSource(1000, func(r *bulk.Record) {
				if r.Line == 637 {
					tc.change(&r.Identity)
				}
			}), bulk.OnReject(func(r bulk.Reject) { rejects = append(rejects, r) }))
			if err != nil || report.Created != 999 || report.Rejected != 1 || len(rejects) != 1 {
				t.Fatalf("%+v, %v, %+v", report, err, rejects)
			}
			calls := counter.all.Load()
			t.Logf("%d requests, %d of them batches: %v", calls, counter.batches.Load(), rejects[0].Err)
			switch r := rejects[0]; {
			case r.Line != 637 || r.Ref != "old-637" || r.Field != tc.field || !errors.Is(r.Err, tc.want):
				t.Errorf("%+v", r)
			case calls > 21:
				t.Errorf("%d requests, want 21 at most", calls)
			}
		})
	}
}

// A Kratos that is killed and restarted while an import runs costs time, and nothing else.
func TestBulkImportSurvivesARestartOfKratos(t *testing.T) {
	n := bulkItems(t)
	srv, admin, counter := bulkServer(t)
	path := t.TempDir() + "/journal.jsonl"
	killed, restarted := false, make(chan error, 1)
	report, err := bulk.Import(t.Context(), admin, bulkSource(n, nil), bulk.Journal(path), bulk.BatchItems(250), bulk.OnProgress(func(r bulk.Report) {
		if killed || r.Created < n/4 {
			return
		}
		killed = true
		go func() {
			srv.Kill()
			restarted <- srv.Restart(t.Context(), nil)
		}()
	}))
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	if err != nil || report.Created != n || report.Rejected+report.Unsettled > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	wantEachOnce(t, admin, n)
	t.Logf("%d identities in %.1fs, %d requests, %d of them batches", n, report.Elapsed.Seconds(), counter.all.Load(), counter.batches.Load())
	if text := string(must(os.ReadFile(path))(t)); strings.Contains(text, "@bulk.example") || strings.Contains(text, "$2a$") || strings.Contains(text, "Ada") {
		t.Error("the journal has personal data")
	}
}

// People who exist are updated, also where Kratos takes long to find one by an address.
func TestBulkImportUpdates(t *testing.T) {
	const n = 1000
	_, admin, counter := bulkServer(t)
	if report, err := bulk.Import(t.Context(), admin, bulkSource(n, nil)); err != nil || report.Created != n {
		t.Fatalf("%+v, %v", report, err)
	}
	counter.all.Store(0)
	renamed := bulkSource(n+100, func(r *bulk.Record) {
		r.Identity.Traits = map[string]any{"email": bulkEmail(r.Line), "newsletter": true}
	})
	report, err := bulk.Import(t.Context(), admin, renamed, bulk.OnConflict(bulk.Update))
	if err != nil || report.Updated != n || report.Created != 100 || report.Rejected > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	t.Logf("%d updated and %d created in %.1fs by %d requests", report.Updated, report.Created, report.Elapsed.Seconds(), counter.all.Load())
	wantEachOnce(t, admin, n+100)
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{PageSize: 500}) {
		if err != nil {
			t.Fatal(err)
		}
		if !must(kratos.Traits[struct{ Newsletter bool }](&identity))(t).Newsletter {
			t.Fatalf("the identity %s is not updated", identity.ID)
		}
	}
}
