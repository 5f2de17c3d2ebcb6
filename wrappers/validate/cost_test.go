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

// The memory to validate a body is proportional to its size, whatever it contains. The test is not
// parallel, because the memory of other tests would be counted.
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
		{"unknown names, one duplicate", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x#":1`, `,"totp_code":"2"}`), false},
		{"unknown names", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x#":1`, `}`), true},
		{"one name, repeated", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"x":1`, `}`), false},
		{"names in another case", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"Metho#":1,"METHOD":1`, `}`), false},
		{"dotted names", login, asJSON, filled(`{"method":"totp","totp_code":"1"`, `,"transient_payload.#":1`, `}`), false},
		{"nested objects", create, asJSON, filled(`{"traits":{},"x":[{}`, `,{"a":{"a":{"a":#}}}`, `]}`), true},
		{"names in metadata", create, asJSON, filled(`{"traits":{},"metadata_public":{"a":1`, `,"x#":{}`, `}}`), true},
		{"invalid items", batch, asJSON, filled(`{"identities":[5`, `,5`, `]}`), false},
		{"operations", "PATCH " + identity, asJSON, filled(`[{"op":"add","path":"/traits","value":1}`, `,{"op":"add","path":"/a/b/c/#","value":{"a":{}}}`, `]`), true},
		{"a long path of a patch", "PATCH " + identity, asJSON, filled(`[{"op":"add","path":"/traits`, `/#`, `","value":1}]`), true},
		{"fields", login, asForm, filled("method=totp&totp_code=1", "&x#="+strings.Repeat("y", 500), ""), true},
		{"one field, repeated", login, asForm, filled("method=totp&totp_code=1", "&totp_code=#"+strings.Repeat("y", 500), ""), false},
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
			if len(errorText(err)) > 8*(256+1024) {
				t.Errorf("%s: the error has %d bytes", c.name, len(errorText(err)))
			}
			return float64(after.TotalAlloc-before.TotalAlloc) / float64(len(body))
		}
		small, large := perByte(1<<16), perByte(1<<19)
		t.Logf("%s: %.1f and %.1f bytes per byte", c.name, small, large)
		if large > 2*small+4 || large > 64 {
			t.Errorf("%s: %.1f bytes per byte of 64 KiB, %.1f of 512 KiB", c.name, small, large)
		}
	}
}

// The default limit on bodies is that of Kratos.
func TestDefaultMaxBody(t *testing.T) {
	t.Parallel()
	const limit = 5 << 20
	for size, tooLarge := range map[int]bool{limit: false, limit + 1: true} {
		body := `{"traits":{},"metadata_public":"`
		body += strings.Repeat("x", size-len(body)-2) + `"}`
		if err := validate.Request(newRequest(t, create, asJSON, body)); errors.Is(err, validate.ErrBodyTooLarge) != tooLarge || !tooLarge && err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// A request whose context is done is not validated.
func TestRequestContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := validate.Request(newRequest(t, create, asJSON, `{"traits":[]}`).WithContext(ctx)); !errors.Is(err, context.Canceled) || errors.Is(err, kratos.ErrInvalidArgument) {
		t.Error(err)
	}
}
