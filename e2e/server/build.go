package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	kratosPackage   = "github.com/ory/kratos"
	kratosVersion   = "v1.3.1"
	buildModuleLine = "module github.com/kratoskit/kratos-go/e2e/kratos\n"
)

// buildFlags omits debug information and sets the version, as in published binaries.
var buildFlags = []string{
	"-mod=readonly", "-buildvcs=false", "-tags=sqlite",
	"-ldflags=-s -w -X " + kratosPackage + "/driver/config.Version=" + kratosVersion,
}

// Build returns the path of a Kratos v1.3.1 executable, and builds it if it is not in the cache, the
// folder kratos-go in [os.UserCacheDir]. The module in e2e/kratos pins the version; a change of it,
// or another version of Go, builds another executable. Concurrent builds, also of other processes,
// wait for the first one.
//
// Build writes its progress to log. The working directory must be within this repository.
func Build(ctx context.Context, log io.Writer) (string, error) {
	module, err := findBuildModule()
	if err != nil {
		return "", err
	}
	key, err := module.key(ctx)
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", fmt.Errorf("server: creating the folder of Kratos' executable: %w", err)
	}
	dir := filepath.Join(cache, "kratos-"+kratosVersion+"-"+key)
	binary := filepath.Join(dir, "kratos")
	if isFile(binary) {
		return binary, nil
	}

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("server: creating the folder of Kratos' executable: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(dir, "lock"), log)
	if err != nil {
		return "", err
	}
	defer unlock()
	if isFile(binary) {
		return binary, nil
	}
	if err := module.build(ctx, binary, log); err != nil {
		return "", err
	}
	return binary, nil
}

func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "kratos-go"), err
}

// isBuilt reports whether Build has created the executable, and the empty database next to it.
func isBuilt(binary string) bool {
	cache, err := cacheDir()
	return err == nil && filepath.Dir(filepath.Dir(binary)) == cache
}

// buildModule is the folder of the module that pins Kratos and its dependencies. It cannot be
// embedded, because a package does not include the files of another module.
type buildModule string

func findBuildModule() (buildModule, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		for _, candidate := range []string{filepath.Join(dir, "kratos"), filepath.Join(dir, "e2e", "kratos")} {
			mod, err := os.ReadFile(filepath.Join(candidate, "go.mod"))
			if err == nil && bytes.HasPrefix(mod, []byte(buildModuleLine)) {
				return buildModule(candidate), nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("server: %s is not within the kratos-go repository, whose e2e/kratos is needed to build Kratos", start)
		}
	}
}

// key returns a hash of everything that the executable depends on.
func (m buildModule) key(ctx context.Context) (string, error) {
	hash := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(string(m), name))
		if err != nil {
			return "", fmt.Errorf("server: %w", err)
		}
		hash.Write(content)
	}
	version, err := m.goEnv(ctx, "GOVERSION")
	if err != nil {
		return "", err
	}
	fmt.Fprintln(hash, version, runtime.GOOS, runtime.GOARCH, buildFlags)
	return fmt.Sprintf("%.8x", hash.Sum(nil)), nil
}

func (m buildModule) build(ctx context.Context, binary string, log io.Writer) error {
	if err := m.findCompiler(ctx); err != nil {
		return err
	}
	fmt.Fprintf(log, "server: building Kratos %s, once for this machine: usually about 2 minutes on 2 cores, longer while modules are downloaded\n", kratosVersion)
	start := time.Now()
	done := make(chan struct{})
	defer close(done)
	go tick(done, func() {
		fmt.Fprintf(log, "server: still building Kratos (%s)\n", time.Since(start).Round(time.Second))
	})

	// A build that was killed may have left this file; the lock ensures that no other build writes
	// it.
	partial := binary + ".partial"
	defer os.Remove(partial)
	args := append([]string{"build", "-o", partial}, buildFlags...)
	cmd := m.goCommand(ctx, append(args, kratosPackage)...)
	runtime.LockOSThread() // see detach
	defer runtime.UnlockOSThread()
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("server: building Kratos: %w", ctx.Err())
	}
	if err != nil {
		return buildError(string(output), err)
	}
	// The executable is moved last, so that its database exists if it does.
	if err := os.Remove(filepath.Join(filepath.Dir(binary), databaseName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("server: %w", err)
	}
	if err := migrate(ctx, partial, filepath.Dir(binary)); err != nil {
		return err
	}
	if err := os.Rename(partial, binary); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	fmt.Fprintf(log, "server: built Kratos in %s: %s\n", time.Since(start).Round(time.Second), binary)
	return nil
}

// findCompiler checks for a C compiler before the go command starts its downloads.
func (m buildModule) findCompiler(ctx context.Context) error {
	cc, err := m.goEnv(ctx, "CC")
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(cc, " ")
	if _, err := exec.LookPath(name); err != nil {
		return fmt.Errorf("server: Kratos' SQLite needs a C compiler, and %q is not in PATH; on Debian and Ubuntu: apt-get install gcc libc6-dev", name)
	}
	return nil
}

func (m buildModule) goEnv(ctx context.Context, name string) (string, error) {
	output, err := m.goCommand(ctx, "env", name).Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("server: no go command in PATH, which is needed to build Kratos")
	}
	if err != nil {
		return "", fmt.Errorf("server: go env %s: %w", name, err)
	}
	return strings.TrimSpace(string(output)), nil
}

func (m buildModule) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = string(m)
	// Without a C compiler Go would silently disable cgo, and Kratos would fail at its first query.
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=1", "GOWORK=off")
	detach(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// buildError adds advice to failures that are caused by the machine.
func buildError(output string, err error) error {
	advice := ""
	for _, known := range []struct{ sign, advice string }{
		{"no space left on device", "the disk is full: "},
		{"C compiler", "no working C compiler (on Debian and Ubuntu: apt-get install gcc libc6-dev): "},
		{".h: No such file", "the C library's headers are missing (on Debian and Ubuntu: apt-get install libc6-dev): "},
		{"GOPROXY=off", "modules cannot be downloaded with GOPROXY=off: "},
		{"dial tcp", "modules cannot be downloaded; is the network up, and GOPROXY right? "},
		{"no such host", "modules cannot be downloaded; is the network up, and GOPROXY right? "},
		{"proxyconnect", "modules cannot be downloaded; is the network up, and HTTPS_PROXY right? "},
		{"TLS handshake", "modules cannot be downloaded; is the network up, and GOPROXY right? "},
	} {
		if strings.Contains(output, known.sign) {
			advice = known.advice
			break
		}
	}
	return fmt.Errorf("server: building Kratos: %s%w\n%s", advice, err, lastLines(output, 20))
}

// lock waits for an exclusive lock on the file. The kernel releases it when the process ends.
func lock(ctx context.Context, path string, log io.Writer) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	for told := false; ; told = true {
		held, err := tryLock(file)
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("server: locking %s: %w", path, err)
		}
		if held {
			return func() { file.Close() }, nil
		}
		if !told {
			fmt.Fprintln(log, "server: waiting for another process that is building Kratos")
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("server: waiting for another process that is building Kratos: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func tick(done <-chan struct{}, f func()) {
	ticker := time.NewTicker(30 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			f()
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
