package kratostest_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestSettingsOfTheProfile(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version))
			k.Person(kratostest.Person{Email: "taken@example.org"})
			ann := k.SignIn(k.Person(kratostest.Person{Email: "ann@example.org"})).Option()
			settings := k.Client().Settings
			for _, test := range []struct {
				name   string
				traits any
				want   int64 // the number of the message, or 0
			}{
				{"an address that is not one", email("ann"), kratos.MessageInvalid},
				{"an address that is taken", email("taken@example.org"), kratos.MessageAccountExists},
				{"no address", map[string]any{}, kratos.MessageRequired},
				{"another name", map[string]any{"email": "ann@example.org", "name": map[string]any{"first": "Ann"}}, 0},
			} {
				result, err := settings.Do(t.Context(), kratos.SettingsProfile{Traits: test.traits}, ann)
				switch {
				case test.want != 0 && !slices.Contains(numbers(err), test.want):
					t.Errorf("%s: messages %v of %v, want %d", test.name, numbers(err), err, test.want)
				case test.want == 0 && err != nil:
					t.Errorf("%s: %v", test.name, err)
				case test.want == 0 && result.Flow.State != kratos.SettingsFlowStateSuccess:
					t.Errorf("%s: state %q", test.name, result.Flow.State)
				}
			}
			if _, err := settings.Do(t.Context(), kratos.SettingsProfile{Traits: email("new@example.org")}, ann); err != nil {
				t.Fatal(err)
			}
			if code := k.Code("new@example.org"); code == "" {
				t.Error("the new address got no code")
			}
		})
	}
}

func TestSettingsOfAnOldSession(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		unverified bool
		method     kratos.SettingsMethod
		refused    bool
	}{
		{"a password", true, kratos.SettingsPassword{Password: password}, true},
		{"backup codes", true, kratos.SettingsLookupSecret{LookupSecretRegenerate: true}, true},
		{"an address", true, kratos.SettingsProfile{Traits: email("new@example.org")}, true},
		{"what is no address", true, kratos.SettingsProfile{Traits: map[string]any{"email": "ann@example.org", "newsletter": true}}, false},
		{"anything of a person with a verified address", false, kratos.SettingsProfile{Traits: map[string]any{"email": "ann@example.org", "newsletter": true}}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t)
			session := k.SignIn(k.Person(kratostest.Person{Email: "ann@example.org", Unverified: test.unverified}))
			k.Advance(2 * time.Hour)
			settings := k.Client().Settings
			flow, err := settings.Start(t.Context(), session.Option())
			if err != nil {
				t.Fatal(err)
			}
			_, err = settings.Submit(t.Context(), flow, test.method, session.Option())
			if errors.Is(err, kratos.ErrRefreshRequired) != test.refused {
				t.Fatalf("error %v, refused %t", err, test.refused)
			}
			session.Refresh()
			if _, err := settings.Submit(t.Context(), flow, test.method, session.Option()); err != nil {
				t.Errorf("the same form after another login: %v", err)
			}
		})
	}
}

func TestSettingsThatHaveExpired(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	session := k.SignIn(k.Person(kratostest.Person{Email: "ann@example.org"}))
	settings := k.Client().Settings
	flow, err := settings.Start(t.Context(), session.Option())
	if err != nil {
		t.Fatal(err)
	}
	k.Advance(2 * time.Hour)
	if _, err := settings.Get(t.Context(), flow.ID, session.Option()); !errors.Is(err, kratos.ErrFlowExpired) {
		t.Errorf("error %v, want ErrFlowExpired", err)
	}
	_, err = settings.Submit(t.Context(), flow, kratos.SettingsProfile{Traits: email("ann@example.org")}, session.Option())
	if !errors.Is(err, kratos.ErrFlowExpired) {
		t.Fatalf("error %v, want ErrFlowExpired", err)
	}
	var e *kratos.Error
	if !errors.As(err, &e) || e.FlowID == "" {
		t.Fatalf("error %v names no other flow", err)
	}
	next, err := settings.Get(t.Context(), e.FlowID, session.Option())
	if err != nil || len(next.UI.Messages) != 1 || next.UI.Messages[0].ID != kratos.MessageSettingsExpired {
		t.Errorf("the other flow: %+v, error %v", next, err)
	}
}

func TestSettingsOfPasswords(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		k := kratostest.New(t, kratostest.As(version))
		ann := k.Person(kratostest.Person{Email: "ann@example.org", Password: password})
		session := k.SignIn(ann).Option()
		do := func(new string) []int64 {
			_, err := k.Client().Settings.Do(t.Context(), kratos.SettingsPassword{Password: new}, session)
			return numbers(err)
		}
		if got := do("short"); !slices.Contains(got, kratos.MessagePasswordTooShort) {
			t.Errorf("%s: a short password: messages %v", version, got)
		}
		if got := do(password); slices.Contains(got, kratos.MessagePasswordUnchanged) != (version == "v25.4.0") {
			t.Errorf("%s: the old password: messages %v", version, got)
		}
		if got := do("another " + password); len(got) > 0 {
			t.Errorf("%s: messages %v", version, got)
		}
		for secret, right := range map[string]bool{password: false, "another " + password: true} {
			_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@example.org", Password: secret})
			if right != (err == nil) {
				t.Errorf("%s: a login with %q: %v", version, secret, err)
			}
		}
	}
}

