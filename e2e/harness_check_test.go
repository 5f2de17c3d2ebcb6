package e2e

import (
	"errors"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// must returns the value of a call, or fails the test: must(client.Login.Start(ctx))(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantError checks the error of a call with errors.Is.
func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// errorOf returns the error of a call: errorOf(client.Login.Start(ctx)).
func errorOf[T any](_ T, err error) error { return err }

// expectRejected checks that a submission was rejected with a message that has this id.
func expectRejected(t *testing.T, what string, err error, number int) {
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
