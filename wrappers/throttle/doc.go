// Package throttle limits how fast passwords and codes can be guessed, as open-source Kratos has no
// rate limits. It wraps the handler to which browsers, scripts and native clients submit flows:
//
//	limit := throttle.New()
//	mux.Handle("/auth/", limit.Handler(client.Proxy("/auth")))
//
// With package ui, Refused(pages.ShowRefusal) shows a refusal in the form.
//
// It counts failed submissions of login, recovery and verification flows, and responds with 429 and
// Retry-After to those that come too soon. It never delays a response, and never blocks an account.
//
// # Limits
//
// Failures are counted per identifier for a day, and per client address for an hour. The first ones
// are free, 5 and 50 by default. After them, the time between two attempts grows from a second,
// doubling with each failure:
//
//	                                         at most, by default
//	one identifier, from one address         15 minutes
//	one identifier, from all addresses       30 seconds
//	one address, all identifiers             1 minute
//
// An address from which a person has logged in during the last 30 days is known for the identifier:
// only failures for this identifier from this address count there. The right person is let in
//
//   - at once from a known address, unless there were failures from it as well;
//   - within 15 minutes from an address without failures, while less than 30 addresses are used
//     against the identifier;
//   - from all others if no other attempt comes first after a wait. Recovery has limits of its own,
//     and remains as a way in.
//
// IPv6 addresses are counted by their /56, which is what one site has (RFC 6177). Without
// [TrustedProxies], the address is that of the connection: behind a load balancer, all clients
// would share one.
//
// # What is counted
//
// By identifier: passwords and login codes, and messages with a code or link that Kratos sends. By
// the identifier of the login, or by session if that is not known: TOTP, backup codes, and codes as
// second factor. By flow: codes of recovery and verification, of which Kratos accepts a few for
// each message. Passkeys, security keys, social sign-in and the first step of a login with the
// identifier alone are not limited, nor are registrations, which can make Kratos send a code to any
// address.
//
// An attempt is counted before it is passed on, so that concurrent ones do not slip through, and is
// taken back unless it failed. It failed if
//
//   - the JSON of the response is a form with an error message, other than that a field is missing
//     or that an address has to be verified first;
//   - the response redirects to the same flow, or is an HTML page, and sets no session cookie;
//   - Kratos has sent a message with a code or link;
//   - the client left before the response.
//
// It succeeded if the response sets a session cookie or has a session. All else, such as an expired
// flow or an outage of Kratos, does not count. Kratos redirects to the same flow after right codes
// of a verification as well: submitted by a page, they count as failures of their flow and address.
//
// # Counters
//
// Counters are in the memory of the process, or in a [Store] that processes share. Their names are
// keyed hashes (HMAC-SHA-256): no identifier, address, session or flow can be read from them. While
// the shared store fails, each process counts by itself, and logs that: a failure of the store
// never stops logins. A login takes about ten operations of the store, which are short beside the
// hash of its password in Kratos.
package throttle
