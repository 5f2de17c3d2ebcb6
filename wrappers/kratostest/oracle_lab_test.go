package kratostest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// labPorts are the first ports of the recorded servers, by version.
var labPorts = map[string]int{"1.3.1": 5100, "1.3.6": 5200, "25.4.0": 5300}

// labOffsets are those of the ports of the recorded servers, by configuration: the public port is
// three more, the admin port four.
var labOffsets = map[string]int{"main": 30, "idfirst": 40, "short": 50, "cont": 60, "prod": 70, "broken": 80, "shortcont": 90}

// labSchemas are the identity schemas of the recorded servers.
var labSchemas = []struct{ id, file string }{
	{"default", "default"}, {"phone", "phone"}, {"plain", "plain"}, {"user/with slash", "plain"}, {"nokey", "nokey"},
}

// labKratos starts a Kratos with a configuration of the recorded servers.
func labKratos(t testing.TB, version, config string) (*Kratos, *server.Server) {
	t.Helper()
	c := DefaultConfig()
	c.Version, c.Schemas = "v"+version, nil
	for _, s := range labSchemas {
		text, err := os.ReadFile(filepath.Join("testdata", "lab", s.file+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		c.Schemas = append(c.Schemas, IdentitySchema{ID: s.id, JSON: string(text)})
	}
	c.UIURL = fmt.Sprintf("http://127.0.0.1:%d/ui", labPorts[version])
	c.ReturnURL = c.UIURL + "/home"
	c.VerifiedURL = c.UIURL + "/verified"
	c.LogoutURL = c.UIURL + "/login"
	c.Tokenizers = map[string]Tokenizer{"lab": {TTL: time.Hour, Key: labKey(t), Claims: labClaims}}
	c.AllowedReturnURLs = []string{c.UIURL}
	c.FlowLifespan, c.CodeLifespan = 10*time.Minute, 10*time.Minute
	labConfig(&c, config)
	if name, _, _ := strings.Cut(config, " "); name != "cont" {
		c.Hooks = labHooks()
	}
	engine := must(newEngine(t, c))(t)
	return Over(t, Backend{
		Public: engine.Public(), Admin: engine.Admin(), Now: engine.Now, wait: engine.Wait, databaseDown: true,
		Start:   func(public, admin string) error { engine.SetURLs(public, admin); return nil },
		Advance: func(d time.Duration) error { engine.Advance(d); return nil },
	}), engine
}

// labKey returns a private key for tokenized sessions.
func labKey(t testing.TB) []byte {
	private := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	return must(json.Marshal(jose.JSONWebKey{Key: private, KeyID: "lab-es256", Algorithm: "ES256"}))(t)
}

// labClaims returns the claims that the template of the recorded servers adds.
func labClaims(json.RawMessage) map[string]any { return map[string]any{"aal": "aal1"} }

// labConfig sets what differs between the configurations.
func labConfig(c *Config, config string) {
	name, part, _ := strings.Cut(config, " ")
	switch name {
	case "idfirst":
		c.IdentifierFirst, c.OneStepRegistration = true, true
		c.RecoveryMethod, c.VerificationMethod = "link", "link"
		c.MitigateEnumeration, c.SecondFactorCode, c.PasswordlessCode = true, true, false
		c.LoginHints = true
		c.CacheableSessions, c.FasterSessionExtend = true, true
		c.SessionAAL, c.RequireVerifiedAddress, c.LegacyUnverifiedError = "aal1", true, true
	case "cont":
		c.ContinueWithTransitions, c.RequireVerifiedAddress = true, true
		c.SettingsShowVerification = true
		c.SessionAfterRegistration, c.ShowVerification = false, false
		c.ChooseRecoveryAddress = c.Version == "v25.4.0"
	case "short", "shortcont":
		c.FlowLifespan, c.CodeLifespan = time.Second, time.Second
		c.SessionLifespan, c.PrivilegedSessionMaxAge = 8*time.Second, time.Second
		c.ContinueWithTransitions = name == "shortcont"
		if part == "settings" {
			c.FlowLifespan = 3 * time.Second
		}
	case "prod":
		c.PasswordlessCode = false
		c.DisabledFlows = []string{"registration", "recovery", "verification"}
		c.PrivilegedSessionMaxAge = time.Second
	}
}

// labConfigOf returns the configuration of a scenario for labKratos: Kratos has a lifespan of each
// flow, and package kratostest one of all.
func labConfigOf(config, scenario string) string {
	if scenario == "short/settings-expired" || scenario == "short/privileged" {
		return config + " settings"
	}
	return config
}
