package e2e

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// features are what the Kratos of this run can do. Tests ask them where versions of Kratos differ.
var features = sync.OnceValue(func() *kratos.ServerFeatures {
	admin, err := kratos.NewAdmin(shared.AdminURL)
	if err != nil {
		return failFeatures(err)
	}
	f, err := admin.ServerFeatures(context.Background())
	if err != nil {
		return failFeatures(err)
	}
	return f
})

// failFeatures ends the run, because no test can tell what to expect.
func failFeatures(err error) *kratos.ServerFeatures {
	shared.Stop()
	fmt.Fprintf(os.Stderr, "e2e: the version of this Kratos: %v\n", err)
	os.Exit(1)
	return nil
}

// sinceV254 reports whether this Kratos is v25.4 or later, for differences that ServerFeatures has
// no field for. External ids came with that version.
func sinceV254() bool { return features().ExternalIDs }

// byVersion returns the value for Kratos before v25.4, or the one for v25.4 and later.
func byVersion[T any](before, since T) T {
	if sinceV254() {
		return since
	}
	return before
}
