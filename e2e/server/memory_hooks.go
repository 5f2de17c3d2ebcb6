package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// hookItem is an item of a list of hooks.
type hookItem struct {
	Hook   string
	Config struct {
		requestConfig
		Response struct{ Parse, Ignore bool }
	}
}

// requestConfig is how Kratos calls a receiver.
type requestConfig struct {
	URL, Method, Body string
	Auth              struct {
		Type   string
		Config struct{ Name, Value, In, User, Password string }
	}
}

// hookTrigger returns the trigger of a path of the configuration that is a list of hooks.
func hookTrigger(path string) (trigger string, ok bool) {
	path, isFlow := strings.CutPrefix(path, "selfservice.flows.")
	trigger, isList := strings.CutSuffix(path, ".hooks")
	return trigger, isFlow && isList
}

// setHooks sets the hooks of a trigger. Those of Kratos itself are those of all methods: a Kratos in
// memory does not have one of a single method.
func (m *memorySettings) setHooks(trigger string, v any) error {
	var items []hookItem
	if err := decodeValue(v, &items); err != nil {
		return err
	}
	known := m.kratosHooks(trigger)
	for _, item := range items {
		in := known[item.Hook]
		switch {
		case in != nil:
			*in = true
		case item.Hook != "web_hook":
			return fmt.Errorf("the hook %s is not supported", item.Hook)
		default:
			if err := m.addWebHook(trigger, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// kratosHooks are the settings of the hooks of Kratos itself.
func (m *memorySettings) kratosHooks(trigger string) map[string]*bool {
	flow, phase, _ := strings.Cut(trigger, ".")
	switch {
	case trigger == "settings.after.profile":
		return map[string]*bool{"show_verification_ui": &m.config.SettingsShowVerification}
	case phase == "before":
		return nil
	case flow == "registration":
		return map[string]*bool{"session": &m.config.SessionAfterRegistration, "show_verification_ui": &m.config.ShowVerification}
	case flow == "login":
		return map[string]*bool{"require_verified_address": &m.config.RequireVerifiedAddress}
	}
	return nil
}

// addWebHook adds a web hook whose body is hooks.Jsonnet, of one of the kinds of hooks.Config.
func (m *memorySettings) addWebHook(trigger string, item hookItem) error {
	kind := hooks.Decide
	if item.Config.Response.Ignore {
		kind = hooks.Notify
	}
	if item.Config.Response.Parse == item.Config.Response.Ignore {
		return errors.New("the web hook has neither the response of hooks.Decide nor that of hooks.Notify")
	}
	receiver, err := item.Config.receiver(hooks.Jsonnet)
	if err != nil {
		return err
	}
	m.config.Hooks = append(m.config.Hooks, kratostest.Hook{Trigger: trigger, Kind: kind, Receiver: *receiver})
	return nil
}

// receiver returns the receiver of a request with the body of a Jsonnet.
func (r requestConfig) receiver(jsonnet string) (*kratostest.Receiver, error) {
	body := ""
	if jsonnet != "" {
		body = "base64://" + base64.StdEncoding.EncodeToString([]byte(jsonnet))
	}
	if r.Method != "POST" || r.Body != body {
		return nil, errors.New("the request is not that of package hooks")
	}
	auth := r.Auth.Config
	switch {
	case r.Auth.Type == "api_key" && auth.In == "header":
		return &kratostest.Receiver{URL: r.URL, Caller: hooks.APIKey(auth.Name, auth.Value)}, nil
	case r.Auth.Type == "basic_auth":
		return &kratostest.Receiver{URL: r.URL, Caller: hooks.BasicAuth(auth.User, auth.Password)}, nil
	}
	return nil, errors.New("the request has no credentials of package hooks")
}

// setReceiver returns a function that sets the receiver of a request.
func setReceiver(jsonnet string, to func(*memorySettings) **kratostest.Receiver) func(*memorySettings, any) error {
	return func(m *memorySettings, v any) error {
		var request requestConfig
		if err := decodeValue(v, &request); err != nil {
			return err
		}
		receiver, err := request.receiver(jsonnet)
		*to(m) = receiver
		return err
	}
}

// isValue reports whether an object at a path is one value, and not a part of the configuration.
func isValue(path string) bool {
	return slices.Contains([]string{"session.whoami.tokenizer.templates", "courier.http.request_config",
		"selfservice.methods.password.config.migrate_hook.config"}, path)
}
