package kratostest

import (
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/front"
)

// Failure is how a request fails: [Status], [Hang], [Drop], [DatabaseDown] or [RateLimited].
type Failure struct{ fault front.Fault }

// Status is a response with an error of a status, such as 503.
func Status(status int) Failure { return Failure{front.Fault{Kind: front.FaultStatus, Status: status}} }

// Hang is no response until the client gives up, or the test ends.
func Hang() Failure { return Failure{front.Fault{Kind: front.FaultHang}} }

// Drop is a connection that ends within the response. The operation has no effect.
func Drop() Failure { return Failure{front.Fault{Kind: front.FaultDrop}} }

// DatabaseDown is what Kratos responds while its database fails. The operations of sessions then
// respond with 401, as for a session that does not exist.
func DatabaseDown() Failure { return Failure{front.Fault{Kind: front.FaultDatabaseDown}} }

// RateLimited is a response with status 429, and the header Retry-After if after is more than 0.
func RateLimited(after time.Duration) Failure {
	return Failure{front.Fault{Kind: front.FaultRateLimited, RetryAfter: after}}
}

// Fail makes the next n requests of an operation fail, such as "toSession", or all until [Kratos.Recover] if
// n is 0. The operation "" is each one. Failures of an operation happen in the order of the calls.
func (k *Kratos) Fail(operation string, n int, f Failure) {
	k.t.Helper()
	if err := k.front.Fail(operation, n, f.fault); err != nil {
		k.t.Fatalf("kratostest: Fail: %v", err)
	}
}

// Recover ends the failures of an operation, or all for "".
func (k *Kratos) Recover(operation string) {
	k.t.Helper()
	if err := k.front.Recover(operation); err != nil {
		k.t.Fatalf("kratostest: Recover: %v", err)
	}
}
