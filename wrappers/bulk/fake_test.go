package bulk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// fakeKratos has identities in memory. Their identifier is the trait "email".
type fakeKratos struct {
	version string
	// fault is called before a request to the identities is processed, with the number of such
	// requests so far.
	fault func(n int, r *http.Request) fault
	// skew is how much the clock of the server is ahead.
	skew time.Duration

	mu         sync.Mutex
	identities []*identity
	emails     map[string]bool
	late       [][]byte // batches to process
	requests   []string // method, and the number of items of a batch; GETids for identities by id
	inFlight   int
	most       int // requests at the same time
}

type identity struct {
	ID         string                             `json:"id"`
	SchemaID   string                             `json:"schema_id"`
	SchemaURL  string                             `json:"schema_url"`
	Traits     map[string]any                     `json:"traits"`
	State      string                             `json:"state,omitempty"`
	ExternalID string                             `json:"external_id,omitempty"`
	CreatedAt  time.Time                          `json:"created_at"`
	Secrets    map[string]struct{ Config config } `json:"credentials,omitempty"`
}

type config struct {
	Password       string `json:"password,omitempty"`
	HashedPassword string `json:"hashed_password,omitempty"`
}

// fault is how a request fails. The zero value is that it does not.
type fault struct {
	status     int // of the response
	retryAfter string
	breaks     bool // the connection breaks
	processed  bool // but the server processes the request
	late       bool // and the server processes the batch before the next one
	delay      time.Duration
}

