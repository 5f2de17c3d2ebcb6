package release

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const (
	validGo  = "package pets\n\nimport \"example.org/pets/gen\"\n\n// Pet is an animal.\ntype Pet struct{ Name string `json:\"name\"` }\n\n// Bark barks.\nfunc Bark(times int) string { return \"\" }\n\n// Dog is one of the models.\ntype Dog = gen.Dog\n"
	validGen = "package gen\n\ntype Dog struct { Collar Collar }\n\ntype Collar struct { Number int }\n\ntype Fish struct { Fins int }\n"
)

// released returns a small project that is committed to git, and has tags.
func released(t *testing.T, tags ...string) project.Project {
	t.Helper()
	p := project.Project{Root: t.TempDir()}
	for path, text := range map[string]string{
		p.Contract(): apitest.ValidSpec, p.Effective(): apitest.ValidSpec, p.EffectiveGo(): overlay.SpecPackage,
		p.Path("go.mod"): "module example.org/pets\n\ngo 1.26.0\n", p.Path("pets", "pets.go"): validGo,
		p.Path("gen", "gen.go"):         validGen,
		p.Path("internal", "x", "x.go"): "package x\n\ntype X int\n", p.Path("cmd", "main.go"): "package main\n\nfunc main() {}\n",
		p.Path("tools", "go.mod"):         "module example.org/pets/tools\n\ngo 1.26.0\n",
		p.Path("examples", "a", "go.mod"): "module example.org/pets/examples/a\n\ngo 1.26.0\n",
	} {
		if err := project.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	apitest.Commit(t, p, "pets: add")
	for _, tag := range tags {
		if _, err := project.Git(p, "tag", tag); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestRelease(t *testing.T) {
	t.Parallel()
	const spec = "gen/spec/openapi.json"
	for name, tc := range map[string]struct {
		tag            string
		file, old, now string
		want           []string
	}{
		"no change":                              {"v1.2.3", "", "", "", []string{"changes since v1.2.3\n", "next version (patch): v1.2.4\n"}},
		"a description":                          {"v1.2.3", spec, "Animals that live", "Beasts that live", []string{"next version (patch): v1.2.4\n"}},
		"code without a new name":                {"v1.2.3", "pets/pets.go", `return ""`, `return "wuff"`, []string{"next version (patch): v1.2.4\n"}},
		"an internal name":                       {"v1.2.3", "internal/x/x.go", "type X int", "type Y int", []string{"next version (patch): v1.2.4\n"}},
		"a new name":                             {"v1.2.3", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"Go API, added:\n  example.org/pets/pets: Purr: added\n", "next version (minor): v1.3.0\n"}},
		"a removed name":                         {"v1.2.3", "pets/pets.go", "func Bark", "func bark", []string{"Go API, breaking:\n  example.org/pets/pets: Bark: removed\n", "next version (major): v2.0.0\n", "module path has to end in /v2"}},
		"another parameter":                      {"v2.0.0", "pets/pets.go", "times int", "times uint", []string{"Bark: changed from func(int) string to func(uint) string", "next version (major): v3.0.0\n", "/v3"}},
		"a removed package":                      {"v1.2.3", "pets/pets.go", "package pets", "package main", []string{"example.org/pets/pets: package removed", "next version (major)"}},
		"an exposed model":                       {"v1.2.3", "gen/gen.go", "{ Collar Collar }", "{ }", []string{"example.org/pets/gen: Dog.Collar: removed", "next version (major)"}},
		"a model in an exposed one":              {"v1.2.3", "gen/gen.go", "{ Number int }", "{ }", []string{"example.org/pets/gen: Collar.Number: removed", "next version (major)"}},
		"a model that is not exposed":            {"v1.2.3", "gen/gen.go", "{ Fins int }", "{ }", []string{"without compatibility promise:\n  example.org/pets/gen: Fish.Fins: removed", "next version (patch)"}},
		"another struct tag":                     {"v1.2.3", "pets/pets.go", `json:"name"`, `json:"name,omitempty"`, []string{"Struct tags (the compiler does not detect changes):\n  example.org/pets/pets: Pet.Name: json:\"name,omitempty\", was json:\"name\"", "next version (patch)"}},
		"a new property":                         {"v1.2.3", spec, "        mood:", "        tail: {description: Wags when happy., type: string}\n        mood:", []string{"HTTP API, added:\n  schema dog › property tail\n", "next version (patch): v1.2.4\n"}},
		"a new value of a response":              {"v1.2.3", spec, "[hungry, tired]", "[hungry, tired, happy]", []string{"possibly: ", "next version (patch): v1.2.4\n"}},
		"a removed operation":                    {"v1.2.3", spec, "    get:\n      operationId: getPet", "    delete:\n      operationId: getPet", []string{"HTTP API, breaking (for the changelog; they do not affect the version):\n", "next version (patch): v1.2.4\n"}},
		"a contract, but not the effective spec": {"v1.2.3", "api/openapi.yaml", "    get:\n      operationId: getPet", "    delete:\n      operationId: getPet", []string{"next version (patch): v1.2.4\n"}},
		"an addition before v1":                  {"v0.4.2", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"next version (minor): v0.4.3\n"}},
		"a removal before v1":                    {"v0.4.2", "pets/pets.go", "func Bark", "func bark", []string{"next version (major): v0.5.0\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := released(t, tc.tag, "v9.9.9-rc.1", "nightly")
			if tc.file != "" {
				text := apitest.ReadFile(t, p.Path(tc.file))
				if !strings.Contains(text, tc.old) {
					t.Fatalf("%s has no %s", tc.file, tc.old)
				}
				if err := project.WriteFile(p.Path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			report := mustReport(t, p, tc.want...)
			for _, other := range []string{"pets/tools", "pets/examples"} {
				if strings.Contains(report, other) {
					t.Errorf("an unpublished module is reported: %s", report)
				}
			}
		})
	}
}

func mustReport(t *testing.T, p project.Project, wants ...string) string {
	t.Helper()
	var out strings.Builder
	if err := Report(p, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing: %s\nin\n%s", want, &out)
		}
	}
	return out.String()
}

// Without a release to compare with, the report has the reason, and everything is new.
func TestFirstRelease(t *testing.T) {
	t.Parallel()
	first := "everything is new: 3 names of example.org/pets/gen, 1 names of example.org/pets/gen/spec, 3 names of example.org/pets/pets"
	t.Run("no tag", func(t *testing.T) {
		t.Parallel()
		mustReport(t, released(t, "v1.0.0-rc.1", "nightly"), "no release", first, "first version: v0.1.0")
	})
	t.Run("no git", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if err := os.RemoveAll(p.Path(".git")); err != nil {
			t.Fatal(err)
		}
		mustReport(t, p, "no git history to compare with", first)
	})
	t.Run("a shallow clone", func(t *testing.T) {
		t.Parallel()
		p := released(t, "v1.0.0")
		if err := project.WriteFile(p.Path("new"), nil); err != nil {
			t.Fatal(err)
		}
		apitest.Commit(t, p, "pets: add more")
		clone := project.Project{Root: t.TempDir()}
		if _, err := project.Git(clone, "clone", "-q", "--depth=1", "--no-tags", "file://"+p.Root, "."); err != nil {
			t.Fatal(err)
		}
		mustReport(t, clone, "this shallow clone has no tag", "git fetch --unshallow --tags", first)
	})
	t.Run("a tag without a description", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if _, err := project.Git(p, "rm", "-q", "--cached", "gen/spec/openapi.json", "gen/spec/spec.gen.go"); err != nil {
			t.Fatal(err)
		}
		if _, err := project.Git(p, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", "pets: remove the description"); err != nil {
			t.Fatal(err)
		}
		if _, err := project.Git(p, "tag", "v1.0.0"); err != nil {
			t.Fatal(err)
		}
		mustReport(t, p, "changes since v1.0.0", "gen/spec: package added", "next version (minor)")
	})
}

