package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// prompter asks the person. If the input is not a terminal, it reads lines, for scripts.
type prompter struct {
	in    *os.File
	lines *bufio.Reader
	out   io.Writer
	reads sync.WaitGroup // those that have not ended
}

func newPrompter(in *os.File, out io.Writer) *prompter {
	return &prompter{in: in, lines: bufio.NewReader(in), out: out}
}

// line asks for a line that may be seen.
func (p *prompter) line(ctx context.Context, label string) (string, error) {
	fmt.Fprint(p.out, label)
	return p.await(ctx, p.readLine)
}

// secret asks for a line that is not shown while it is entered. The terminal shows again what is
// entered after it, also if ctx ends.
func (p *prompter) secret(ctx context.Context, label string) (string, error) {
	fmt.Fprint(p.out, label)
	fd := int(p.in.Fd())
	if !term.IsTerminal(fd) {
		return p.await(ctx, p.readLine)
	}
	state, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	secret, err := p.await(ctx, func() (string, error) {
		secret, err := term.ReadPassword(fd)
		return string(secret), err
	})
	fmt.Fprintln(p.out) // the one that was entered is not shown either
	if err != nil {
		_ = term.Restore(fd, state) // the terminal is gone if this fails
		return "", err
	}
	return checkEntered(secret)
}

func (p *prompter) readLine() (string, error) {
	line, err := p.lines.ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return "", fmt.Errorf("nothing was entered: %w", err)
	}
	return checkEntered(strings.TrimRight(line, "\r\n"))
}

func checkEntered(s string) (string, error) {
	if s == "" {
		return "", errors.New("nothing was entered")
	}
	return s, nil
}

// await returns the result of read, or the error of ctx if that ends first: reading from a terminal
// cannot be ended.
func (p *prompter) await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	results := make(chan result, 1)
	p.reads.Go(func() {
		text, err := read()
		results <- result{text, err}
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-results:
		return r.text, r.err
	}
}
