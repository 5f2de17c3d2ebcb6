package kratos

import (
	"context"
	"io"
	"time"
)

type streamKey struct{}

// streamed makes a context for requests whose answers are read piece by piece: the time-out is for each piece.
func streamed(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamKey{}, true)
}

// streamBody is a body that has to send something within the time-out, whenever it is read.
type streamBody struct {
	io.ReadCloser
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelFunc
}

func (b *streamBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.timeout)
	n, err := b.ReadCloser.Read(p)
	if !b.timer.Stop() && err != nil && err != io.EOF {
		err = context.DeadlineExceeded
	}
	return n, err
}

func (b *streamBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
