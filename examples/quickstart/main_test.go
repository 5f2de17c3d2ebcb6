package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// typed is the input of a person who enters a code when the program asks for it.
type typed func() (code string)

func (f typed) Read(p []byte) (int, error) { return copy(p, f()+"\n"), nil }

func TestQuickstart(t *testing.T) {
	t.Parallel()
	wrong := func(*kratostest.Kratos) string { return "000000" }
	mailed := func(k *kratostest.Kratos) string { return k.Code(k.Mails("")[0].To) }
	for name, tc := range map[string]struct {
		opt   kratostest.Option
		enter func(*kratostest.Kratos) string
		steps int
		err   string // a part of it
	}{
		"v1.3.1, all steps":            {kratostest.As("v1.3.1"), mailed, 8, "<nil>"},
		"v25.4.0, all steps":           {kratostest.As("v25.4.0"), mailed, 8, "<nil>"},
		"a wrong code ends it":         {kratostest.As("v1.3.1"), wrong, 1, "rejected"},
		"no verification of addresses": {kratostest.Configure(func(c *kratostest.Config) { c.DisabledFlows = []string{"verification"} }), wrong, 1, "no verification flow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, out := kratostest.New(t, tc.opt), new(strings.Builder)
			var in io.Reader = typed(func() string { return tc.enter(k) })
			err := run(t.Context(), k.PublicURL(), k.AdminURL(), in, out)
			if !strings.Contains(fmt.Sprint(err), tc.err) {
				t.Errorf("error %v, want %s", err, tc.err)
			}
			for step := 1; step <= 8; step++ {
				if shown := strings.Contains(out.String(), fmt.Sprintf("%d. ", step)); shown != (step <= tc.steps) {
					t.Errorf("step %d is shown: %v\n%s", step, shown, out)
				}
			}
		})
	}
}
