package e2e

import (
	"errors"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// must returns the value of a call that must not fail: must(client.Login.Start(ctx))(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantError checks by errors.Is which error a call returned.
func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// second returns the error of a call: second(client.Login.Start(ctx)).
func second[T any](_ T, err error) error { return err }

// rejectedFor checks that what a person entered was refused, and that a message with this number
// says why.
func rejectedFor(t *testing.T, what string, err error, number int) {
	t.Helper()
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrRejected) || !errors.As(err, &e) {
		t.Errorf("%s: %v, want ErrRejected", what, err)
		return
	}
	messages := e.Messages()
	for _, of := range e.FieldErrors() {
		messages = append(messages, of...)
	}
	if !slices.ContainsFunc(messages, func(m kratos.Message) bool { return m.ID == number }) {
		t.Errorf("%s: %v, want message %d", what, err, number)
	}
}
