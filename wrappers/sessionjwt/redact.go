package sessionjwt

import "github.com/kratoskit/kratos-go/internal/redact"

// redacted keeps the fields of the struct T that embeds it out of logs and JSON.
type redacted[T any] = redact.Struct[T]

// unlogged keeps the fields of the struct T that embeds it out of logs. Its JSON is complete.
type unlogged[T any] = redact.Data[T]