func newFake(t *testing.T, fake *fakeKratos, opts ...kratos.Option) *kratos.Admin {
	t.Helper()
	if fake.version == "" {
		fake.version = "v1.3.1"
	}
	fake.emails = map[string]bool{}
	for _, i := range fake.identities {
		fake.emails[i.Traits["email"].(string)] = true
	}
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	admin, err := kratos.NewAdmin(srv.URL, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return admin
}

func (k *fakeKratos) now() time.Time { return time.Now().Add(k.skew).UTC() }

func (k *fakeKratos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Date", k.now().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/version") {
		fmt.Fprintf(w, `{"version":%q}`, k.version)
		return
	}
	k.mu.Lock()
	name := fmt.Sprint(r.Method, strings.Count(string(body), `"create"`))
	if r.URL.Query().Has("ids") {
		name = "GETids"
	}
	k.requests = append(k.requests, name)
	k.inFlight++
	k.most = max(k.most, k.inFlight)
	var f fault
	if k.fault != nil {
		f = k.fault(len(k.requests), r)
	}
	k.mu.Unlock()
	time.Sleep(f.delay)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.inFlight--
	status, response := http.StatusOK, any(nil)
	if f == (fault{delay: f.delay}) || f.processed {
		status, response = k.process(r, body)
	}
	if f.late {
		k.late = append(k.late, body)
	}
	switch {
	case f.breaks:
		panic(http.ErrAbortHandler)
	case f.status != 0:
		if f.retryAfter != "" {
			w.Header().Set("Retry-After", f.retryAfter)
		}
		status, response = f.status, kratosError(f.status, "fault")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(response)
}

func kratosError(code int, reason string) any {
	return map[string]any{"error": map[string]any{"code": code, "message": "m", "reason": reason}}
}

func (k *fakeKratos) process(r *http.Request, body []byte) (int, any) {
	id, _ := strings.CutPrefix(r.URL.Path, "/admin/identities/")
	switch {
	case r.Method == http.MethodPatch:
		for _, late := range k.late {
			k.batch(late)
		}
		k.late = nil
		return k.batch(body)
	case r.Method == http.MethodPost:
		return k.single(body)
	case r.Method == http.MethodPut:
		return k.update(id, body)
	case strings.HasPrefix(id, "by/external/"):
		return k.find(func(i *identity) bool { return i.ExternalID == strings.TrimPrefix(id, "by/external/") })
	}
	return http.StatusOK, k.list(r)
}

func (k *fakeKratos) find(want func(*identity) bool) (int, any) {
	if i := slices.IndexFunc(k.identities, want); i >= 0 {
		return http.StatusOK, k.identities[i]
	}
	return http.StatusNotFound, kratosError(404, "not found")
}

// list returns all identities that a request asks for, on one page.
func (k *fakeKratos) list(r *http.Request) any {
	found := []*identity{}
	ids, email := r.URL.Query()["ids"], r.URL.Query().Get("credentials_identifier")
	for _, i := range k.identities {
		if (len(ids) == 0 || slices.Contains(ids, i.ID)) && (email == "" || email == i.Traits["email"]) {
			found = append(found, i)
		}
	}
	return found
}

// check returns why an identity is not created: 0, 400 or 409.
func (k *fakeKratos) check(i *identity) int {
	email, _ := i.Traits["email"].(string)
	switch {
	case i.State == "asleep":
		return -1 // the request cannot be read
	case !strings.Contains(email, "@"):
		return http.StatusBadRequest
	case k.emails[email]:
		return http.StatusConflict
	}
	return 0
}

func (k *fakeKratos) create(i *identity) {
	i.ID, i.CreatedAt = "id-"+strconv.Itoa(len(k.identities)), k.now()
	k.identities = append(k.identities, i)
	if email, _ := i.Traits["email"].(string); email != "" {
		k.emails[email] = true
	}
}

func (k *fakeKratos) single(body []byte) (int, any) {
	i := new(identity)
	if err := json.Unmarshal(body, i); err != nil {
		panic(err)
	}
	switch k.check(i) {
	case 0:
		k.create(i)
		return http.StatusCreated, i
	case http.StatusConflict:
		return http.StatusConflict, kratosError(409, "")
	}
	return http.StatusBadRequest, kratosError(400, `I[#/traits/email] S[#/properties/traits/properties/email/format] "s3cret" is not valid "email"`)
}

func (k *fakeKratos) update(id string, body []byte) (int, any) {
	for _, i := range k.identities {
		if i.ID == id {
			if err := json.Unmarshal(body, i); err != nil {
				panic(err)
			}
			return http.StatusOK, i
		}
	}
	return http.StatusNotFound, kratosError(404, "not found")
}

// batch creates identities as Kratos does: v1.3.1 rolls back all of them if one conflicts.
func (k *fakeKratos) batch(body []byte) (int, any) {
	var in struct{ Identities []struct{ Create *identity } }
	if err := json.Unmarshal(body, &in); err != nil {
		panic(err)
	}
	results := make([]map[string]any, len(in.Identities))
	conflict := false
	for n, item := range in.Identities {
		status := k.check(item.Create)
		conflict = conflict || status == http.StatusConflict
		switch status {
		case -1:
			return http.StatusBadRequest, kratosError(400, "identity state is not valid")
		case 0:
			continue
		}
		results[n] = map[string]any{"action": "error", "error": map[string]any{"code": status, "message": "m"}}
	}
	for n, item := range in.Identities {
		if results[n] != nil {
			continue
		}
		item.Create.ID = "rolled-back"
		if !conflict || k.version != "v1.3.1" {
			k.create(item.Create)
		}
		results[n] = map[string]any{"action": "create", "identity": item.Create.ID}
	}
	return http.StatusOK, map[string]any{"identities": results}
}

// count returns how many identities have each address.
func (k *fakeKratos) count() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := map[string]int{}
	for _, i := range k.identities {
		n[i.Traits["email"].(string)]++
	}
	return n
}

// wantEachOnce fails unless there is one identity for each record from 1 to n.
func (k *fakeKratos) wantEachOnce(t *testing.T, n int) {
	t.Helper()
	count := k.count()
	for line := 1; line <= n; line++ {
		if got := count[email(line)]; got != 1 {
			t.Errorf("line %d: %d identities", line, got)
		}
	}
}

func email(line int) string { return fmt.Sprintf("p%d@example.org", line) }

// source yields n records, after a change.
func source(n int, change func(*bulk.Record)) iter.Seq2[bulk.Record, error] {
	return func(yield func(bulk.Record, error) bool) {
		for line := 1; line <= n; line++ {
			r := bulk.Record{Line: line, Ref: "old-" + strconv.Itoa(line), Identity: kratos.CreateIdentity{Traits: map[string]any{"email": email(line)}}}
			if change != nil {
				change(&r)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// existing returns identities that were created an hour ago for lines.
func existing(lines ...int) []*identity {
	var all []*identity
	for _, line := range lines {
		all = append(all, &identity{ID: "there-" + strconv.Itoa(line), Traits: map[string]any{"email": email(line)}, CreatedAt: time.Now().Add(-time.Hour)})
	}
	return all
}
