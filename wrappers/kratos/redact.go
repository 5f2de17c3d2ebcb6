package kratos

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/kratoskit/kratos-go/internal/redact"
)

// redacted keeps the fields of the struct T that embeds it out of logs and JSON.
type redacted[T any] = redact.Struct[T]

// unlogged keeps the fields of the struct T that embeds it out of logs. Its JSON is complete.
type unlogged[T any] = redact.Data[T]

// Format prints Error, whatever the verb is.
func (e Error) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, e.Error()) }

// MarshalJSON writes Error.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Format prints String, whatever the verb is.
func (r FlowResult[F]) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, r.String()) }

// LogValue returns String.
func (r FlowResult[F]) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Format prints the name of the type, whatever the verb is.
func (s Submission) Format(f fmt.State, _ rune) { redact.Format(f, s, nil) }

// MarshalJSON writes the name of the type, since loggers write JSON.
func (s Submission) MarshalJSON() ([]byte, error) { return redact.MarshalJSON(s, nil) }

// Format prints the actions of the steps, whatever the verb is.
func (l ContinueWithList) Format(f fmt.State, _ rune) { redact.Format(f, l, nil) }

// LogValue returns the actions of the steps. The JSON of the list is complete.
func (l ContinueWithList) LogValue() slog.Value { return redact.LogValue(l, nil) }
