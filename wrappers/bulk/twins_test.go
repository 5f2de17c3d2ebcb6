package bulk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// linkedKratos has identities in memory that are told apart by their accounts at providers and
// external ids, as those of Kratos v25.4 without identifiers in the traits.
type linkedKratos struct {
	fault func(n int, body string) fault // of a batch

	mu      sync.Mutex
	batches int
	names   []string // of the identities
	list    []map[string]any
}

func newLinked(t *testing.T, k *linkedKratos) *kratos.Admin {
	t.Helper()
	srv := httptest.NewServer(k)
	t.Cleanup(srv.Close)
	return kratos.Must(kratos.NewAdmin(srv.URL))
}

func (k *linkedKratos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/version"):
		fmt.Fprint(w, `{"version":"v25.4.0"}`)
	case strings.Contains(r.URL.Path, "/by/external/"):
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(kratosError(http.StatusNotFound, ""))
	case r.Method == http.MethodGet:
		_ = json.NewEncoder(w).Encode(append([]map[string]any{}, k.list...))
	case r.Method == http.MethodPatch:
		k.batches++
		var f fault
		if k.fault != nil {
			f = k.fault(k.batches, string(body))
		}
		if f.processed || f == (fault{}) {
			body = k.create(body)
		}
		switch {
		case f.breaks:
			panic(http.ErrAbortHandler)
		case f.status != 0:
			w.WriteHeader(f.status)
			_ = json.NewEncoder(w).Encode(kratosError(f.status, "fault"))
		default:
			_, _ = w.Write(body)
		}
	}
}

func (k *linkedKratos) create(body []byte) []byte {
	var in struct {
		Identities []struct {
			Create struct {
				Traits      json.RawMessage `json:"traits"`
				ExternalID  string          `json:"external_id"`
				Credentials json.RawMessage `json:"credentials"`
			} `json:"create"`
		} `json:"identities"`
	}
	_ = json.Unmarshal(body, &in)
	out := []map[string]any{}
	for _, i := range in.Identities {
		name := i.Create.ExternalID + string(i.Create.Credentials)
		if slices.Contains(k.names, name) {
			out = append(out, map[string]any{"action": "error", "error": map[string]any{"code": 409, "message": "m"}})
			continue
		}
		id := fmt.Sprintf("id-%d", len(k.list))
		k.names = append(k.names, name)
		k.list = append(k.list, map[string]any{"id": id, "schema_id": "default", "schema_url": "http://kratos.example/", "traits": i.Create.Traits, "created_at": time.Now().UTC()})
		out = append(out, map[string]any{"action": "create", "identity": id})
	}
	text, _ := json.Marshal(map[string]any{"identities": out})
	return text
}

func records(list ...bulk.Record) iter.Seq2[bulk.Record, error] {
	return func(yield func(bulk.Record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Records with the same traits are told apart by their accounts at a provider, whichever of their
// requests fail.
func TestRecordsWithTheSameTraits(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]map[int]fault{
		"the second is not processed":              {2: {breaks: true}},
		"the second is processed":                  {2: {breaks: true, processed: true}},
		"only the second of both is processed":     {1: {breaks: true}, 2: {breaks: true, processed: true}},
		"only the first of both is processed":      {1: {breaks: true, processed: true}, 2: {breaks: true}},
		"the first is processed, and asked for it": {1: {breaks: true, processed: true}},
	} {
		for _, resumed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, resumed %v", name, resumed), func(t *testing.T) {
				t.Parallel()
				k := &linkedKratos{fault: func(n int, _ string) fault { return faults[n] }}
				admin := newLinked(t, k)
				var list []bulk.Record
				for line, subject := range []string{"a", "b", "c"} {
					list = append(list, bulk.Record{Line: line + 1, Identity: kratos.CreateIdentity{Traits: map[string]any{"name": "Jo Smith"}, Credentials: kratos.Credentials(kratos.OIDCLink("google", subject))}})
				}
				opts := []bulk.Option{bulk.BatchItems(1), bulk.Workers(1)}
				if resumed {
					opts = append(opts, bulk.Journal(filepath.Join(t.TempDir(), "journal.jsonl")))
					for range 2 {
						if _, err := bulk.Import(t.Context(), admin, records(list...), append(opts, bulk.MaxOutage(time.Millisecond))...); err == nil {
							break
						}
					}
				}
				report, err := bulk.Import(t.Context(), admin, records(list...), opts...)
				if err != nil || report.Created != 3 || len(k.list) != 3 {
					t.Errorf("%+v, %v; %d identities", *report, err, len(k.list))
				}
			})
		}
	}
}

// An external id that cannot be a part of a URL is looked for in the listing.
func TestExternalIDsThatAreNoPartOfAURL(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"oidc|corp|https://id.example/1", "..", "a b", "a#b"} {
		k := &linkedKratos{fault: func(n int, _ string) fault { return fault{breaks: n == 1, processed: n == 1} }}
		report, err := bulk.Import(t.Context(), newLinked(t, k), records(bulk.Record{Line: 1, Identity: kratos.CreateIdentity{ExternalID: id, Traits: map[string]any{"email": "ada@example.org"}}}))
		if err != nil || report.Created != 1 || len(k.list) != 1 {
			t.Errorf("%q: %+v, %v; %d identities", id, *report, err, len(k.list))
		}
	}
}

