package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The test of kills starts this executable as the importer, with the URL of the admin port, the
// number of records and the path of the journal.
func init() {
	if args := strings.Fields(os.Getenv("BULK_IMPORTER")); len(args) == 3 {
		os.Exit(runImporter(args[0], args[1], args[2]))
	}
}

// runImporter imports, and prints a report after each batch and at the end.
func runImporter(admin, items, journal string) int {
	n, _ := strconv.Atoi(items)
	_, err := bulk.Import(context.Background(), kratos.Must(kratos.NewAdmin(admin)), killedSource(n), bulk.Journal(journal), bulk.BatchItems(n/40),
		bulk.OnProgress(func(r bulk.Report) {
			text, _ := json.Marshal(r)
			fmt.Println(string(text))
		}))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// killedSource is a source of which each 100th record is of a person who is there before the import.
// Half of those have the same traits as before.
func killedSource(n int) iter.Seq2[bulk.Record, error] {
	return bulkSource(n, func(r *bulk.Record) {
		if r.Line%200 == 0 {
			r.Identity.Traits = map[string]string{"email": bulkEmail(r.Line)}
		}
	})
}

// An import that is killed at 20 random moments, and continued each time, creates each identity
// once, and knows who was there before.
func TestBulkImportSurvivesKills(t *testing.T) {
	const kills = 20
	n := bulkItems(t)
	srv, admin, _ := bulkServer(t)
	before := 0
	for line := 100; line <= n; line += 100 {
		before++
		must(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]string{"email": bulkEmail(line)}}))(t)
	}
	time.Sleep(4 * time.Second) // an import knows the time of Kratos to 3 seconds
	command := fmt.Sprintf("BULK_IMPORTER=%s %d %s", srv.AdminURL, n, t.TempDir()+"/journal.jsonl")
	var report bulk.Report
	inDoubt := 0
	for i := range kills {
		report = importUntil(t, command, i*n/(kills+1), time.Duration(rand.Int64N(int64(500*time.Millisecond))))
		inDoubt += report.Unsettled
	}
	report = importUntil(t, command, n+1, 0)
	t.Logf("%d kills, with %d of the records that were read not settled each time; %d of %d were settled at the last start", kills, inDoubt/kills, report.Resumed, n)
	if report.Created != n-before || report.Rejected != before || report.Unsettled != 0 || report.Resumed < n/2 {
		t.Errorf("%+v, want %d created and %d rejected", report, n-before, before)
	}
	wantEachOnce(t, admin, n)
}

// importUntil starts the importer, and kills it some time after this number of records is settled.
// It returns the last report.
func importUntil(t *testing.T, command string, settled int, later time.Duration) (report bulk.Report) {
	cmd := exec.CommandContext(t.Context(), must(os.Executable())(t))
	cmd.Env, cmd.Stderr = append(os.Environ(), command), os.Stderr
	out := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, killed := bufio.NewScanner(out), false
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &report); err != nil {
			continue // the last line of a process that was killed
		}
		if !killed && report.Created+report.Rejected >= settled {
			killed = true
			time.AfterFunc(later, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err != nil && !killed {
		t.Fatal(err)
	}
	return report
}
