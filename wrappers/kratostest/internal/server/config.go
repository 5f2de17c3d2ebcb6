package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config is the configuration of a Server. Package kratostest documents the fields.
type Config struct {
	Version                                  string
	Schemas                                  []IdentitySchema
	UIURL, ReturnURL, LogoutURL, VerifiedURL string
	AllowedReturnURLs                        []string
	Methods, DisabledFlows                   []string
	PasswordlessCode, SecondFactorCode       bool
	IdentifierFirst, OneStepRegistration     bool
	RecoveryMethod, VerificationMethod       string
	ChooseRecoveryAddress                    bool
	SessionAfterRegistration                 bool
	ShowVerification, RequireVerifiedAddress bool
	SettingsShowVerification                 bool
	LegacyUnverifiedError                    bool
	SessionAAL, SettingsAAL                  string
	ContinueWithTransitions                  bool
	CacheableSessions, FasterSessionExtend   bool
	MitigateEnumeration, LoginHints          bool
	FlowLifespan, CodeLifespan               time.Duration
	SessionLifespan, PrivilegedSessionMaxAge time.Duration
	Tokenizers                               map[string]Tokenizer
	Hooks                                    []Hook
	PasswordMigration, Courier               *Receiver
}

// IdentitySchema is an identity schema.
type IdentitySchema struct{ ID, JSON string }

// Tokenizer is a template of tokenized sessions.
type Tokenizer struct {
	TTL    time.Duration
	Key    json.RawMessage
	Claims func(session json.RawMessage) map[string]any
}

// Versions are those with recordings, oldest first.
var Versions = []string{"v1.3.1", "v1.3.6", "v25.4.0"}

// validate returns an error for what no server accepts.
func (c *Config) validate() error {
	if !slices.Contains(Versions, c.Version) {
		return fmt.Errorf("version %q has no recordings: use one of %s", c.Version, strings.Join(Versions, ", "))
	}
	if len(c.Schemas) == 0 {
		return fmt.Errorf("there is no identity schema")
	}
	for _, method := range c.Methods {
		if !slices.Contains([]string{"password", "code", "totp", "lookup_secret", "profile", "link"}, method) {
			return fmt.Errorf("method %q is not supported", method)
		}
	}
	for _, h := range c.Hooks {
		if !slices.Contains(hookTriggers, h.Trigger) {
			return fmt.Errorf("there are no hooks of %q", h.Trigger)
		}
	}
	for name, d := range map[string]time.Duration{
		"FlowLifespan": c.FlowLifespan, "CodeLifespan": c.CodeLifespan, "SessionLifespan": c.SessionLifespan,
		"PrivilegedSessionMaxAge": c.PrivilegedSessionMaxAge,
	} {
		if d <= 0 {
			return fmt.Errorf("%s is %v, want more than 0", name, d)
		}
	}
	return nil
}

// since reports whether the server has what came with a version.
func (s *Server) since(version string) bool {
	return slices.Index(Versions, s.config.Version) >= slices.Index(Versions, version)
}

// enabled reports whether a method is enabled.
func (s *Server) enabled(method string) bool { return slices.Contains(s.config.Methods, method) }

// disabled reports whether a flow is disabled.
func (s *Server) disabled(kind flowKind) bool {
	return slices.Contains(s.config.DisabledFlows, string(kind))
}