// A record that makes the server fail is rejected by its line, and all others are imported.
func TestRecordThatTheServerFailsFor(t *testing.T) {
	t.Parallel()
	records16 := func(poison int) (list []bulk.Record) {
		for line := range 16 {
			id := fmt.Sprint("u", line+1)
			if line+1 == poison {
				id = "poison"
			}
			list = append(list, bulk.Record{Line: line + 1, Identity: kratos.CreateIdentity{ExternalID: id, Traits: map[string]any{"email": id + "@example.org"}}})
		}
		return list
	}
	for _, poison := range []int{1, 11, 16} {
		t.Run(fmt.Sprint("line ", poison), func(t *testing.T) {
			t.Parallel()
			k := &linkedKratos{fault: func(_ int, body string) fault {
				if strings.Contains(body, "poison") {
					return fault{status: http.StatusInternalServerError}
				}
				return fault{}
			}}
			var lines []int
			report, err := bulk.Import(t.Context(), newLinked(t, k), records(records16(poison)...), bulk.BatchItems(8), bulk.Workers(1), bulk.MaxOutage(20*time.Second), bulk.OnReject(func(r bulk.Reject) {
				lines = append(lines, r.Line)
				if !errors.Is(r.Err, kratos.ErrServer) {
					t.Errorf("line %d: %v", r.Line, r.Err)
				}
			}))
			if err != nil || report.Created != 15 || !slices.Equal(lines, []int{poison}) {
				t.Errorf("%+v, %v; rejected lines %v", *report, err, lines)
			}
		})
	}
	all := &linkedKratos{fault: func(int, string) fault { return fault{status: http.StatusInternalServerError} }}
	report, err := bulk.Import(t.Context(), newLinked(t, all), records(records16(0)...), bulk.MaxOutage(3*time.Second))
	if !errors.Is(err, bulk.ErrOutage) || strings.Count(err.Error(), bulk.ErrOutage.Error()) != 1 || report.Rejected != 0 {
		t.Errorf("a server that always fails: %+v, %v", *report, err)
	}
}

// What was rejected before it was sent is tried again with other options, and rejects no others.
func TestRejectedRecordsAreTriedAgain(t *testing.T) {
	t.Parallel()
	k := &linkedKratos{}
	admin := newLinked(t, k)
	journal := bulk.Journal(filepath.Join(t.TempDir(), "journal.jsonl"))
	record := func(line int, email string) bulk.Record {
		return bulk.Record{Line: line, Identity: kratos.CreateIdentity{ExternalID: fmt.Sprint(line), Traits: map[string]any{"email": email}}}
	}
	list := []bulk.Record{record(1, "ada@example.org"), record(2, "bob@example.org"), record(3, "ada@example.org")}
	unreadable := func(yield func(bulk.Record, error) bool) {
		_ = yield(list[0], nil) && yield(bulk.Record{Line: 2}, errors.New("not JSON")) && yield(list[2], nil)
	}
	strict := bulk.Check(func(_ context.Context, i *kratos.CreateIdentity) error {
		if i.ExternalID == "1" {
			return errors.New("traits: not yet")
		}
		return nil
	})
	report, err := bulk.Import(t.Context(), admin, unreadable, journal, strict)
	if err != nil || report.Created != 1 || report.Rejected != 2 {
		t.Fatalf("%+v, %v", *report, err)
	}
	var rejects []string
	report, err = bulk.Import(t.Context(), admin, records(list...), journal, bulk.OnReject(func(r bulk.Reject) {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", errors.Is(r.Err, bulk.ErrDuplicate)))
	}))
	if err != nil || report.Created != 2 || report.Rejected != 1 || !slices.Equal(rejects, []string{"1 true"}) {
		t.Errorf("%+v, %v; rejects %v", *report, err, rejects)
	}
}

// A record in doubt that Kratos has was created, even if the run that looks for it rejects it.
func TestRecordInDoubtThatIsRejected(t *testing.T) {
	t.Parallel()
	k := &linkedKratos{fault: func(n int, _ string) fault { return fault{breaks: n == 1, processed: true} }}
	admin := newLinked(t, k)
	journal := bulk.Journal(filepath.Join(t.TempDir(), "journal.jsonl"))
	list := records(bulk.Record{Line: 1, Identity: kratos.CreateIdentity{Traits: map[string]any{"email": "ada@example.org"}}})
	if report, err := bulk.Import(t.Context(), admin, list, journal, bulk.MaxOutage(time.Millisecond)); !errors.Is(err, bulk.ErrOutage) {
		t.Fatalf("%+v, %v", *report, err)
	}
	report, err := bulk.Import(t.Context(), admin, list, journal, bulk.Check(func(context.Context, *kratos.CreateIdentity) error { return errors.New("traits: no") }))
	if err != nil || report.Created != 1 || report.Rejected != 0 {
		t.Errorf("%+v, %v", *report, err)
	}
}
