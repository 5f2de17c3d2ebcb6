package kratostest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Call is a request that Kratos received. Passwords, codes, tokens and cookies in it are "***".
type Call struct {
	// Operation is the operationId; "" if there is none with the method and path.
	Operation string
	Time      time.Time
	Method    string
	Path      string
	Query     url.Values
	Header    http.Header
	// Body is the JSON or the form that was sent, at most 16 KiB of it.
	Body string
	// Status of the response: 0 if there was none, or is none yet.
	Status int
}

// Decode decodes a body in JSON.
func (c Call) Decode(v any) error { return json.Unmarshal([]byte(c.Body), v) }

// Calls returns the requests of an operation, such as "updateLoginFlow", oldest first; all for "".
// At most 4,096 are kept. The requests of the methods of Kratos, Person and Session are not among
// them.
func (k *Kratos) Calls(operation string) []Call {
	k.t.Helper()
	found, err := k.front.Calls(operation)
	if err != nil {
		k.t.Fatalf("kratostest: Calls: %v", err)
	}
	calls := make([]Call, len(found))
	for i, c := range found {
		calls[i] = Call{c.Operation, c.Time, c.Method, c.Path, c.Query, c.Header, c.Body, c.Status}
	}
	return calls
}
