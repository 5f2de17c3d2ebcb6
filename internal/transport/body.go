package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// ErrTooLarge is the error of a body that is larger than the limit.
var ErrTooLarge = errors.New("the body is larger than the limit")

// buffers are reused: what is decoded from a body must not share its memory.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Body is the body of a response that was read up to a limit.
type Body struct {
	buf *bytes.Buffer // nil once the body is closed
	err error         // why the body broke off, or nil
}

// readBody reads a body to its end or the limit, and closes it.
func readBody(body io.ReadCloser, limit int64) *Body {
	b := &Body{buf: buffers.Get().(*bytes.Buffer)}
	_, b.err = b.buf.ReadFrom(io.LimitReader(body, limit+1))
	if b.err == nil && int64(b.buf.Len()) > limit {
		b.err = ErrTooLarge
	}
	_ = body.Close()
	return b
}

// Read reads what has arrived, and then returns the error with which the body broke off.
func (b *Body) Read(p []byte) (int, error) {
	if b.buf == nil {
		return 0, errors.New("transport: the body is closed")
	}
	n, err := b.buf.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

// Bytes returns what has arrived and was not read, and the error with which the body broke off or
// nil. The bytes are valid until Close.
func (b *Body) Bytes() ([]byte, error) {
	if b.buf == nil {
		return nil, b.err
	}
	return b.buf.Bytes(), b.err
}

// Close releases the memory of the body.
func (b *Body) Close() error {
	if b.buf != nil && b.buf.Cap() <= 1<<20 {
		b.buf.Reset()
		buffers.Put(b.buf)
	}
	b.buf = nil
	return nil
}

// Discard reads the rest of a body, up to 4 KiB, so that its connection can be reused, and closes
// it.
func Discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}

// stream is a body whose reads have a time-out each.
type stream struct {
	io.ReadCloser
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelFunc

	waited  time.Duration // in Read
	err     error         // the first error of Read, but io.EOF
	onClose func()        // of the first Close; may be nil
}

func (s *stream) Read(p []byte) (int, error) {
	start := time.Now()
	s.timer.Reset(s.timeout)
	n, err := s.ReadCloser.Read(p)
	if !s.timer.Stop() && err != nil && err != io.EOF {
		err = context.DeadlineExceeded
	}
	s.waited += time.Since(start)
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	return n, err
}

func (s *stream) Close() error {
	s.timer.Stop()
	err := s.ReadCloser.Close()
	s.cancel()
	if onClose := s.onClose; onClose != nil {
		s.onClose = nil
		onClose()
	}
	return err
}

// LimitedReader reads up to Left bytes of R, and fails with [ErrTooLarge] if there are more.
type LimitedReader struct {
	R    io.Reader
	Left int64
	Err  error // the first error, but io.EOF
}

func (l *LimitedReader) Read(p []byte) (int, error) {
	if l.Err != nil {
		return 0, l.Err
	}
	if l.Left <= 0 {
		l.Err = ErrTooLarge
		return 0, l.Err
	}
	n, err := l.R.Read(p[:min(int64(len(p)), l.Left)])
	l.Left -= int64(n)
	if err != nil && err != io.EOF {
		l.Err = err
	}
	return n, err
}
