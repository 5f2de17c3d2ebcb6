package kratostest

import "time"

// Option changes a [Kratos].
type Option func(*Config)

// As makes a Kratos behave as a version of the server: "v1.3.1" (the default), "v1.3.6" or
// "v25.4.0".
func As(version string) Option {
	return func(c *Config) { c.Version = version }
}

// Schema replaces the identity schema.
func Schema(id, json string) Option {
	return func(c *Config) { c.Schemas = []IdentitySchema{{ID: id, JSON: json}} }
}

// Configure changes the configuration.
func Configure(change func(*Config)) Option { return change }

// DefaultConfig returns the configuration of [New]: all methods are enabled, a code is a first
// factor, a registration has two steps and creates a session, and second factors are required of
// those who have one.
func DefaultConfig() Config {
	return Config{
		Version:                  "v1.3.1",
		Schemas:                  []IdentitySchema{{ID: "default", JSON: personSchema}},
		UIURL:                    "http://127.0.0.1:4455",
		ReturnURL:                "http://127.0.0.1:4455/",
		AllowedReturnURLs:        []string{"http://127.0.0.1:4455/"},
		Methods:                  []string{"password", "code", "totp", "lookup_secret", "profile", "link"},
		PasswordlessCode:         true,
		RecoveryMethod:           "code",
		VerificationMethod:       "code",
		SessionAfterRegistration: true,
		ShowVerification:         true,
		SessionAAL:               "highest_available",
		SettingsAAL:              "highest_available",
		FlowLifespan:             time.Hour,
		CodeLifespan:             time.Hour,
		SessionLifespan:          24 * time.Hour,
		PrivilegedSessionMaxAge:  time.Hour,
	}
}

// personSchema is the default identity schema: a person has an address, which is the identifier
// of the password and of codes, and can be verified and used to recover the account; and a name.
const personSchema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Person",
  "type": "object",
  "properties": {
    "traits": {
      "type": "object",
      "properties": {
        "email": {
          "title": "Email",
          "type": "string",
          "format": "email",
          "ory.sh/kratos": {
            "credentials": {
              "password": {"identifier": true},
              "code": {"identifier": true, "via": "email"},
              "totp": {"account_name": true}
            },
            "verification": {"via": "email"},
            "recovery": {"via": "email"}
          }
        },
        "name": {
          "title": "Name",
          "type": "object",
          "properties": {
            "first": {"title": "First name", "type": "string"},
            "last": {"title": "Last name", "type": "string"}
          }
        },
        "newsletter": {"title": "Newsletter", "type": "boolean"}
      },
      "required": ["email"],
      "additionalProperties": false
    }
  }
}`
