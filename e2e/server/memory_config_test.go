package server

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestConfigurationInMemory(t *testing.T) {
	t.Parallel()
	flows := func(values object) object { return object{"selfservice": object{"flows": values}} }
	for name, tc := range map[string]struct {
		opts Options
		want func(kratostest.Config) bool
	}{
		"that of kratos.yml": {Options{}, func(c kratostest.Config) bool {
			return c.UIURL == defaultUI && c.LogoutURL == defaultUI+"/login" && c.PrivilegedSessionMaxAge == 5*time.Minute && !c.ShowVerification &&
				c.SessionAfterRegistration && c.PasswordlessCode && len(c.Methods) == 6 && c.Schemas[0].ID == "person" && c.Schemas[0].JSON == personSchema
		}},
		"another UI": {Options{UI: "http://127.0.0.1:1/"}, func(c kratostest.Config) bool {
			return c.UIURL == "http://127.0.0.1:1" && c.ReturnURL == "http://127.0.0.1:1/"
		}},
		"a method that is disabled": {Options{Config: object{"selfservice": object{"methods": object{"link": object{"enabled": false}}}}}, func(c kratostest.Config) bool {
			return len(c.Methods) == 5 && !slices.Contains(c.Methods, "link")
		}},
		"the lifespan of all flows": {Options{Config: flows(object{
			"login": object{"lifespan": "1s"}, "registration": object{"lifespan": "1s"}, "settings": object{"lifespan": "1s"},
			"recovery": object{"lifespan": "1s"}, "verification": object{"lifespan": "1s"},
		})}, func(c kratostest.Config) bool { return c.FlowLifespan == time.Second }},
		"the lifespan of one flow": {Options{Config: flows(object{"login": object{"lifespan": "1s"}})}, nil},
		"lifespans that differ": {Options{Config: flows(object{
			"login": object{"lifespan": "1s"}, "registration": object{"lifespan": "1s"}, "settings": object{"lifespan": "1s"},
			"recovery": object{"lifespan": "1s"}, "verification": object{"lifespan": "2s"},
		})}, nil},
		"hooks": {Options{Config: ShowVerification()}, func(c kratostest.Config) bool { return c.ShowVerification && c.SessionAfterRegistration }},
		"a hook of a login": {Options{Config: flows(object{"login": object{"after": object{"code": object{"hooks": []object{{"hook": "require_verified_address"}}}}}})},
			func(c kratostest.Config) bool { return c.RequireVerifiedAddress }},
		"a web hook without a request":  {Options{Config: flows(object{"login": object{"before": object{"hooks": []object{{"hook": "web_hook"}}}}})}, nil},
		"a hook of another flow":        {Options{Config: flows(object{"settings": object{"before": object{"hooks": []object{{"hook": "session"}}}}})}, nil},
		"a default schema that is none": {Options{Config: object{"identity": object{"default_schema_id": "x"}}}, nil},
		"another default schema": {Options{Config: object{"identity": object{"default_schema_id": "default"}}}, func(c kratostest.Config) bool {
			return c.Schemas[0].ID == "default" && slices.IndexFunc(c.Schemas, func(s kratostest.IdentitySchema) bool { return s.ID == "person" }) == 1
		}},
		"an unknown setting": {Options{Config: object{"oauth2_provider": object{"url": "http://127.0.0.1:1"}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.opts.memoryConfig()
			switch {
			case tc.want == nil && err == nil:
				t.Errorf("no error, but %+v", got)
			case tc.want != nil && (err != nil || !tc.want(got)):
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// The translation of a configuration to that of a real server and back changes nothing.
func TestConfigurationOfBothServers(t *testing.T) {
	t.Parallel()
	want := kratostest.DefaultConfig()
	want.IdentifierFirst, want.SecondFactorCode, want.ContinueWithTransitions, want.SessionAAL = true, true, true, "aal1"
	want.PasswordlessCode, want.LoginHints, want.LogoutURL = false, true, want.UIURL+"/login"
	key, password := hooks.APIKey("X-Hook-Key", "a-key-of-the-tests"), hooks.BasicAuth("kratos", "a-password-of-the-tests")
	want.Hooks = []kratostest.Hook{
		{Trigger: "login.after", Kind: hooks.Notify, Receiver: kratostest.Receiver{Caller: password, URL: "http://127.0.0.1:3/login"}},
		{Trigger: "registration.after.password", Kind: hooks.Decide, Receiver: kratostest.Receiver{Caller: key, URL: "http://127.0.0.1:3/registration"}},
		{Trigger: "registration.after.password", Kind: hooks.Notify, Receiver: kratostest.Receiver{Caller: key, URL: "http://127.0.0.1:3/registered"}},
		{Trigger: "verification.before", Kind: hooks.Decide, Receiver: kratostest.Receiver{Caller: key, URL: "http://127.0.0.1:3/verification"}},
	}
	want.PasswordMigration = &kratostest.Receiver{Caller: key, URL: "http://127.0.0.1:3/password"}
	want.Courier = &kratostest.Receiver{Caller: password, URL: "http://127.0.0.1:3/courier"}
	settings, err := configuration(t, want, "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Options{UI: want.UIURL, Config: settings}.memoryConfig()
	if err != nil {
		t.Fatal(err)
	}
	got.AllowedReturnURLs = got.AllowedReturnURLs[1:] // the first one is the default URL
	slices.Sort(got.Methods)
	slices.Sort(want.Methods)
	slices.SortStableFunc(got.Hooks, func(a, b kratostest.Hook) int { return strings.Compare(a.Trigger, b.Trigger) })
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}
