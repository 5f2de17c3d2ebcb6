// Package progress shows how far a command is: with a bar on a terminal, and with a line from time
// to time otherwise.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

const (
	redraw   = 200 * time.Millisecond
	interval = 10 * time.Second // of lines
)

// Status is how far a command is.
type Status struct {
	// Done of Total, in bytes. Total is 0 if it is unknown.
	Done, Total int64
	// Text has what was done, such as "created 10".
	Text string
}

// percent returns how much is done, or "".
func (s Status) percent() string {
	if s.Total <= 0 {
		return ""
	}
	return fmt.Sprintf("%3d %%", min(100, 100*s.Done/s.Total))
}

// Progress shows the status of one command. Its methods are safe for concurrent use.
type Progress struct {
	out    io.Writer
	status func() Status
	done   chan struct{}
	wait   sync.WaitGroup
	once   sync.Once

	bars *mpb.Progress // nil if out is not a terminal
	bar  *mpb.Bar
}

// Start shows what status returns until Stop is called. Status is called concurrently with the
// command.
func Start(out io.Writer, label string, status func() Status) *Progress {
	return start(out, label, interval, isTerminal(out), status)
}

func start(out io.Writer, label string, interval time.Duration, terminal bool, status func() Status) *Progress {
	p := &Progress{out: out, status: status, done: make(chan struct{})}
	if !terminal {
		p.wait.Go(func() { p.lines(label, interval) })
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(out), mpb.WithRefreshRate(redraw), mpb.ForceTTY(), mpb.WithAutoRefresh())
	known := status().Total > 0
	// A total of 0 keeps the bar from being complete before the command is.
	p.bar = p.bars.New(0, mpb.BarStyle(), mpb.BarWidth(24),
		mpb.PrependDecorators(decor.Name(label+" "), decor.Any(func(decor.Statistics) string { return status().percent() })),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return " " + status().Text }),
			decor.OnCondition(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8}), known),
		))
	p.wait.Go(p.draw)
	return p
}

// draw moves the bar.
func (p *Progress) draw() {
	for {
		s := p.status()
		p.bar.SetTotal(s.Total, false)
		p.bar.SetCurrent(s.Done)
		select {
		case <-p.done:
			p.bar.Abort(false)
			p.bars.Wait()
			return
		case <-time.After(redraw):
		}
	}
}

// lines prints a line from time to time.
func (p *Progress) lines(label string, interval time.Duration) {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-ticks.C:
			s := p.status()
			fmt.Fprintf(p.out, "%s: %s\n", label, strings.TrimSpace(s.percent()+" "+s.Text))
		}
	}
}

// Println prints a line above the bar.
func (p *Progress) Println(text string) {
	if p.bars != nil {
		if _, err := p.bars.Write([]byte(text + "\n")); err == nil {
			return
		}
	}
	fmt.Fprintln(p.out, text)
}

// Stop ends the display. A bar stays where it is.
func (p *Progress) Stop() {
	p.once.Do(func() { close(p.done) })
	p.wait.Wait()
}

// isTerminal reports whether out is a terminal.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
