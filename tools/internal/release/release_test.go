package release

import (
	"os"
	"path"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const (
	soundGo  = "package pets\n\nimport \"example.org/pets/gen\"\n\n// Pet is an animal.\ntype Pet struct{ Name string `json:\"name\"` }\n\n// Bark barks.\nfunc Bark(times int) string { return \"\" }\n\n// Dog is one of the models.\ntype Dog = gen.Dog\n"
	soundGen = "package gen\n\ntype Dog struct { Collar Collar }\n\ntype Collar struct { Number int }\n\ntype Fish struct { Fins int }\n"
)

// released is a small project, committed and tagged; without a tag, it is not released.
func released(t *testing.T, tags ...string) project.Project {
	t.Helper()
	p := project.Project{Root: t.TempDir()}
	for path, text := range map[string]string{
		p.Contract(): apitest.SoundSpec, p.Effective(): apitest.SoundSpec, p.EffectiveGo(): overlay.SpecPackage,
		p.Path("go.mod"): "module example.org/pets\n\ngo 1.26.0\n", p.Path("pets", "pets.go"): soundGo,
		p.Path("gen", "gen.go"):         soundGen,
		p.Path("internal", "x", "x.go"): "package x\n\ntype X int\n", p.Path("cmd", "main.go"): "package main\n\nfunc main() {}\n",
		p.Path("tools", "go.mod"):         "module example.org/pets/tools\n\ngo 1.26.0\n",
		p.Path("examples", "a", "go.mod"): "module example.org/pets/examples/a\n\ngo 1.26.0\n",
	} {
		if err := project.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	apitest.Commit(t, p, "pets: be there")
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
		"no change":                         {"v1.2.3", "", "", "", []string{"changes since v1.2.3\n", "a patch one: v1.2.4\n"}},
		"a sentence":                        {"v1.2.3", spec, "Animals that live", "Beasts that live", []string{"a patch one: v1.2.4\n"}},
		"code without a new name":           {"v1.2.3", "pets/pets.go", `return ""`, `return "wuff"`, []string{"a patch one: v1.2.4\n"}},
		"a name that others cannot import":  {"v1.2.3", "internal/x/x.go", "type X int", "type Y int", []string{"a patch one: v1.2.4\n"}},
		"a new name":                        {"v1.2.3", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"Go API, new:\n  example.org/pets/pets: Purr: added\n", "a minor one: v1.3.0\n"}},
		"a name that is gone":               {"v1.2.3", "pets/pets.go", "func Bark", "func bark", []string{"Go API, breaking:\n  example.org/pets/pets: Bark: removed\n", "a major one: v2.0.0\n", "module path has to end in /v2"}},
		"another parameter":                 {"v2.0.0", "pets/pets.go", "times int", "times uint", []string{"Bark: changed from func(int) string to func(uint) string", "a major one: v3.0.0\n", "/v3"}},
		"a package that is gone":            {"v1.2.3", "pets/pets.go", "package pets", "package main", []string{"example.org/pets/pets: package removed", "a major one"}},
		"a model with a name for users":     {"v1.2.3", "gen/gen.go", "{ Collar Collar }", "{ }", []string{"example.org/pets/gen: Dog.Collar: removed", "a major one"}},
		"a model inside of one":             {"v1.2.3", "gen/gen.go", "{ Number int }", "{ }", []string{"example.org/pets/gen: Collar.Number: removed", "a major one"}},
		"a model without a name for users":  {"v1.2.3", "gen/gen.go", "{ Fins int }", "{ }", []string{"not promised:\n  example.org/pets/gen: Fish.Fins: removed", "a patch one"}},
		"another struct tag":                {"v1.2.3", "pets/pets.go", `json:"name"`, `json:"name,omitempty"`, []string{"Struct tags (no compiler sees them change):\n  example.org/pets/pets: Pet.Name: json:\"name,omitempty\", was json:\"name\"", "a patch one"}},
		"a new property":                    {"v1.2.3", spec, "        mood:", "        tail: {description: Wags when happy., type: string}\n        mood:", []string{"On the wire, new:\n  schema dog › property tail\n", "a patch one: v1.2.4\n"}},
		"a new value of a response":         {"v1.2.3", spec, "[hungry, tired]", "[hungry, tired, gay]", []string{"perhaps: ", "a patch one: v1.2.4\n"}},
		"an operation that is gone":         {"v1.2.3", spec, "    get:\n      operationId: getPet", "    delete:\n      operationId: getPet", []string{"On the wire, breaking (for the changelog: they do not decide):\n", "a patch one: v1.2.4\n"}},
		"a contract that a correction fits": {"v1.2.3", "api/openapi.yaml", "    get:\n      operationId: getPet", "    delete:\n      operationId: getPet", []string{"a patch one: v1.2.4\n"}},
		"something new before v1":           {"v0.4.2", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"a minor one: v0.4.3\n"}},
		"something gone before v1":          {"v0.4.2", "pets/pets.go", "func Bark", "func bark", []string{"a major one: v0.5.0\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := released(t, tc.tag, "v9.9.9-rc.1", "nightly")
			if tc.file != "" {
				text := apitest.Read(t, p.Path(tc.file))
				if !strings.Contains(text, tc.old) {
					t.Fatalf("%s has no %s", tc.file, tc.old)
				}
				if err := project.WriteFile(p.Path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			said := mustSay(t, p, tc.want...)
			for _, other := range []string{"pets/tools", "pets/examples"} {
				if strings.Contains(said, other) {
					t.Errorf("a module that is not published is named: %s", said)
				}
			}
		})
	}
}

func mustSay(t *testing.T, p project.Project, wants ...string) string {
	t.Helper()
	var out strings.Builder
	if err := Report(p, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(out.String(), want) {
			t.Errorf("not said: %s\nbut\n%s", want, &out)
		}
	}
	return out.String()
}

// Without a released version to compare with, that is said, and everything is new.
func TestNothingToCompareWith(t *testing.T) {
	t.Parallel()
	first := "everything is new: 3 names of example.org/pets/gen, 1 names of example.org/pets/gen/spec, 3 names of example.org/pets/pets"
	t.Run("no tag", func(t *testing.T) {
		t.Parallel()
		mustSay(t, released(t, "v1.0.0-rc.1", "nightly"), "no version is released", first, "the first version is v0.1.0")
	})
	t.Run("no git", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if err := os.RemoveAll(p.Path(".git")); err != nil {
			t.Fatal(err)
		}
		mustSay(t, p, "there is no git history to compare with", first)
	})
	t.Run("a shallow clone", func(t *testing.T) {
		t.Parallel()
		p := released(t, "v1.0.0")
		if err := project.WriteFile(p.Path("new"), nil); err != nil {
			t.Fatal(err)
		}
		apitest.Commit(t, p, "pets: be more")
		clone := project.Project{Root: t.TempDir()}
		if _, err := project.Git(clone, "clone", "-q", "--depth=1", "--no-tags", "file://"+p.Root, "."); err != nil {
			t.Fatal(err)
		}
		mustSay(t, clone, "this clone is shallow", "git fetch --unshallow --tags", first)
	})
	t.Run("a tag without a description", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if _, err := project.Git(p, "rm", "-q", "--cached", "gen/spec/openapi.json", "gen/spec/spec.gen.go"); err != nil {
			t.Fatal(err)
		}
		if _, err := project.Git(p, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", "pets: have no description"); err != nil {
			t.Fatal(err)
		}
		if _, err := project.Git(p, "tag", "v1.0.0"); err != nil {
			t.Fatal(err)
		}
		mustSay(t, p, "changes since v1.0.0", "gen/spec: package added", "a minor one")
	})
}

