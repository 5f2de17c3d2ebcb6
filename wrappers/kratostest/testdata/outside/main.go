// Command outside calls New outside a test binary, which panics.
package main

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

type nobody struct{ testing.TB }

func (nobody) Helper() {}

func main() { kratostest.New(nobody{}) }
