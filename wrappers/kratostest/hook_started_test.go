package kratostest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Kratos calls the hooks before a flow again when it replaces one that has expired, and those before
// settings after a change.
func TestHooksBeforeFlowsThatKratosStarts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var called []string
	refuse := false
	hook := hookOf(func(_ context.Context, c *hooks.Call) hooks.Response {
		mu.Lock()
		defer mu.Unlock()
		called = append(called, string(c.Flow.Name))
		if refuse {
			return hooks.Refuse(hooks.Message{ID: 1234, Text: "no"})
		}
		return hooks.Allow()
	})
	k := New(t, withHooks(hooks.Decide, hook, "login.before", "settings.before"))
	p, client := k.Person(Person{}), k.Client()
	submit := func() *kratos.Error { // to a login that has expired
		flow := must(client.Login.Start(t.Context()))(t)
		k.Advance(2 * time.Hour)
		mu.Lock()
		refuse = slices.Contains(called, "settings")
		mu.Unlock()
		_, err := client.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: p.Email, Password: p.Password})
		var e *kratos.Error
		if !errors.As(err, &e) {
			t.Fatalf("an expired login: %v", err)
		}
		return e
	}
	if e := submit(); !errors.Is(e, kratos.ErrFlowExpired) || e.FlowID == "" {
		t.Errorf("an expired login: %v", e)
	}
	s := k.SignIn(p)
	if _, err := client.Settings.Do(t.Context(), kratos.SettingsPassword{Password: "another correct horse"}, s.Option()); err != nil {
		t.Error(err)
	}
	if e := submit(); e.StatusCode != http.StatusNotFound {
		t.Errorf("an expired login, whose successor is refused: %v", e)
	}
	if got, want := strings.Join(called, " "), "login login login settings settings login login"; got != want {
		t.Errorf("called before %s, want %s", got, want)
	}
}
