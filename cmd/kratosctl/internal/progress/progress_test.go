package progress

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		terminal bool
		status   Status
		want     []string
	}{
		"lines where the output is not a terminal": {false, Status{50, 200, "created 7"}, []string{"import: 25 % created 7\n", "note\n"}},
		"lines without a total":                    {false, Status{50, 0, "created 7"}, []string{"import: created 7\n"}},
		"a bar on a terminal":                      {true, Status{50, 200, "created 7"}, []string{"import  25 % [", "created 7", "note\n"}},
		"a bar that is full before the end":        {true, Status{200, 200, "created 7"}, []string{"import 100 % [", "created 7", "note\n"}},
		"a bar without a total":                    {true, Status{50, 0, "created 7"}, []string{"import ", "created 7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out buffer
			p := start(&out, "import", time.Millisecond, c.terminal, func() Status { return c.status })
			p.Println("note")
			shown := func() bool {
				for _, want := range c.want {
					if !strings.Contains(out.String(), want) {
						return false
					}
				}
				return true
			}
			for deadline := time.Now().Add(20 * time.Second); !shown() && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			p.Stop()
			p.Stop() // has no effect
			if !shown() {
				t.Errorf("%q, want %q", out.String(), c.want)
			}
		})
	}
}

func TestIsTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(file) || isTerminal(new(bytes.Buffer)) {
		t.Error("a file and a buffer are not terminals")
	}
}
