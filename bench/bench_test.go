package main

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

// run fails if a client returns anything but what was sent; times are not checked. Go 1.99 is a
// version that is not available.
func TestTablesHaveAllRows(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, []string{"1.99", language(runtime.Version())}, "-quick"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"Go 1.99 is not measured: ", "== " + runtime.Version(), "time, net/http = 1",
		"whoami: allocations", "login flow, all inputs read: time", "list of 1000 identities: memory", "batch create of 1000: time",
		"size of the stripped binary over", "CPU time to compile", "guard with a cache, token", "guard with a cache, cookie", "guard without a cache", "whoami with kratos-client-go", "JWT (ES256)", "web hook after a login", "web hook: allocations of a call", "session check by JWT (ES256): time, go-jose = 1", "login on a real Kratos", "batch create of 1000 on a real Kratos",
	} {
		if !strings.Contains("\n"+out.String(), "\n"+row) {
			t.Errorf("row %q is missing in:\n%s", row, out.String())
		}
	}
}
