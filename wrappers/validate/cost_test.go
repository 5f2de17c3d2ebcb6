package validate_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// The cost of a body is in proportion to it, whatever is in it: memory for each of its bytes does
// not grow with their number. It is not parallel, since others would be counted too.
func TestCostOfBodies(t *testing.T) {
	filled := func(open, item, end string) func(int) string {
		return func(size int) string {
			var b strings.Builder
			b.WriteString(open)
			for i := 0; b.Len() < size; i++ {
				b.WriteString(strings.ReplaceAll(item, "#", fmt.Sprint(i)))
			}
			b.WriteString(end)
			return b.String()
		}
	}
	validate.Preload()
	for _, c := range []struct {
		name, line, headers string
		body                func(size int) string
		valid               bool
	}{
		{"unknown names, one of them twice", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x#":1`, `,"totp_code":"2"}`), false},
		{"unknown names", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x#":1`, `}`), true},
		{"the same name", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x":1`, `}`), false},
		{"names in another case", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"Metho#":1,"METHOD":1`, `}`), false},
		{"names of a form", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"transient_payload.#":1`, `}`), false},
		{"objects in objects", create, asJSON, filled(`{"traits":{},"x":[{}`, `,{"a":{"a":{"a":#}}}`, `]}`), true},
		{"names in metadata", create, asJSON, filled(`{"traits":{},"metadata_public":{"a":1`, `,"x#":{}`, `}}`), true},
		{"items that are wrong", batch, asJSON, filled(`{"identities":[5`, `,5`, `]}`), false},
		{"operations", "PATCH " + identity, asJSON, filled(`[{"op":"add","path":"/traits","value":1}`, `,{"op":"add","path":"/a/b/c/#","value":{"a":{}}}`, `]`), true},
		{"a path of a patch", "PATCH " + identity, asJSON, filled(`[{"op":"add","path":"/traits`, `/#`, `","value":1}]`), true},
		{"fields", login, asForm, filled("method=totp&totp_code=1", "&x#="+strings.Repeat("y", 500), ""), true},
		{"the same field", login, asForm, filled("method=totp&totp_code=1", "&totp_code=#"+strings.Repeat("y", 500), ""), false},
		{"fields in another case", login, asForm, filled("method=totp&totp_code=1", "&TOTP_code.#="+strings.Repeat("y", 500), ""), false},
		{"more fields than net/url takes", login, asForm, filled("method=totp&totp_code=1", "&x=1", ""), false},
	} {
		perByte := func(size int) float64 {
			body := c.body(size)
			r := newRequest(t, c.line, c.headers, body)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := validate.Request(r)
			runtime.ReadMemStats(&after)
			if (err == nil) != c.valid {
				t.Errorf("%s: %v", c.name, err)
			}
			if len(text(err)) > 8*(256+1024) {
				t.Errorf("%s: an error of %d bytes", c.name, len(text(err)))
			}
			return float64(after.TotalAlloc-before.TotalAlloc) / float64(len(body))
		}
		small, large := perByte(1<<16), perByte(1<<19)
		t.Logf("%s: %.1f and %.1f bytes for a byte", c.name, small, large)
		if large > 2*small+4 || large > 64 {
			t.Errorf("%s: %.1f bytes for a byte of 64 KiB, %.1f of 512 KiB", c.name, small, large)
		}
	}
}

// The limit on bodies is that of Kratos.
func TestDefaultMaxBody(t *testing.T) {
	t.Parallel()
	const limit = 5 << 20
	for size, tooLarge := range map[int]bool{limit: false, limit + 1: true} {
		body := `{"traits":{},"metadata_public":"`
		body += strings.Repeat("x", size-len(body)-2) + `"}`
		if err := validate.Request(newRequest(t, create, asJSON, body)); errors.Is(err, validate.ErrTooLarge) != tooLarge || !tooLarge && err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// A request whose context has ended is not validated.
func TestRequestsHeedTheirContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := validate.Request(newRequest(t, create, asJSON, `{"traits":[]}`).WithContext(ctx)); !errors.Is(err, context.Canceled) || errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
}
