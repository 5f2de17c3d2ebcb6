package server

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed kratos.yml
var kratosConfig string

//go:embed person.schema.json
var personSchema string

// defaultUI is the base URL of the UI in kratos.yml.
const defaultUI = "http://127.0.0.1:4455"

// writeConfig writes Kratos' configuration files to dir. Kratos merges them itself, in the order of
// [Options.serveArgs].
func (o Options) writeConfig(dir string, public, admin int, mail net.Addr) error {
	base := kratosConfig
	if o.UI != "" {
		base = strings.ReplaceAll(base, defaultUI, strings.TrimSuffix(o.UI, "/"))
	}
	own := map[string]any{
		"dsn": databaseDSN,
		"serve": map[string]any{
			"public": map[string]any{"port": public, "base_url": loopbackURL(public) + "/"},
			"admin":  map[string]any{"port": admin, "base_url": loopbackURL(admin) + "/"},
		},
		"courier": map[string]any{
			"smtp": map[string]any{"connection_uri": "smtp://" + mail.String() + "/?disable_starttls=true"},
		},
	}
	ownJSON, err := json.Marshal(own)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	config := o.Config
	if config == nil {
		config = map[string]any{}
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("server: Options.Config: %w", err)
	}
	for name, content := range map[string]string{
		"kratos.yml":         base,
		"person.schema.json": personSchema,
		"own.json":           string(ownJSON),
		"options.json":       string(configJSON),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("server: %w", err)
		}
	}
	return nil
}

func (o Options) serveArgs(dir string) []string {
	flags := o.Flags
	if flags == nil {
		flags = []string{"--dev", "--watch-courier"}
	}
	return append([]string{
		"serve", "--sqa-opt-out",
		"-c", filepath.Join(dir, "kratos.yml"),
		"-c", filepath.Join(dir, "own.json"),
		"-c", filepath.Join(dir, "options.json"),
	}, flags...)
}

func loopbackURL(port int) string {
	return "http://127.0.0.1:" + strconv.Itoa(port)
}

// ShowVerification returns a configuration with which every version of Kratos returns the
// verification flow of a registration. Without the hook, versions from v25.4 on send the email
// without returning the flow. Browsers are redirected to the verification page.
func ShowVerification() map[string]any {
	after := map[string]any{}
	for _, method := range []string{"password", "code", "passkey"} {
		after[method] = map[string]any{"hooks": []any{map[string]any{"hook": "session"}, map[string]any{"hook": "show_verification_ui"}}}
	}
	return map[string]any{"selfservice": map[string]any{"flows": map[string]any{"registration": map[string]any{"after": after}}}}
}