// A copy of this very repository with a tag for each published module has nothing to release but
// patches.
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
	apitest.Commit(t, p, "all of it")
	modules, err := published(p.Root)
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
	mustSay(t, p, "a patch one: "+NextVersion(version, "patch")+"\n", "its tags, all at one commit: "+strings.Join(next, " ")+"\n")
}

// requiredVersion is the version of the first module that the others require.
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
	t.Fatal("no module requires the first one")
	return ""
}

// Another module is released under the same version, with a tag of its own, and is to require that
// version of the first.
func TestReleaseOfSeveralModules(t *testing.T) {
	t.Parallel()
	const purr = "// Purr purrs.\nfunc Purr() {}\n\n// Bark"
	for name, tc := range map[string]struct {
		tag, required, file, old, now string
		want, problem                 string
	}{
		"the first version":               {"nightly", "v0.1.0", "", "", "", "tags, all at one commit: v0.1.0 wrappers/vet/v0.1.0\n", ""},
		"the first version, a stable one": {"nightly", "v1.0.0", "", "", "", "3 names of example.org/pets/pets, 1 names of example.org/pets/wrappers/vet", ""},
		"a version that is none":          {"nightly", "v0.0.0-00010101000000-000000000000", "", "", "", "v0.1.0", "wrappers/vet/go.mod requires v0.0.0-00010101000000-000000000000, and users would get that: make version VERSION=v0.1.0"},
		"no change":                       {"v0.1.0", "v0.1.0", "", "", "", "tags, all at one commit: v0.1.1 wrappers/vet/v0.1.1\n", ""},
		"no change, and the next version": {"v0.1.0", "v0.1.1", "", "", "", "a patch one: v0.1.1", ""},
		"a version that is old":           {"v0.1.1", "v0.1.0", "", "", "", "v0.1.2", "requires v0.1.0, and users would get that: make version VERSION=v0.1.2"},
		"a new name":                      {"v1.1.0", "v1.1.0", "pets/pets.go", "// Bark", purr, "a minor one: v1.2.0", "requires v1.1.0, and users would get that: make version VERSION=v1.2.0"},
		"a new name that is required":     {"v1.1.0", "v1.2.0", "pets/pets.go", "// Bark", purr, "tags, all at one commit: v1.2.0 wrappers/vet/v1.2.0\n", ""},
		"a new name of the other module":  {"v1.1.0", "v1.2.0", "wrappers/vet/vet.go", "// Vet", "// Cure cures.\nfunc Cure() {}\n\n// Vet", "example.org/pets/wrappers/vet: Cure: added", ""},
		"a name that is gone from it":     {"v0.1.0", "v0.2.0", "wrappers/vet/vet.go", "func Vet", "func vet", "a major one: v0.2.0", ""},
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
			apitest.Commit(t, p, "vet: be there")
			if _, err := project.Git(p, "tag", tc.tag); err != nil {
				t.Fatal(err)
			}
			if tc.file != "" {
				text := apitest.Read(t, p.Path(tc.file))
				if err := project.WriteFile(p.Path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			var out strings.Builder
			err := Report(p, &out)
			if !strings.Contains(out.String(), tc.want) {
				t.Errorf("not said: %s\nbut\n%s", tc.want, &out)
			}
			if (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("got %v, want %s", err, tc.problem)
			}
		})
	}
}
