package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"go.yaml.in/yaml/v4"
)

// webHooks are the items of the lists of hooks, by trigger.
type webHooks map[string][]any

// webHooksOf starts the receivers of web hooks, and returns the hooks.
func webHooksOf(t testing.TB, c kratostest.Config) (webHooks, error) {
	t.Helper()
	all := webHooks{}
	for _, h := range c.Hooks {
		text, err := hooks.Config(h.Serve(t), h.Caller, h.Kind)
		if err != nil {
			return nil, err
		}
		items, err := fromYAML[[]any](text)
		if err != nil {
			return nil, err
		}
		all[h.Trigger] = append(all[h.Trigger], items...)
	}
	return all, nil
}

// hookedMethods are the methods that can have hooks of their own after a flow. Kratos calls the
// hooks of all methods only where a method has none.
var hookedMethods = map[string][]string{
	"login":        {"password", "code", "totp", "lookup_secret"},
	"registration": {"password", "code"},
	"settings":     {"password", "profile", "totp", "lookup_secret"},
}

// addTo adds the web hooks to the configuration of flows, and the hooks of Kratos.
func (w webHooks) addTo(flows object, c kratostest.Config) {
	for _, name := range []string{"login", "registration", "settings", "recovery", "verification"} {
		flow := flows[name].(object)
		if items := w[name+".before"]; items != nil {
			flow["before"] = object{"hooks": items}
		}
		after, _ := flow["after"].(object)
		if after == nil {
			after = object{}
		}
		flow["after"] = after
		if items := w.list(name, "", c); len(items) > 0 {
			after["hooks"] = items
		}
		for _, method := range hookedMethods[name] {
			if items := w.list(name, method, c); len(items) > 0 || name == "registration" {
				after[method] = object{"hooks": append([]any{}, items...)} // instead of those of kratos.yml
			}
		}
	}
}

// list returns the hooks after a flow with a method, or with those that have no hooks of their own.
func (w webHooks) list(flow, method string, c kratostest.Config) []any {
	trigger := strings.TrimSuffix(flow+".after."+method, ".")
	items, own := w[trigger]
	var first, last []string
	switch {
	case flow == "login" && c.RequireVerifiedAddress && (own || method == ""):
		first = []string{"require_verified_address"}
	case flow == "registration" && method != "":
		if c.SessionAfterRegistration {
			last = append(last, "session")
		}
		if c.ShowVerification {
			last = append(last, "show_verification_ui")
		}
	case flow == "settings" && method == "profile" && c.SettingsShowVerification:
		last = []string{"show_verification_ui"}
	}
	if !own && len(first)+len(last) > 0 && method != "" {
		items = w[flow+".after"]
	}
	return append(append(named(first), items...), named(last)...)
}

// named returns hooks without a configuration of their own.
func named(names []string) []any {
	var all []any
	for _, name := range names {
		all = append(all, object{"hook": name})
	}
	return all
}

// addReceivers adds the password migration hook and the courier to a configuration.
func addReceivers(t testing.TB, c kratostest.Config, configuration object) error {
	t.Helper()
	if r := c.PasswordMigration; r != nil {
		text, err := hooks.PasswordMigrationConfig(r.Serve(t), r.Caller)
		if err != nil {
			return err
		}
		hook, err := fromYAML[object](text)
		if err != nil {
			return err
		}
		methods := configuration["selfservice"].(object)["methods"].(object)
		methods["password"].(object)["config"] = object{"migrate_hook": hook}
	}
	if r := c.Courier; r != nil {
		text, err := hooks.CourierConfig(r.Serve(t), r.Caller)
		if err != nil {
			return err
		}
		request, err := fromYAML[object](text)
		if err != nil {
			return err
		}
		configuration["courier"] = object{"delivery_strategy": "http", "http": object{"request_config": request}}
	}
	return nil
}

// fromYAML decodes YAML that package hooks made, with the types of JSON.
func fromYAML[T any](text string) (v T, err error) {
	var decoded any
	if err := yaml.Unmarshal([]byte(text), &decoded); err != nil {
		return v, fmt.Errorf("server: %w", err)
	}
	b, err := json.Marshal(decoded)
	if err != nil {
		return v, fmt.Errorf("server: %w", err)
	}
	return v, json.Unmarshal(b, &v)
}
