package kratos_test

import (
	"context"
	"log"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// exampleTB is a testing.TB for examples, which get none. What they start ends with the process.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                           {}
func (exampleTB) Cleanup(func())                    {}
func (exampleTB) Context() context.Context          { return ctx }
func (exampleTB) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

// exampleClient returns a client of a Kratos that knows Ada.
func exampleClient() (*kratos.Client, *kratostest.Kratos, *kratostest.Person) {
	k := kratostest.New(exampleTB{})
	return k.Client(), k, k.Person(kratostest.Person{Email: email, Password: password})
}
