package tokenstore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/examples/cli/tokenstore"
)

const token = "ory_st_s3cret"

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "directory", "token")
	store := tokenstore.NewFile(path)
	expect := func(when, want string) {
		t.Helper()
		if got, err := store.Load(t.Context()); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", when, got, err, want)
		}
	}
	save := func(token string) {
		t.Helper()
		if err := store.Save(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	expect("without a directory", "")
	save(token)
	expect("saved", token)
	save("another")
	expect("replaced", "another")
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700 | os.ModeDir, filepath.Dir(filepath.Dir(path)): 0o700 | os.ModeDir} {
		if mode := must(os.Stat(name)).Mode(); mode != want {
			t.Errorf("%s has the mode %s, want %s", name, mode, want)
		}
	}
	for range 2 {
		if err := store.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect("cleared", "")
	}
	if files := must(os.ReadDir(filepath.Dir(path))); len(files) != 0 {
		t.Errorf("%v is left", files)
	}
}

// Each case prepares a path whose token is not used.
func TestUnsafeFiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare  func(path string) error
		load     error
		save     error // of a new token
		contains string
	}{
		"readable by the group": {func(path string) error { return write(path, token, 0o640) }, tokenstore.ErrUnsafe, nil, "mode is 0640"},
		"readable by all":       {func(path string) error { return write(path, token, 0o604) }, tokenstore.ErrUnsafe, nil, "mode is 0604"},
		"writable by the group": {func(path string) error { return write(path, token, 0o620) }, tokenstore.ErrUnsafe, nil, "mode is 0620"},
		"a symbolic link":       {linkTo, tokenstore.ErrUnsafe, tokenstore.ErrUnsafe, "link"},
		"a directory":           {func(path string) error { return os.Mkdir(path, 0o700) }, tokenstore.ErrUnsafe, tokenstore.ErrUnsafe, "regular"},
		"in a directory for all": {func(path string) error {
			return errors.Join(write(path, token, 0o600), os.Chmod(filepath.Dir(path), 0o777))
		}, tokenstore.ErrUnsafe, tokenstore.ErrUnsafe, "mode is 0777"},
		"in a group's directory": {func(path string) error {
			return errors.Join(write(path, token, 0o600), os.Chmod(filepath.Dir(path), 0o770))
		}, tokenstore.ErrUnsafe, tokenstore.ErrUnsafe, "mode is 0770"},
		"empty":     {func(path string) error { return write(path, "", 0o600) }, errAny, nil, "does not have a token"},
		"two lines": {func(path string) error { return write(path, token+"\n"+token, 0o600) }, errAny, nil, "does not have a token"},
		"too long":  {func(path string) error { return write(path, strings.Repeat("a", 1<<20), 0o600) }, errAny, nil, "does not have a token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			if err := tc.prepare(path); err != nil {
				t.Fatal(err)
			}
			store := tokenstore.NewFile(path)
			got, err := store.Load(t.Context())
			if got != "" || err == nil || tc.load != errAny && !errors.Is(err, tc.load) || !strings.Contains(err.Error(), tc.contains) || strings.Contains(err.Error(), token) {
				t.Errorf("load: %q, %v, want %s", got, err, tc.contains)
			}
			if err := store.Save(t.Context(), "another"); !errors.Is(err, tc.save) {
				t.Errorf("save: %v, want %v", err, tc.save)
			}
			if tc.save != nil {
				return
			}
			if got, err := store.Load(t.Context()); got != "another" || err != nil {
				t.Errorf("a token that was saved: %q, %v", got, err)
			}
		})
	}
}

var errAny = errors.New("any error")

func write(path, content string, mode os.FileMode) error {
	return errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode))
}

// linkTo makes a link to a token that would be safe itself.
func linkTo(path string) error {
	return errors.Join(write(path+".other", token, 0o600), os.Symlink(path+".other", path))
}

// Root prepares a directory and a file of another user; others have the root directory, which is
// not theirs.
func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	paths := []string{"/token"}
	if os.Geteuid() == 0 {
		foreignDir, foreignFile := filepath.Join(t.TempDir(), "token"), filepath.Join(t.TempDir(), "token")
		err := errors.Join(os.Chown(filepath.Dir(foreignDir), 12345, 12345), write(foreignFile, token, 0o600), os.Chown(foreignFile, 12345, 12345))
		if err != nil {
			t.Fatal(err)
		}
		paths = []string{foreignDir, foreignFile}
	}
	for _, path := range paths {
		if got, err := tokenstore.NewFile(path).Load(t.Context()); got != "" || !errors.Is(err, tokenstore.ErrUnsafe) || !strings.Contains(err.Error(), "another user") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}

func TestSaveRejectsWhatIsNoToken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	for _, invalid := range []string{"", "a b", "a\nb", "ä", "a\x00", strings.Repeat("a", 1<<20)} {
		if err := tokenstore.NewFile(path).Save(t.Context(), invalid); err == nil || len(err.Error()) > 100 {
			t.Errorf("%.20q: %v", invalid, err)
		}
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("a file was made")
	}
}

// Who reads while others write gets one of the tokens, and no part of one.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	store := tokenstore.NewFile(filepath.Join(t.TempDir(), "token"))
	known := map[string]bool{}
	for i := range 4 {
		known[fmt.Sprint(token, strings.Repeat(fmt.Sprint(i), 5000))] = true
	}
	for token := range known {
		if err := store.Save(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for token := range known {
		wg.Go(func() {
			for range 50 {
				if err := store.Save(t.Context(), token); err != nil {
					t.Error(err)
				}
				if got, err := store.Load(t.Context()); !known[got] || err != nil {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
}
