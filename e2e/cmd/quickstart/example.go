package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

const (
	prompt      = "code: " // the example's output before it reads a code
	mailTimeout = 30 * time.Second
	stopTimeout = 5 * time.Second
)

// runExample builds the program in dir and runs it directly, unlike go run, to get its exit status
// and to stop it.
func runExample(ctx context.Context, srv *server.Server, dir string) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	if dir == "" {
		dir = filepath.Join(root, "examples", "quickstart")
	}
	temp, err := os.MkdirTemp("", "kratos-go-quickstart-")
	if err != nil {
		return fmt.Errorf("quickstart: %w", err)
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "example")
	build := command(ctx, "go", "build", "-o", binary, ".")
	build.Dir, build.Stdout, build.Stderr = dir, os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("quickstart: building %s: %w", dir, err)
	}

	fmt.Printf("Running %s\n\n", dir)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	example := command(ctx, binary, "-public", srv.PublicURL, "-admin", srv.AdminURL)
	prompts := &promptWatcher{next: os.Stdout, seen: make(chan struct{}, 10)}
	example.Dir, example.Stdout, example.Stderr = root, prompts, os.Stderr
	stdin, err := example.StdinPipe()
	if err != nil {
		return fmt.Errorf("quickstart: %w", err)
	}
	go func() {
		if err := enterCodes(ctx, prompts.seen, srv.Mail, stdin); err != nil {
			cancel(err)
		}
	}()
	err = example.Run()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exampleStatus(exit.ExitCode())
	}
	if err != nil {
		return fmt.Errorf("quickstart: running %s: %w", dir, err)
	}
	return nil
}

// exampleStatus is the exit status of an example that has printed its error.
type exampleStatus int

func (s exampleStatus) Error() string {
	return fmt.Sprintf("quickstart: the example exited with status %d", int(s))
}

// enterCodes enters a code for each prompt, from the oldest unread email.
func enterCodes(ctx context.Context, prompts <-chan struct{}, mail *server.Mail, stdin io.Writer) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-prompts:
		}
		message, code, err := nextCode(ctx, mail)
		if err != nil {
			return fmt.Errorf("quickstart: the example asked for a code: %w", err)
		}
		fmt.Printf("%s   (from the email to %s)\n", code, message.To)
		if _, err := io.WriteString(stdin, code+"\n"); err != nil {
			return nil // the example has ended; its exit status has the result
		}
	}
}

func nextCode(ctx context.Context, mail *server.Mail) (server.Message, string, error) {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	for {
		message, err := mail.WaitAny(ctx)
		if err != nil {
			return message, "", err
		}
		if code, err := message.Code(); err == nil {
			return message, code, nil
		}
	}
}

// promptWatcher passes on its input and detects prompts, even if they are split into several
// writes.
type promptWatcher struct {
	next io.Writer
	seen chan struct{}
	end  []byte // the last bytes written, as many as a prompt has
}

func (w *promptWatcher) Write(p []byte) (int, error) {
	n, err := w.next.Write(p)
	w.end = append(w.end, p...)
	w.end = w.end[max(0, len(w.end)-len(prompt)):]
	if bytes.Equal(w.end, []byte(prompt)) {
		w.seen <- struct{}{}
	}
	return n, err
}

// command returns a command in its own process group, so that Ctrl-C reaches only this process. The
// group is terminated when ctx ends.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	return cmd
}
