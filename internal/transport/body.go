package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// ErrTooLarge says that a body has more bytes than are read.
var ErrTooLarge = errors.New("the body is larger than this client reads")

// buffers are kept for the next body; what is decoded from them must not share memory with them.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Body is the body of a response that was read up to a limit.
type Body struct {
	buf *bytes.Buffer // nil once it is closed
	err error         // why it was cut short; nil if it was not
}

// readBody reads from to its end or the limit, and closes it.
func readBody(from io.ReadCloser, limit int64) *Body {
	b := &Body{buf: buffers.Get().(*bytes.Buffer)}
	_, b.err = b.buf.ReadFrom(io.LimitReader(from, limit+1))
	if b.err == nil && int64(b.buf.Len()) > limit {
		b.err = ErrTooLarge
	}
	_ = from.Close()
	return b
}

// Read reads what arrived, and ends with the error that cut it short.
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

// Bytes returns what has arrived and was not read yet, and why it was cut short, or nil. The bytes
// are valid until Close.
func (b *Body) Bytes() ([]byte, error) {
	if b.buf == nil {
		return nil, b.err
	}
	return b.buf.Bytes(), b.err
}

// Close gives the memory of the body back. Nothing of it may be used from then on.
func (b *Body) Close() error {
	if b.buf != nil && b.buf.Cap() <= 1<<20 {
		b.buf.Reset()
		buffers.Put(b.buf)
	}
	b.buf = nil
	return nil
}

// Discard reads what little is left of a body, so that its connection can be used again, and closes
// it.
func Discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}

// stream is a body that has to send something within the time-out, whenever it is read.
type stream struct {
	io.ReadCloser
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelFunc

	waited time.Duration // in Read
	err    error         // the first one of Read; nil at the end of the body
	closed func()        // is called by the first Close; nil if nobody is to be told
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
	if closed := s.closed; closed != nil {
		s.closed = nil
		closed()
	}
	return err
}

// A LimitedReader reads up to Left bytes of R, and remembers why reading ended.
type LimitedReader struct {
	R    io.Reader
	Left int64
	Err  error // the first one; nil at the end of R
}

func (l *LimitedReader) Read(p []byte) (int, error) {
	if l.Err != nil { // the first reason is the telling one
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
