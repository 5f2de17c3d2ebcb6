package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeKratos has identities in memory. Their identifiers are the trait "email" and the links to
// providers.
type fakeKratos struct {
	url string
	// batch is called before a batch is processed, if it is not nil.
	batch func()

	mu         sync.Mutex
	identities []map[string]any
	taken      map[string]bool
	tokens     map[string]bool // of the requests
}

const fakeSchema = `{"properties":{"traits":{"type":"object","required":["email"],"additionalProperties":false,"properties":{
"email":{"type":"string","format":"email","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}},
"phone":{"type":"string","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}}}}}}`

func newFake(t *testing.T) *fakeKratos {
	t.Helper()
	k := &fakeKratos{taken: map[string]bool{}, tokens: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"v25.4.0"}`) })
	mux.HandleFunc("GET /schemas/default", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, fakeSchema) })
	mux.HandleFunc("PATCH /admin/identities", k.patch)
	mux.HandleFunc("GET /admin/identities", func(w http.ResponseWriter, _ *http.Request) {
		k.mu.Lock()
		defer k.mu.Unlock()
		_ = json.NewEncoder(w).Encode(append([]map[string]any{}, k.identities...))
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		k.mu.Lock()
		k.tokens[r.Header.Get("Authorization")] = true
		k.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	k.url = srv.URL
	return k
}

// patch creates identities, except for those with an identifier that is taken.
func (k *fakeKratos) patch(w http.ResponseWriter, r *http.Request) {
	if k.batch != nil {
		k.batch()
	}
	var in struct {
		Identities []struct {
			Create map[string]any
			ID     string `json:"patch_id"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		panic(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	results := []map[string]any{}
	for _, item := range in.Identities {
		result := map[string]any{"action": "create", "patch_id": item.ID}
		identifiers := fakeIdentifiers(item.Create)
		for _, id := range identifiers {
			if k.taken[id] {
				result["action"], result["error"] = "error", map[string]any{"code": 409, "message": "conflict"}
			}
		}
		if result["error"] == nil {
			for _, id := range identifiers {
				k.taken[id] = true
			}
			item.Create["id"] = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(k.identities))
			item.Create["schema_id"], item.Create["schema_url"] = "default", k.url
			item.Create["created_at"] = time.Now().UTC()
			k.identities = append(k.identities, item.Create)
			result["identity"] = item.Create["id"]
		}
		results = append(results, result)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"identities": results})
}

func fakeIdentifiers(identity map[string]any) []string {
	var list []string
	if email, ok := identity["traits"].(map[string]any)["email"].(string); ok {
		list = append(list, email)
	}
	credentials, _ := identity["credentials"].(map[string]any)
	oidc, _ := credentials["oidc"].(map[string]any)
	config, _ := oidc["config"].(map[string]any)
	providers, _ := config["providers"].([]any)
	for _, p := range providers {
		link, _ := p.(map[string]any)
		list = append(list, fmt.Sprint(link["provider"], ":", link["subject"]))
	}
	return list
}

// emails returns the addresses of all identities.
func (k *fakeKratos) emails() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []string
	for _, i := range k.identities {
		email, _ := i["traits"].(map[string]any)["email"].(string)
		list = append(list, email)
	}
	return strings.Join(list, " ")
}
