package server

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestKratosBinaryReplacesTheBuild(t *testing.T) {
	dir := t.TempDir()
	executable, plain := filepath.Join(dir, "kratos"), filepath.Join(dir, "plain")
	for path, mode := range map[string]os.FileMode{executable: 0o755, plain: 0o644} {
		if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 3\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct{ value, err string }{
		"an executable is used":             {executable, ""},
		"a missing file is an error":        {filepath.Join(dir, "missing"), "missing: no such file or directory"},
		"a folder is an error":              {dir, "is not a file"},
		"a plain file is an error":          {plain, "plain is not executable"},
		"a relative path is an error":       {"kratos", `"kratos" is not an absolute path`},
		"a path from the home is not known": {"~/kratos", `"~/kratos" is not an absolute path`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(BinaryEnv, tc.value)
			got, err := Binary(t.Context(), io.Discard)
			if tc.err == "" {
				if err != nil || got != tc.value {
					t.Errorf("%q, %v, want %q", got, err, tc.value)
				}
				return
			}
			wantError(t, err, "server: KRATOS_BINARY: ", tc.err)
			srv, err := Start(t.Context(), Options{})
			if err == nil {
				srv.Stop()
			}
			wantError(t, err, "server: KRATOS_BINARY: ", tc.err)
		})
	}
	t.Run("the executable is started", func(t *testing.T) {
		t.Setenv(BinaryEnv, executable)
		srv, err := Start(t.Context(), Options{})
		if err == nil {
			srv.Stop()
		}
		wantError(t, err, "exit status 3")
	})
	t.Run("without it, Kratos is built", func(t *testing.T) {
		t.Setenv(BinaryEnv, "")
		got, err := Binary(t.Context(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Build(t.Context(), io.Discard)
		if err != nil || got != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	})
}

// A file with the name of the database next to an executable of the user is not Kratos' template.
func TestDatabasesNextToAnExecutableAreNotUsed(t *testing.T) {
	t.Parallel()
	binary, err := Binary(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link, database := filepath.Join(dir, "kratos"), filepath.Join(dir, databaseName)
	if err := os.Symlink(binary, link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(database, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	register(t, ForTest(t, Options{Binary: link}), "own@example.com")
	if content, err := os.ReadFile(database); err != nil || string(content) != "not a database" {
		t.Errorf("the file is %q, %v", content, err)
	}
}

func TestVersionOfTheServer(t *testing.T) {
	t.Parallel()
	var version struct{ Version string }
	get(t, shared.AdminURL+"/admin/version", &version)
	if _, own := ownBinary(); !own && version.Version != kratosVersion {
		t.Errorf("version %q, want %q", version.Version, kratosVersion)
	}
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+`).MatchString(version.Version) {
		t.Errorf("version %q", version.Version)
	}
}
