// Package validate judges requests to Kratos, and its answers, by the OpenAPI description that this module is made from, and
// traits by the identity schema that they are to fit. Errors say where and what is wrong and what is allowed, and hold no value.
//
//   - [Transport] is for a client: a request with a problem is not sent.
//   - [Handler] is for a gateway in front of Kratos: a request with a problem is answered there.
//   - [Request] and [Response] judge one of them, in tests for instance.
//   - [Schemas] judges traits, before an import for instance.
//
// A program that does not import this package has none of what it needs for that.
package validate
