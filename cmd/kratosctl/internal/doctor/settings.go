package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// hooks checks what comes after a registration
// (https://www.ory.sh/docs/kratos/hooks/configure-hooks).
func (e *exam) hooks() {
	const flows = "selfservice.flows."
	if on, _ := e.config.Bool(flows+"registration.enabled", true); !on {
		return
	}
	verification, _ := e.config.Bool(flows+"verification.enabled", false)
	legacy, _ := e.config.Bool("feature_flags.legacy_continue_with_verification_ui", false)
	for _, method := range e.firstFactors() {
		path := flows + "registration.after." + method + ".hooks"
		hooks, at := e.config.Hooks(path)
		if len(hooks) == 0 {
			hooks, at = e.config.Hooks(flows + "registration.after.hooks")
		}
		seen := at.describe(path, strings.Join(hooks, ", "))
		if !slices.Contains(hooks, "session") {
			e.report("hook-session", "a registration with "+method+" does not log in", path+": add {hook: session}", seen)
		}
		if verification && !legacy && !slices.Contains(hooks, "show_verification_ui") {
			e.report("hook-verification", "a registration with "+method+" does not lead to the verification", path+": add {hook: show_verification_ui} at the end", seen)
		}
	}
}

// firstFactors returns the methods that can register people.
func (e *exam) firstFactors() (methods []string) {
	for _, m := range []struct {
		name, setting string
		byDefault     bool
	}{
		{"password", "enabled", true}, {"code", "passwordless_enabled", false}, {"passkey", "enabled", false},
		{"webauthn", "config.passwordless", false}, {"oidc", "enabled", false},
	} {
		parent := "selfservice.methods." + m.name + "."
		on, _ := e.config.Bool(parent+m.setting, m.byDefault)
		if enabled, _ := e.config.Bool(parent+"enabled", on); on && enabled {
			methods = append(methods, m.name)
		}
	}
	return methods
}

// secretWords are parts of secrets in documentation and examples.
var secretWords = []string{"change", "insecure", "secret", "example", "password", "default", "test-", "kratos", "1234567", "abcdef"}

// secrets checks the secrets without reporting a part of one
// (https://www.ory.sh/docs/kratos/guides/secret-key-rotation).
func (e *exam) secrets() {
	for _, name := range []string{"default", "cookie", "cipher"} {
		path := "secrets." + name
		for i, s := range e.config.List(path) {
			if strings.Contains(s.value, "${") || strings.Contains(s.value, "{{") {
				continue // a placeholder
			}
			seen := fmt.Sprintf("%s: %s[%d], %d characters", s.position, path, i, len(s.value))
			fix := path + ": the output of openssl rand -hex 16 at the top, and the old ones below while they are in use"
			switch {
			case isKnownSecret(s.value):
				e.report("secret-known", path+" is a secret that others can guess", fix, seen)
			case len(s.value) < 16 || name == "cipher" && len(s.value) != 32:
				e.report("secret-short", path+" has the wrong length", fix, seen)
			}
		}
	}
	if len(e.config.List("secrets.default")) == 0 && len(e.config.List("secrets.cookie")) == 0 {
		e.report("secret-missing", "the configuration has no secrets", "secrets.cookie and secrets.default, or the environment variables SECRETS_COOKIE and SECRETS_DEFAULT (then add secret-missing to --ignore)", "secrets.default is not set")
	}
	e.cipher()
}

// isKnownSecret reports whether a secret is one of an example, or has few different characters.
func isKnownSecret(secret string) bool {
	lower := strings.ToLower(secret)
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	return len(different) < 6 || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(lower, word) })
}

// cipher checks the encryption of tokens from OpenID Connect providers.
func (e *exam) cipher() {
	oidc, _ := e.config.Bool("selfservice.methods.oidc.enabled", false)
	algorithm, at := e.config.String("ciphers.algorithm")
	switch {
	case oidc && (algorithm == "" || algorithm == "noop"):
		e.report("cipher-missing", "tokens of OpenID Connect providers are stored in clear", "ciphers.algorithm: xchacha20-poly1305, and secrets.cipher", at.describe("ciphers.algorithm", algorithm))
	case algorithm != "" && algorithm != "noop" && len(e.config.List("secrets.cipher")) == 0:
		e.report("cipher-missing", "a cipher is configured without a key", "secrets.cipher: 32 random characters, or the environment variable SECRETS_CIPHER (then add cipher-missing to --ignore)", at.describe("ciphers.algorithm", algorithm))
	}
}

// development checks settings that are for development only.
func (e *exam) development() {
	if dev, at := e.config.Bool("dev", false); dev && !e.reported("dev-mode-local") && !e.reported("dev-mode") {
		e.report("dev-mode", "Kratos runs in development mode", "dev: false", at.describe("dev", "true"))
	}
	if dsn, at := e.config.String("dsn"); dsn == "memory" {
		e.report("dsn-memory", "the database is in memory", "dsn: postgres://…", at.describe("dsn", dsn))
	}
	if leak, at := e.config.Bool("log.leak_sensitive_values", false); leak {
		e.report("log-sensitive", "secrets are logged", "log.leak_sensitive_values: false", at.describe("log.leak_sensitive_values", "true"))
	}
}
