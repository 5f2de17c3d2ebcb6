// Package hooks receives what Ory Kratos calls: web hooks, the password migration hook and the HTTP
// courier. See https://www.ory.sh/docs/kratos/hooks/configure-hooks.
//
// A hook is a function that decides about a [Call] by a [Response]:
//
//	caller := hooks.APIKey("X-Kratos-Key", os.Getenv("HOOK_KEY"))
//	mux.Handle("POST /hooks/registration", hooks.Handler(caller, func(ctx context.Context, c *hooks.Call) hooks.Response {
//		if banned(c.Identity) {
//			return hooks.Refuse(hooks.Message{Field: "traits.email", ID: 4900001, Text: "This domain is not allowed."})
//		}
//		return hooks.Allow()
//	}))
//
// [Config] prints the configuration of Kratos for it, with the body of [Jsonnet].
//
// # Tests
//
// Package kratostest has a Kratos in memory that calls hooks in its flows (Config.Hooks), so that a
// test sees what a person gets. Package hookstest calls a handler alone.
//
// # Attempts
//
// A person waits for a [Decide] hook. Kratos limits an attempt to 30 seconds, and makes up to three:
// on connection errors, on 429, and on every 5xx but 501. Its public port writes no response after
// 60 seconds. So a handler responds within 15 seconds, and only [Retry] makes Kratos call it again.
// [Once] runs a function once for all attempts.
//
// # Authentication
//
// Kratos signs nothing: a [Caller] is an API key or a password, which https has to protect. A call
// with a wrong or a missing key has no effect and gets status 401.
package hooks