// Without changes, the next version of this repository is a patch.
func TestReleaseOfThisRepository(t *testing.T) {
	t.Parallel()
	files, err := project.Git(apitest.Repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		t.Fatal(err)
	}
	p := project.Project{Root: t.TempDir()}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(apitest.Repository.Path(name))
		if os.IsNotExist(err) {
			continue // removed, and not committed
		}
		if err == nil {
			err = project.WriteFile(p.Path(name), text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	apitest.Commit(t, p, "all files")
	modules, err := publishedModules(p.Root)
	if err != nil || len(modules) < 2 || modules[0] != "." {
		t.Fatalf("got the modules %v, %v", modules, err)
	}
	version := requiredVersion(t, p, modules)
	var next []string
	for _, folder := range modules {
		if _, err := project.Git(p, "tag", path.Join(folder, version)); err != nil {
			t.Fatal(err)
		}
		next = append(next, path.Join(folder, NextVersion(version, "patch")))
	}
	mustReport(t, p, "next version (patch): "+NextVersion(version, "patch")+"\n", "tags at the same commit: "+strings.Join(next, " ")+"\n")
}

// requiredVersion returns the version of the root module that the others require.
func requiredVersion(t *testing.T, p project.Project, modules []string) string {
	t.Helper()
	first := mustReadModule(t, p.Path("go.mod")).Module.Mod.Path
	for _, folder := range modules {
		for _, r := range mustReadModule(t, p.Path(folder, "go.mod")).Require {
			if r.Mod.Path == first {
				return r.Mod.Version
			}
		}
	}
	t.Fatal("no module requires the root module")
	return ""
}

// All modules are released with the same version, and have to require it of the root module.
func TestReleaseOfSeveralModules(t *testing.T) {
	t.Parallel()
	const purr = "// Purr purrs.\nfunc Purr() {}\n\n// Bark"
	for name, tc := range map[string]struct {
		tag, required, file, old, now string
		want, problem                 string
	}{
		"the first version":                  {"nightly", "v0.1.0", "", "", "", "tags at the same commit: v0.1.0 wrappers/vet/v0.1.0\n", ""},
		"the first version, a stable one":    {"nightly", "v1.0.0", "", "", "", "3 names of example.org/pets/pets, 1 names of example.org/pets/wrappers/vet", ""},
		"a placeholder version":              {"nightly", "v0.0.0-00010101000000-000000000000", "", "", "", "v0.1.0", "wrappers/vet/go.mod requires example.org/pets@v0.0.0-00010101000000-000000000000, which users would get: run make version VERSION=v0.1.0"},
		"no change":                          {"v0.1.0", "v0.1.0", "", "", "", "tags at the same commit: v0.1.1 wrappers/vet/v0.1.1\n", ""},
		"no change, and the next version":    {"v0.1.0", "v0.1.1", "", "", "", "next version (patch): v0.1.1", ""},
		"an old version":                     {"v0.1.1", "v0.1.0", "", "", "", "v0.1.2", "requires example.org/pets@v0.1.0, which users would get: run make version VERSION=v0.1.2"},
		"a new name":                         {"v1.1.0", "v1.1.0", "pets/pets.go", "// Bark", purr, "next version (minor): v1.2.0", "requires example.org/pets@v1.1.0, which users would get: run make version VERSION=v1.2.0"},
		"a new name, and the next version":   {"v1.1.0", "v1.2.0", "pets/pets.go", "// Bark", purr, "tags at the same commit: v1.2.0 wrappers/vet/v1.2.0\n", ""},
		"a new name of the other module":     {"v1.1.0", "v1.2.0", "wrappers/vet/vet.go", "// Vet", "// Cure cures.\nfunc Cure() {}\n\n// Vet", "example.org/pets/wrappers/vet: Cure: added", ""},
		"a removed name of the other module": {"v0.1.0", "v0.2.0", "wrappers/vet/vet.go", "func Vet", "func vet", "next version (major): v0.2.0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := released(t)
			for path, text := range map[string]string{
				p.Path("wrappers", "vet", "go.mod"): "module example.org/pets/wrappers/vet\n\ngo 1.26.0\n\nrequire example.org/pets " + tc.required + "\n\nreplace example.org/pets => ../..\n",
				p.Path("wrappers", "vet", "vet.go"): "package vet\n\nimport \"example.org/pets/pets\"\n\n// Vet vets.\nfunc Vet(p pets.Pet) {}\n",
			} {
				if err := project.WriteFile(path, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			apitest.Commit(t, p, "vet: add")
			if _, err := project.Git(p, "tag", tc.tag); err != nil {
				t.Fatal(err)
			}
			if tc.file != "" {
				text := apitest.ReadFile(t, p.Path(tc.file))
				if err := project.WriteFile(p.Path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			var out strings.Builder
			err := Report(p, &out)
			if !strings.Contains(out.String(), tc.want) {
				t.Errorf("missing: %s\nin\n%s", tc.want, &out)
			}
			if (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("got %v, want %s", err, tc.problem)
			}
		})
	}
}

// Modules are found wherever they are, except in folders for development. They have to require the
// same version of each other, which SetVersion writes.
func TestModulesAreFound(t *testing.T) {
	t.Parallel()
	p := released(t)
	for folder, requires := range map[string][]string{
		"wrappers/sessions/redis": {"example.org/pets"}, "cmd/petctl": {"example.org/pets", "example.org/pets/wrappers/sessions/redis", "example.org/other"},
		"e2e/kratos": {"example.org/pets"}, "wrappers/vet/testdata/old": {"example.org/pets"}, ".bin/copy": {"example.org/pets"},
	} {
		text := "module example.org/pets/" + folder + "\n\ngo 1.26.0\n"
		for _, path := range requires {
			text += "\nrequire " + path + " v0.0.9\n"
		}
		if err := project.WriteFile(p.Path(folder, "go.mod"), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	modules, err := publishedModules(p.Root)
	if want := []string{".", "cmd/petctl", "wrappers/sessions/redis"}; err != nil || !slices.Equal(modules, want) {
		t.Fatalf("got %v, %v; want %v", modules, err, want)
	}
	err = checkRequiredVersions(p, "v0.1.0")
	for _, want := range []string{
		"cmd/petctl/go.mod requires example.org/pets@v0.0.9,", "cmd/petctl/go.mod requires example.org/pets/wrappers/sessions/redis@v0.0.9,",
		"wrappers/sessions/redis/go.mod requires example.org/pets@v0.0.9,",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := SetVersion(p, "v0.1.0", new(strings.Builder)); err != nil {
		t.Fatal(err)
	}
	if err := checkRequiredVersions(p, "v0.1.0"); err != nil {
		t.Error(err)
	}
	if text := apitest.ReadFile(t, p.Path("cmd/petctl/go.mod")); !strings.Contains(text, "example.org/other v0.0.9") || strings.Count(text, "v0.1.0") != 2 {
		t.Errorf("got %s", text)
	}
}
