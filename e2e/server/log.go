package server

import (
	"io"
	"sync"
)

const maxLog = 1 << 20

// logBuffer keeps the end of Kratos' log and passes it on.
type logBuffer struct {
	next io.Writer // may be nil

	mu      sync.Mutex
	tail    []byte
	dropped int64
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tail = append(b.tail, p...)
	if over := len(b.tail) - maxLog; over > maxLog {
		b.tail = append([]byte(nil), b.tail[over:]...)
		b.dropped += int64(over)
	}
	if b.next != nil {
		// Kratos must not stop when its log is no longer read.
		_, _ = b.next.Write(p)
	}
	return len(p), nil
}

// since returns the log from the offset on, as far as it was kept, and the next offset.
func (b *logBuffer) since(offset int64) (string, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from := max(0, offset-b.dropped)
	return string(b.tail[from:]), b.dropped + int64(len(b.tail))
}
