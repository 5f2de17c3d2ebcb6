package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal returns both ends of a pseudo-terminal: what a person types into, and what the
// program reads from.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// echoes reports whether a terminal shows what is entered.
func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// awaitNoEcho waits until the program reads a secret.
func awaitNoEcho(t *testing.T, terminal *os.File) {
	t.Helper()
	for echoes(t, terminal) {
		select {
		case <-t.Context().Done():
			t.Fatal("the terminal shows what is entered")
		case <-time.After(time.Millisecond):
		}
	}
}

// What a terminal shows of a line and of a secret.
func TestSecretIsNotShown(t *testing.T) {
	t.Parallel()
	person, program := openTerminal(t)
	ask := newPrompter(program, program)
	entered := make(chan string, 2)
	go func() {
		line, err := ask.line(t.Context(), "Email: ")
		entered <- fmt.Sprint(line, err)
		secret, err := ask.secret(t.Context(), "Password: ")
		entered <- fmt.Sprint(secret, err)
	}()
	if _, err := io.WriteString(person, "a@example.org\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-entered; got != "a@example.org<nil>" {
		t.Fatalf("line %q", got)
	}
	awaitNoEcho(t, program)
	if _, err := io.WriteString(person, "s3cret\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-entered; got != "s3cret<nil>" {
		t.Fatalf("secret %q", got)
	}
	if !echoes(t, program) {
		t.Error("the terminal shows nothing any more")
	}
	shown := readShown(t, person, "Password: \r\n")
	if !strings.Contains(shown, "Email: ") || !strings.Contains(shown, "a@example.org") || strings.Contains(shown, "s3cret") {
		t.Errorf("shown: %q", shown)
	}
}

// readShown returns what a terminal shows up to a text.
func readShown(t *testing.T, person *os.File, end string) string {
	t.Helper()
	var shown strings.Builder
	buf := make([]byte, 1024)
	for !strings.Contains(shown.String(), end) {
		n, err := person.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, shown.String())
		}
		shown.Write(buf[:n])
	}
	return shown.String()
}

// After an interrupt, the terminal shows again what is entered.
func TestInterruptedSecret(t *testing.T) {
	t.Parallel()
	person, program := openTerminal(t)
	ask := newPrompter(program, io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := ask.secret(ctx, "Password: ")
		done <- err
	}()
	awaitNoEcho(t, program)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if !echoes(t, program) {
		t.Error("the terminal shows nothing any more")
	}
	if _, err := io.WriteString(person, "\n"); err != nil { // ends the read, before another test gets its descriptor
		t.Fatal(err)
	}
	ask.reads.Wait()
}
