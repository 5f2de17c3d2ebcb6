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

// passkeyModes are the modes in which this Kratos accepts passkeys.
func passkeyModes() []string {
	if features().NativePasskeys {
		return modes
	}
	return browsers
}

// browserOnly are the methods that this Kratos does not have in a mode.
func browserOnly(mode string) []string {
	switch {
	case mode != native:
		return nil
	case features().NativePasskeys:
		return []string{"webauthn"}
	}
	return []string{"webauthn", "passkey"}
}

// sinceV262 reports whether this Kratos is v26.2 or later, as sinceV254 does. Codes that starting a
// login sends came with that version.
func sinceV262() bool { return features().SecondFactorCodeAtStart }

// malformedAddress is the id of the message about a malformed email address.
func malformedAddress() int {
	if sinceV262() {
		return kratos.MessageInvalidEmail
	}
	return kratos.MessageInvalid
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