func TestSettingsOfSecondFactors(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org", TOTP: true})
	other := k.SignIn(ann)
	session := k.SignIn(ann).AAL2()
	settings := k.Client().Settings
	if _, err := settings.Start(t.Context(), other.Option()); !errors.Is(err, kratos.ErrAAL2Required) {
		t.Errorf("settings without the second factor: %v", err)
	}
	flow, err := settings.Start(t.Context(), session.Option())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Submit(t.Context(), flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}, session.Option()); !slices.Contains(numbers(err), kratos.MessageInvalid) {
		t.Errorf("a confirmation without codes: %v", err)
	}
	submit := func(method kratos.SettingsLookupSecret) *kratos.SettingsFlow {
		t.Helper()
		result, err := settings.Submit(t.Context(), flow, method, session.Option())
		if err != nil {
			t.Fatal(err)
		}
		return result.Flow
	}
	codes := submit(kratos.SettingsLookupSecret{LookupSecretRegenerate: true}).Form().LookupSecretCodes()
	submit(kratos.SettingsLookupSecret{LookupSecretConfirm: true})
	if len(codes) != 12 {
		t.Fatalf("%d codes, want 12", len(codes))
	}
	login := k.Client().Login.With(kratos.StartLogin{AAL: kratos.AAL2})
	if _, err := login.Do(t.Context(), kratos.LoginLookupSecret{LookupSecret: codes[0]}, other.Option()); err != nil {
		t.Fatalf("a login with a backup code: %v", err)
	}
	if shown := submit(kratos.SettingsLookupSecret{LookupSecretReveal: true}).Form().LookupSecretCodes(); slices.Contains(shown, codes[0]) || !slices.Contains(shown, codes[1]) {
		t.Errorf("the codes %v have the used one, or not the others", shown)
	}
	submit(kratos.SettingsLookupSecret{LookupSecretDisable: true})
	if _, err := settings.Submit(t.Context(), flow, kratos.SettingsTOTP{TOTPUnlink: true}, session.Option()); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Start(t.Context(), k.SignIn(ann).Option()); err != nil {
		t.Errorf("settings without second factors: %v", err)
	}
}

func TestSettingsOfSomebodyElse(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ann, bob := k.SignIn(k.Person(kratostest.Person{})), k.SignIn(k.Person(kratostest.Person{}))
	flow, err := k.Client().Settings.Start(t.Context(), ann.Option())
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Client().Settings.Submit(t.Context(), flow, kratos.SettingsPassword{Password: password}, bob.Option())
	if !errors.Is(err, kratos.ErrIdentityMismatch) {
		t.Errorf("error %v, want ErrIdentityMismatch", err)
	}
	if _, err := k.Client().Settings.Get(t.Context(), flow.ID, bob.Option()); !errors.Is(err, kratos.ErrIdentityMismatch) {
		t.Errorf("error %v, want ErrIdentityMismatch", err)
	}
	bob.Revoke()
	if _, err := k.Client().Settings.Start(t.Context(), bob.Option()); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("error %v, want ErrNoSession", err)
	}
}

// TestSettingsThatWaitForALogin submits a form with an old session, logs in, and returns: Kratos has
// kept the form.
func TestSettingsThatWaitForALogin(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version), kratostest.Configure(func(c *kratostest.Config) { c.PrivilegedSessionMaxAge = 15 * time.Minute }))
			ann := k.Person(kratostest.Person{Email: "ann@example.org", Password: password})
			b := newBrowser(t)
			logIn := func(page *url.URL) *url.URL {
				flow, err := k.Client().BrowserWithCookies(b.cookies(k)).Login.Get(t.Context(), page.Query().Get("flow"))
				if err != nil {
					t.Fatal(err)
				}
				return b.submit(flow.Form(), url.Values{"method": {"password"}, "identifier": {ann.Email}, "password": {password}})
			}
			logIn(b.open(k.PublicURL() + "/self-service/login/browser"))
			k.Advance(20 * time.Minute)
			page := b.open(k.PublicURL() + "/self-service/settings/browser")
			flow, err := k.Client().BrowserWithCookies(b.cookies(k)).Settings.Get(t.Context(), page.Query().Get("flow"))
			if err != nil {
				t.Fatal(err)
			}
			page = b.submit(flow.Form(), url.Values{"method": {"password"}, "password": {"another " + password}})
			if !strings.HasSuffix(page.Path, "/login/browser") || page.Query().Get("refresh") != "true" {
				t.Fatalf("the form leads to %s, want the login", page)
			}
			page = logIn(b.open(page.String()))
			if !strings.HasSuffix(page.Path, "/self-service/settings") {
				t.Fatalf("the login leads to %s, want the settings", page)
			}
			if page = b.open(page.String()); page.Query().Get("flow") != flow.ID {
				t.Errorf("the settings lead to %s", page)
			}
			if _, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: ann.Email, Password: "another " + password}); err != nil {
				t.Errorf("a login with the new password: %v", err)
			}
		})
	}
}
