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
	kratosPackage = "github.com/ory/kratos"
	kratosVersion = "v1.3.1"
	recipeModule  = "module github.com/kratoskit/kratos-go/e2e/kratos\n"
)

// buildFlags leaves out what nobody debugs here, and has the server name its version as the
// published ones do.
var buildFlags = []string{
	"-mod=readonly", "-buildvcs=false", "-tags=sqlite",
	"-ldflags=-s -w -X " + kratosPackage + "/driver/config.Version=" + kratosVersion,
}

// Build returns the path of a Kratos server's executable, and builds it first if this machine's
// cache has none. The module in e2e/kratos says what is built; a change there, or another version
// of Go, leads to another executable, in kratos-go below [os.UserCacheDir]. Builds that are asked
// for at the same time, by other processes too, wait for the first one.
//
// What is done and how long it took goes to log. The working directory must be within this
// repository.
func Build(ctx context.Context, log io.Writer) (string, error) {
	recipe, err := findRecipe()
	if err != nil {
		return "", err
	}
	key, err := recipe.key(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("server: no folder for Kratos' executable: %w", err)
	}
	dir := filepath.Join(cache, "kratos-go", "kratos-"+kratosVersion+"-"+key)
	binary := filepath.Join(dir, "kratos")
	if isFile(binary) {
		return binary, nil
	}

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("server: no folder for Kratos' executable: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(dir, "lock"), log)
	if err != nil {
		return "", err
	}
	defer unlock()
	if isFile(binary) {
		return binary, nil
	}
	if err := recipe.build(ctx, binary, log); err != nil {
		return "", err
	}
	return binary, nil
}

// recipe is the folder of the module that pins Kratos and all it is made of. It cannot be embedded,
// as a package's files end where another module begins.
type recipe string

func findRecipe() (recipe, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		for _, candidate := range []string{filepath.Join(dir, "kratos"), filepath.Join(dir, "e2e", "kratos")} {
			mod, err := os.ReadFile(filepath.Join(candidate, "go.mod"))
			if err == nil && bytes.HasPrefix(mod, []byte(recipeModule)) {
				return recipe(candidate), nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("server: %s is not within the kratos-go repository, whose e2e/kratos says how Kratos is built", start)
		}
	}
}

// key names everything that makes a difference to the executable.
func (r recipe) key(ctx context.Context) (string, error) {
	hash := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(string(r), name))
		if err != nil {
			return "", fmt.Errorf("server: %w", err)
		}
		hash.Write(content)
	}
	version, err := r.goEnv(ctx, "GOVERSION")
	if err != nil {
		return "", err
	}
	fmt.Fprintln(hash, version, runtime.GOOS, runtime.GOARCH, buildFlags)
	return fmt.Sprintf("%.8x", hash.Sum(nil)), nil
}

func (r recipe) build(ctx context.Context, binary string, log io.Writer) error {
	if err := r.findCompiler(ctx); err != nil {
		return err
	}
	fmt.Fprintf(log, "server: building Kratos %s, once for this machine: usually about 2 minutes on 2 cores, longer while modules are downloaded\n", kratosVersion)
	start := time.Now()
	done := make(chan struct{})
	defer close(done)
	go tick(done, func() {
		fmt.Fprintf(log, "server: still building Kratos (%s)\n", time.Since(start).Round(time.Second))
	})

	// A build that was killed may have left this file behind; the lock says that nobody is writing
	// it now.
	partial := binary + ".partial"
	defer os.Remove(partial)
	args := append([]string{"build", "-o", partial}, buildFlags...)
	cmd := r.goCommand(ctx, append(args, kratosPackage)...)
	runtime.LockOSThread() // see detach
	defer runtime.UnlockOSThread()
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("server: building Kratos: %w", ctx.Err())
	}
	if err != nil {
		return buildError(string(output), err)
	}
	// The executable comes into its place last: where it is, its database is too.
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

// findCompiler looks before Go does, which would begin with the downloads.
func (r recipe) findCompiler(ctx context.Context) error {
	cc, err := r.goEnv(ctx, "CC")
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(cc, " ")
	if _, err := exec.LookPath(name); err != nil {
		return fmt.Errorf("server: Kratos' SQLite needs a C compiler and there is no %q in PATH; on Debian and Ubuntu: apt-get install gcc libc6-dev", name)
	}
	return nil
}

func (r recipe) goEnv(ctx context.Context, name string) (string, error) {
	output, err := r.goCommand(ctx, "env", name).Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("server: there is no go command in PATH, and Kratos is built with it")
	}
	if err != nil {
		return "", fmt.Errorf("server: go env %s: %w", name, err)
	}
	return strings.TrimSpace(string(output)), nil
}

func (r recipe) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = string(r)
	// Where there is no C compiler Go would turn cgo off without a word, and Kratos would fail at
	// its first query.
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=1", "GOWORK=off")
	detach(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// buildError says what to do about the failures that are the machine's rather than ours.
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

// lock waits until this process alone holds the file. The kernel lets go of it when the holder ends
// in whatever way.
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
			fmt.Fprintln(log, "server: waiting for another process that builds Kratos")
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("server: waiting for another process that builds Kratos: %w", ctx.Err())
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
