// Package validate judges requests to Kratos, and its answers, by the OpenAPI description that this
// module is made from, and traits by the identity schema that they are to fit. Errors say where and
// what is wrong and what is allowed, and hold no value.
//
//   - [Transport] is for a client: a request with a problem is not sent.
//   - [Handler] is for a gateway in front of Kratos: a request with a problem is answered there.
//   - [Request] and [Response] judge one of them, in tests for instance.
//   - [TraitsValidator] judges traits, before an import for instance.
//
// # What is refused although Kratos takes it
//
// A request that Kratos reads in another way than a reader of the description does not pass:
//
//   - a name in a JSON body or form that differs from one of the description in case only, such as
//     "State" for "state" (rule "case"), also in the paths and values of a JSON Patch; traits,
//     metadata and transient_payload may have any names
//   - a name that an object has twice (rule "duplicate"), and what is not exactly one JSON value in
//     UTF-8
//   - in the JSON of a flow, a name with a dot, such as "traits.email", which Kratos reads as a
//     part of the traits (rule "name")
//   - in the query of a submission, a member of the body, which Kratos prefers to that of the body
//     (rule "query")
//   - a parameter of the path with a slash or backslash, however it is escaped, a dot segment or a
//     control character (rule "path"): Kratos before v25 unescapes a path before it looks for the
//     operation
//   - a parameter, header or field twice, if it has one value; a semicolon in the query or in a
//     form
//   - a header that names another method, such as X-HTTP-Method-Override; a body that is
//     compressed, or in another character set than UTF-8
//
// So is what Kratos does not need or corrects by itself: a body where the description has none,
// also on GET; a body without Content-Type, or of a type such as text/json; values such as
// refresh=1 and refresh= for a boolean; a page_size above 1000; a path with an empty segment or a
// slash at the end; the method HEAD, and OPTIONS that is not a preflight request.
//
// # Cost
//
// A body is read to 5 MiB, unless [WithMaxBody] says otherwise, and validating it takes time and memory
// in proportion to it. Validating traits stops when the context ends, and after a number of steps
// that is in proportion to the traits (rule "cost"). An identity schema of more than 1 MiB, 4000
// objects or 256 levels is an [ErrSchema].
//
// The package is a module of its own, so that a program which does not import it has none of its
// dependencies: go get github.com/kratoskit/kratos-go/wrappers/validate.
package validate
