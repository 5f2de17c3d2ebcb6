package release

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// A program outside of this repository can download each published module by its tag, and use it.
func TestPublishedModules(t *testing.T) {
	t.Parallel()
	version, proxy := serveModules(t)
	env := append(os.Environ(), "GOFLAGS=-mod=mod -modcacherw -trimpath", "GOSUMDB=off", "GOWORK=off", "GOMODCACHE="+t.TempDir(), "GOPROXY="+proxy)
	const sdk = "github.com/kratoskit/kratos-go"
	for name, c := range map[string]struct {
		gets             []string
		program, want    string
		wanted, unwanted []string
	}{
		"the SDK": {
			[]string{sdk}, `_, err := kratos.NewClient("nowhere"); fmt.Println(errors.Is(err, kratos.ErrInvalidArgument))`, "true\n",
			nil, []string{"github.com/getkin/kin-openapi", sdk + "/wrappers/validate", "github.com/redis/go-redis/v9"},
		},
		"validation": {
			[]string{sdk + "/wrappers/validate"}, `r, _ := http.NewRequest("GET", "/no", nil); fmt.Println(validate.Request(r))`, "kratos: path is not part of the API (path)\n",
			[]string{sdk + " " + version, "github.com/getkin/kin-openapi"}, nil,
		},
		"a shared store": {
			[]string{sdk + "/wrappers/sessions/redis"}, `fmt.Println(redisstore.New(redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}), "app:") != nil)`, "true\n",
			[]string{sdk + " " + version, "github.com/redis/go-redis/v9"}, []string{"github.com/getkin/kin-openapi"},
		},
		"shared counters": {
			[]string{sdk + "/wrappers/throttle/redis"}, `fmt.Println(rediscounter.New(redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}), "app:") != nil)`, "true\n",
			[]string{sdk + " " + version, "github.com/redis/go-redis/v9"}, []string{"github.com/getkin/kin-openapi"},
		},
		"both": {
			[]string{sdk, sdk + "/wrappers/validate"}, `_, err := kratos.NewClient("nowhere"); validate.Preload(); fmt.Println(errors.Is(err, kratos.ErrInvalidArgument))`, "true\n",
			[]string{sdk + " " + version, sdk + "/wrappers/validate " + version}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			run := func(args ...string) string {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), "go", args...)
				cmd.Dir, cmd.Env = dir, env
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
				}
				return string(out)
			}
			run("mod", "init", "example.org/program")
			for _, path := range c.gets {
				run("get", path+"@"+version)
			}
			if err := project.WriteFile(filepath.Join(dir, "main.go"), []byte(outsideProgram(c.program))); err != nil {
				t.Fatal(err)
			}
			run("build", "-o", filepath.Join(dir, "program"), ".")
			out, err := exec.CommandContext(t.Context(), filepath.Join(dir, "program")).CombinedOutput()
			if err != nil || string(out) != c.want {
				t.Errorf("it prints %q (%v), want %q", out, err, c.want)
			}
			all := run("list", "-m", "all")
			for _, want := range c.wanted {
				if !strings.Contains(all, want) {
					t.Errorf("%s is not in\n%s", want, all)
				}
			}
			for _, unwanted := range c.unwanted {
				if strings.Contains(all, unwanted+" ") {
					t.Errorf("%s is in\n%s", unwanted, all)
				}
			}
		})
	}
}

// A user outside of this repository can install the commands by their tag.
func TestInstalledCommands(t *testing.T) {
	t.Parallel()
	version, proxy := serveModules(t)
	bin := t.TempDir()
	install := exec.CommandContext(t.Context(), "go", "install", "github.com/kratoskit/kratos-go/cmd/kratosctl@"+version)
	install.Dir = bin
	install.Env = append(os.Environ(), "GOFLAGS=-modcacherw -trimpath", "GOSUMDB=off", "GOMODCACHE="+t.TempDir(), "GOBIN="+bin, "GOPROXY="+proxy)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("go install: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "kratosctl"), "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), version) {
		t.Errorf("kratosctl --version prints %q (%v), want %s", out, err, version)
	}
}

// outsideProgram returns a program with a statement and its imports.
func outsideProgram(statement string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for name, path := range map[string]string{
		"errors.": "errors", "http.": "net/http",
		"kratos.": "github.com/kratoskit/kratos-go/wrappers/kratos", "validate.": "github.com/kratoskit/kratos-go/wrappers/validate",
		"rediscounter.": "github.com/kratoskit/kratos-go/wrappers/throttle/redis",
		"redisstore.":   "github.com/kratoskit/kratos-go/wrappers/sessions/redis", "redis.": "github.com/redis/go-redis/v9",
	} {
		if strings.Contains(statement, name) {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	b.WriteString(")\n\nfunc main() {\n\t" + statement + "\n}\n")
	return b.String()
}

// serveModules creates a module proxy for the present files of this repository, before the module
// cache. It returns the version of the modules, which is the one that they require of each other.
func serveModules(t *testing.T) (version, proxy string) {
	t.Helper()
	modules, err := publishedModules(apitest.Repository.Root)
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 2 {
		t.Fatalf("only %v are published", modules)
	}
	version = requiredVersion(t, apitest.Repository, modules)
	dir := t.TempDir()
	for _, folder := range modules {
		path := mustReadModule(t, apitest.Repository.Path(folder, "go.mod")).Module.Mod.Path
		at := filepath.Join(dir, filepath.FromSlash(path), "@v")
		text := apitest.ReadFile(t, apitest.Repository.Path(folder, "go.mod"))
		for name, text := range map[string]string{"list": version + "\n", version + ".info": `{"Version":"` + version + `"}`, version + ".mod": text} {
			if err := project.WriteFile(filepath.Join(at, name), []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		archive, err := os.Create(filepath.Join(at, version+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		if err := zip.Create(archive, module.Version{Path: path, Version: version}, moduleFiles(t, folder)); err != nil {
			t.Fatal(err)
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	env := strings.Fields(string(out))
	return version, "file://" + dir + ",file://" + filepath.Join(env[0], "cache", "download") + "," + env[1]
}

func mustReadModule(t *testing.T, name string) *modfile.File {
	t.Helper()
	mod, err := readModule(name)
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// moduleFile is a file of a module.
type moduleFile struct{ name, at string }

func (f moduleFile) Path() string                 { return f.name }
func (f moduleFile) Lstat() (os.FileInfo, error)  { return os.Lstat(f.at) }
func (f moduleFile) Open() (io.ReadCloser, error) { return os.Open(f.at) }

// moduleFiles returns the files in a folder that git does not ignore, without those of nested
// modules.
func moduleFiles(t *testing.T, folder string) (files []zip.File) {
	t.Helper()
	out, err := project.Git(project.Project{Root: apitest.Repository.Path(folder)}, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	var nested []string
	for _, name := range names {
		if dir, base := filepath.Split(name); base == "go.mod" && dir != "" {
			nested = append(nested, dir)
		}
	}
	for _, name := range names {
		f := moduleFile{name, apitest.Repository.Path(folder, name)}
		_, missing := f.Lstat()
		below := slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(name, dir) })
		if missing == nil && !below {
			files = append(files, f)
		}
	}
	return files
}
