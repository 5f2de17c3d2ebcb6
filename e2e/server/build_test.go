package server

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestBuildErrorsNameWhatIsMissing(t *testing.T) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	onlyGo := t.TempDir()
	if err := os.Symlink(goCommand, filepath.Join(onlyGo, "go")); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env  map[string]string
		want []string
	}{
		"no C compiler": {
			map[string]string{"PATH": onlyGo, "CC": ""},
			[]string{"server: Kratos' SQLite needs a C compiler", `"gcc" is not in PATH`, "apt-get install gcc libc6-dev"},
		},
		"no Go": {
			map[string]string{"PATH": t.TempDir()},
			[]string{"server: no go command in PATH"},
		},
		"no module proxy": {
			map[string]string{"GOPROXY": "http://127.0.0.1:1", "GOMODCACHE": t.TempDir(), "GOFLAGS": "-modcacherw"},
			[]string{"server: building Kratos: modules cannot be downloaded", "connection refused"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			emptyCache(t)
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			_, err := Build(t.Context(), io.Discard)
			wantError(t, err, test.want...)
		})
	}
}

func TestBuildOutsideTheRepositoryFails(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Build(t.Context(), io.Discard)
	wantError(t, err, "is not within the kratos-go repository")
}

func TestBuildFindsTheModuleFromTheRepositoryRoot(t *testing.T) {
	here, err := Build(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("..", ".."))
	there, err := Build(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if here != there {
		t.Errorf("executables differ: %s and %s", here, there)
	}
}

func TestLockIsExclusiveAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, io.Discard)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	var log bytes.Buffer
	_, err = lock(ctx, path, &log)
	wantError(t, err, "waiting for another process", "deadline exceeded")
	if got, want := log.String(), "server: waiting for another process that is building Kratos\n"; got != want {
		t.Errorf("log is %q, want %q", got, want)
	}

	unlock()
	inside, mu := 0, sync.Mutex{}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			unlock, err := lock(t.Context(), path, io.Discard)
			if err != nil {
				t.Error(err)
				return
			}
			if !mu.TryLock() {
				t.Error("two goroutines hold the lock")
				return
			}
			inside++
			mu.Unlock()
			unlock()
		})
	}
	group.Wait()
	if inside != 4 {
		t.Errorf("%d of 4 goroutines held the lock", inside)
	}
}

// emptyCache sets an empty user cache for Kratos, and keeps the caches of Go.
func emptyCache(t *testing.T) {
	t.Helper()
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		t.Run(name, func(t *testing.T) {
			value, err := exec.Command("go", "env", name).Output()
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv(name, string(bytes.TrimSpace(value)))
		})
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir)
}
