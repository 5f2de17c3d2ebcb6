// Package sessionjwt verifies tokenized sessions of Ory Kratos in the program, without a request to
// Kratos: https://www.ory.sh/docs/identities/session-to-jwt-cors.
//
// A client exchanges its session for a JWT (RFC 7519) by kratos.Client.Tokenize or
// kratos.Browser.Tokenize, and sends it as "Authorization: Bearer" (RFC 6750). A [Verifier] checks
// its signature with [Keys], and its claims by [Rules]:
//
//	keys, err := sessionjwt.KeysFromURL("https://keys.example.org/jwks.json")
//	rules := sessionjwt.Rules{Issuer: "https://auth.example.org/"}
//	verifier, err := sessionjwt.New[Roles](keys, rules)
//	mux.Handle("GET /orders", verifier.Require(orders))
//
// # Revocation
//
// A token is valid until it expires. A logout, a revoked session, a disabled identity or a lost
// second factor shows only then: after the ttl of the template, a minute say, plus [Rules].Leeway.
// [Rules].MaxAge shortens that for tokens with a longer ttl. A handler that must not run for a
// revoked session sets [Middleware].Session, which asks Kratos.
//
// Set the ttl: Kratos v1.3.1 and v25.4.0 issue tokens of a template without one as expired.
//
// # Keys
//
// Kratos signs with the first key of the JWK set (RFC 7517) that jwks_url of the template names,
// and caches the set for an hour. That set has private keys, and open-source Kratos serves no
// public one: publish the public halves, or give the set itself to [KeysFromFile] or
// [KeysFromJSON], which keep only the public halves. To rotate a key:
//
//   - Publish the new public key, and wait until every program has it: [WithRefresh].
//   - Put the new private key first in Kratos' set. Kratos may sign with the old one for an hour.
//   - Withdraw the old public key an hour and the ttl of the template later, not before.
//
// # Claims
//
// Kratos sets jti, iss (its public base URL), sub (the identity), sid (the session), iat, nbf and
// exp. The claims mapper of a template can replace all but sub, and adds others, which [Claims] has
// in Custom. There is no aud unless the mapper adds it.
package sessionjwt
