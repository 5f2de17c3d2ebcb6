package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// Every schema that the list names can be fetched by that name.
func TestEverySchemaThatIsListed(t *testing.T) {
	t.Parallel()
	ids := []string{"person", "default", "preset://email", "kunden/v2", "Straße 7", "Straße", "a?b#c%d", "a%2Fb", "https://example.com/s.json", ".", "..", "...", "../..", "a/../b", `a\b`,
		"a b", " a ", "a+b", "a&b=c", "a;b", "a:b", "a@b", "~a", "a,b", "日本", "\u00a0", "a\nb", "100%", "%", "%41", "ZGVmYXVsdA", "-_", "{a}", `"a"`, strings.Repeat("long/", 100)}
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) {
		c.Schemas = nil
		for _, id := range ids {
			c.Schemas = append(c.Schemas, kratostest.IdentitySchema{ID: id, JSON: fmt.Sprintf(`{"title":%q,"properties":{"traits":{}}}`, id)})
		}
	}))
	client, listed := k.Client(), 0
	for item, err := range client.IdentitySchemas(t.Context(), kratos.ListIdentitySchemas{}) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
		schema, err := client.IdentitySchema(t.Context(), item.ID)
		var got struct{ Title string }
		if err != nil {
			t.Errorf("%q: %v", item.ID, err)
			continue
		}
		if err := json.Unmarshal(schema, &got); err != nil || got.Title != item.ID {
			t.Errorf("%q: %s, %v", item.ID, schema, err)
		}
	}
	if listed != len(ids) {
		t.Errorf("%d of %d are listed", listed, len(ids))
	}
	if _, err := client.IdentitySchema(t.Context(), "miss/ing"); !errors.Is(err, kratos.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
}

// What a list names, its getter takes: each is asked for by the id that the list gave.
func TestEveryItemThatIsListed(t *testing.T) {
	t.Parallel()
	ids := []string{idA, strings.ToUpper(idB), "0", "a.b", "a:b", "a@b", "ä", "a+b", "a%2Fb", "%", "a;b", "a,b", "a=b&c"}
	client, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/admin"), "/")
		last, _ := url.PathUnescape(parts[len(parts)-1])
		if r.URL.Query().Has("page") || r.URL.Query().Has("page_token") {
			reply{status: 200, header: http.Header{"X-Total-Count": {"13"}}, body: "[]"}.ServeHTTP(w, r)
			return
		}
		var all []map[string]any
		for _, id := range ids {
			item := map[string]any{"id": id, "active": true, "identity": map[string]string{"id": id}}
			if last == id {
				body, _ := json.Marshal(item)
				reply{status: 200, body: string(body)}.ServeHTTP(w, r)
				return
			}
			all = append(all, item)
		}
		body, _ := json.Marshal(all)
		reply{status: 200, header: http.Header{"X-Total-Count": {"13"}}, body: string(body)}.ServeHTTP(w, r)
	}))
	ctx, token := t.Context(), kratos.SessionToken("t")
	sessionID := func(s kratos.Session) string { return s.ID }
	fetchSession := func(id string) (string, error) {
		s, err := admin.Session(ctx, id, nil)
		if err != nil {
			return "", err
		}
		return s.ID, nil
	}
	fetched(t, "identities", admin.Identities(ctx, kratos.ListIdentities{}), func(i kratos.Identity) string { return i.ID }, len(ids), func(id string) (string, error) {
		i, err := admin.Identity(ctx, id)
		if err != nil {
			return "", err
		}
		return i.ID, nil
	})
	fetched(t, "messages", admin.CourierMessages(ctx, kratos.ListCourierMessages{}), func(m kratos.CourierMessage) string { return m.ID }, len(ids), func(id string) (string, error) {
		m, err := admin.CourierMessage(ctx, id)
		if err != nil {
			return "", err
		}
		return m.ID, nil
	})
	fetched(t, "sessions", admin.Sessions(ctx, kratos.ListSessions{}), sessionID, len(ids), fetchSession)
	fetched(t, "sessions of an identity", admin.IdentitySessions(ctx, "somebody", kratos.ListIdentitySessions{}), sessionID, len(ids), fetchSession)
	fetched(t, "my sessions", client.MySessions(ctx, kratos.ListMySessions{}, token), sessionID, len(ids), fetchSession)
}

func fetched[T any](t *testing.T, name string, list iter.Seq2[T, error], idOf func(T) string, want int, fetch func(id string) (string, error)) {
	t.Helper()
	n := 0
	for item, err := range list {
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		n++
		if got, err := fetch(idOf(item)); err != nil || got != idOf(item) {
			t.Errorf("%s: %q: got %q, %v", name, idOf(item), got, err)
		}
	}
	if n != want {
		t.Errorf("%s: %d items, want %d", name, n, want)
	}
}
