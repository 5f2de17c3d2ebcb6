package hooks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Kind is what a hook is for. Kratos permits others, which turn a refusal into a bare 502 after an
// identity has been stored.
type Kind string

const (
	// Decide hooks are called before an identity is stored, while the person waits. They can refuse
	// and, in a registration or settings, change it.
	Decide Kind = "decide"
	// Notify hooks are called in the background. Their response is ignored.
	Notify Kind = "notify"
)

// Config returns the configuration of a web hook that calls [Handler] at a URL, as YAML: an item of
// a list such as selfservice.flows.registration.after.password.hooks. It has the key of the caller.
// It fails with [kratos.ErrInvalidArgument], also for a URL that is not http or https.
//
// Kratos also calls the hooks before a login, a registration or settings when it replaces a flow that
// has expired, and those before settings after a recovery and after each change, which a refusal does
// not undo.
func Config(rawURL string, caller Caller, kind Kind) (string, error) {
	response, ok := map[Kind]string{Decide: "{parse: true}", Notify: "{ignore: true}"}[kind]
	if !ok {
		return "", configError("Config", errors.New("the kind is neither Decide nor Notify"))
	}
	request, err := requestConfig("Config", rawURL, caller, Jsonnet)
	if err != nil {
		return "", err
	}
	return "- hook: web_hook\n  config:\n" + indent(request, 4) + "    response: " + response + "\n", nil
}

// PasswordMigrationConfig returns the configuration for [PasswordMigration] at a URL, as YAML: the
// value of selfservice.methods.password.config.migrate_hook. It fails as [Config] does.
func PasswordMigrationConfig(rawURL string, caller Caller) (string, error) {
	request, err := requestConfig("PasswordMigrationConfig", rawURL, caller, "")
	if err != nil {
		return "", err
	}
	return "enabled: true\nconfig:\n" + indent(request, 2), nil
}

// CourierConfig returns the configuration for [Courier] at a URL, as YAML: the value of
// courier.http.request_config, with courier.delivery_strategy http, or of the request_config of an
// item of courier.channels. It fails as [Config] does.
func CourierConfig(rawURL string, caller Caller) (string, error) {
	return requestConfig("CourierConfig", rawURL, caller, CourierJsonnet)
}

func requestConfig(name, rawURL string, caller Caller, jsonnet string) (string, error) {
	if len(caller.sums) == 0 {
		return "", configError(name, errors.New("the caller has no key"))
	}
	if err := checkURL(rawURL); err != nil {
		return "", configError(name, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "url: %s\nmethod: POST\n", mustMarshal(rawURL))
	if jsonnet != "" {
		fmt.Fprintf(&b, "body: %s\n", mustMarshal("base64://"+base64.StdEncoding.EncodeToString([]byte(jsonnet))))
	}
	kind, config := caller.config()
	fmt.Fprintf(&b, "auth:\n  type: %s\n  config: %s\n", kind, config)
	return b.String(), nil
}

func checkURL(rawURL string) error {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("the URL is not an absolute http or https URL")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return errors.New("the URL has a user, a query or a fragment")
	}
	return nil
}

func configError(name string, err error) error {
	return fmt.Errorf("kratos: hooks.%s: %w: %w", name, kratos.ErrInvalidArgument, err)
}

func indent(lines string, spaces int) string {
	prefix := strings.Repeat(" ", spaces)
	return prefix + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n"+prefix) + "\n"
}

// mustMarshal encodes strings, and structs of them. JSON is valid YAML 1.2.
func mustMarshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("hooks: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}
