// Package validate validates requests to Ory Kratos and its responses against the [OpenAPI]
// description of its API, and traits against the [JSON Schema] of an identity. An error names the
// location, the violated rule and the allowed values, and never contains a validated value.
//
//   - [Transport] is for clients: an invalid request is not sent.
//   - [Handler] is for gateways in front of Kratos: an invalid request is rejected.
//   - [Request] and [Response] validate a single one, for example in tests.
//   - [TraitsValidator] validates traits, for example before an import.
//
// # Stricter than Kratos
//
// Some requests that Kratos accepts are invalid, because Kratos does not interpret them as they are
// described. The keyword of the [Violation] is in parentheses:
//
//   - A property or form field whose name differs from a described one in letter case only, such as
//     "State" for "state" (case). The paths and values of a JSON Patch ([RFC 6902]) are included;
//     traits, metadata and transient_payload may have any names.
//   - A property that an object has twice (duplicate), and a body that is not a single JSON value
//     in UTF-8 (syntax).
//   - A property name with a dot in the JSON of a flow, such as "traits.email", which Kratos reads
//     as a part of the traits (dotted-name).
//   - A property of the body in the query of a submission, which Kratos prefers to the one in the
//     body (location).
//   - A path parameter with a slash, a backslash or a dot segment, escaped or not (traversal), or a
//     control character (syntax). Kratos before v25 unescapes a path before it routes the request.
//   - A repeated parameter, header or form field that has a single value (duplicate); a semicolon
//     in the query or in a form (syntax).
//   - A header that names another method, such as X-HTTP-Method-Override (method); a compressed
//     body (encoding), or one in another character set than UTF-8 (charset).
//
// Others are invalid because they are not described:
//
//   - a body where none is described, for example on GET
//   - a body without a Content-Type, or of a type such as text/json
//   - a boolean parameter such as refresh=1 or refresh=, and a page_size above 1000
//   - a path with an empty segment or a trailing slash
//   - the method HEAD, and OPTIONS that is not a [CORS preflight]
//
// # Cost
//
// The time and memory to validate a body are proportional to its size, which [WithMaxBody] limits
// to 5 MiB by default. Validating traits stops when the context is done, or after a number of steps
// proportional to the size of the traits (keyword cost). An identity schema of more than 1 MiB,
// 4000 objects or 256 levels is an [ErrInvalidSchema].
//
// The package is a module of its own, so that programs that do not import it do not depend on the
// validation libraries: go get github.com/kratoskit/kratos-go/wrappers/validate.
//
// [OpenAPI]: https://spec.openapis.org/oas/v3.0.3
// [JSON Schema]: https://json-schema.org
// [RFC 6902]: https://www.rfc-editor.org/rfc/rfc6902
// [CORS preflight]: https://fetch.spec.whatwg.org/#cors-preflight-request
package validate
