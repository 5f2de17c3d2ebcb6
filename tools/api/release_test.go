package main

import (
	"os"
	"strings"
	"testing"
)

const soundGo = "package pets\n\n// Pet is an animal.\ntype Pet struct{ Name string }\n\n// Bark barks.\nfunc Bark(times int) string { return \"\" }\n"

// released is a small project, committed and tagged; without a tag, it is not released.
func released(t *testing.T, tags ...string) project {
	t.Helper()
	p := project{root: t.TempDir()}
	for path, text := range map[string]string{
		p.contract(): soundSpec, p.path("go.mod"): "module example.org/pets\n\ngo 1.26.0\n", p.path("pets", "pets.go"): soundGo,
		p.path("internal", "x", "x.go"): "package x\n\ntype X int\n", p.path("cmd", "main.go"): "package main\n\nfunc main() {}\n",
	} {
		if err := writeFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, p, "pets: be there")
	for _, tag := range tags {
		if _, err := git(p, "tag", tag); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestRelease(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tag            string
		file, old, now string
		want           []string
	}{
		"no change":                        {"v1.2.3", "", "", "", []string{"changes since v1.2.3\n", "a patch one: v1.2.4"}},
		"a sentence":                       {"v1.2.3", "api/openapi.yaml", "Animals that live", "Beasts that live", []string{"a patch one: v1.2.4"}},
		"code without a new name":          {"v1.2.3", "pets/pets.go", `return ""`, `return "wuff"`, []string{"a patch one: v1.2.4"}},
		"a name that others cannot import": {"v1.2.3", "internal/x/x.go", "type X int", "type Y int", []string{"a patch one: v1.2.4"}},
		"a new name":                       {"v1.2.3", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"Go API, new:\n  example.org/pets/pets: Purr: added\n", "a minor one: v1.3.0"}},
		"a name that is gone":              {"v1.2.3", "pets/pets.go", "func Bark", "func bark", []string{"Go API, breaking:\n  example.org/pets/pets: Bark: removed\n", "a major one: v2.0.0", "module path has to end in /v2"}},
		"another parameter":                {"v2.0.0", "pets/pets.go", "times int", "times uint", []string{"Bark: changed from func(int) string to func(uint) string", "a major one: v3.0.0", "/v3"}},
		"a package that is gone":           {"v1.2.3", "pets/pets.go", "package pets", "package main", []string{"example.org/pets/pets: package removed", "a major one"}},
		"a new property":                   {"v1.2.3", "api/openapi.yaml", "        mood:", "        tail: {description: Wags when happy., type: string}\n        mood:", []string{"Contract, new:\n  schema dog › property tail\n", "a minor one: v1.3.0"}},
		"a new value of an answer":         {"v1.2.3", "api/openapi.yaml", "[hungry, tired]", "[hungry, tired, gay]", []string{"perhaps: ", "a minor one: v1.3.0"}},
		"an operation that is gone":        {"v1.2.3", "api/openapi.yaml", "    get:\n      operationId: getPet", "    delete:\n      operationId: getPet", []string{"Contract, breaking:\n", "a major one: v2.0.0"}},
		"something new before v1":          {"v0.4.2", "pets/pets.go", "// Bark", "// Purr purrs.\nfunc Purr() {}\n\n// Bark", []string{"a minor one: v0.4.3"}},
		"something gone before v1":         {"v0.4.2", "pets/pets.go", "func Bark", "func bark", []string{"a major one: v0.5.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := released(t, tc.tag, "v9.9.9-rc.1", "nightly")
			if tc.file != "" {
				text := read(t, p.path(tc.file))
				if !strings.Contains(text, tc.old) {
					t.Fatalf("%s has no %s", tc.file, tc.old)
				}
				if err := writeFile(p.path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			mustSay(t, p, tc.want...)
		})
	}
}

func mustSay(t *testing.T, p project, wants ...string) {
	t.Helper()
	var out strings.Builder
	if err := release(p, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(out.String(), want) {
			t.Errorf("not said: %s\nbut\n%s", want, &out)
		}
	}
}

// Without a released version to compare with, that is said, and everything is new.
func TestNothingToCompareWith(t *testing.T) {
	t.Parallel()
	first := "everything is new: 1 operations"
	t.Run("no tag", func(t *testing.T) {
		t.Parallel()
		mustSay(t, released(t, "v1.0.0-rc.1", "nightly"), "no version is released", first, "2 names of example.org/pets/pets", "v0.1.0")
	})
	t.Run("no git", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if err := os.RemoveAll(p.path(".git")); err != nil {
			t.Fatal(err)
		}
		mustSay(t, p, "there is no git history to compare with", first)
	})
	t.Run("a shallow clone", func(t *testing.T) {
		t.Parallel()
		p := released(t, "v1.0.0")
		if err := writeFile(p.path("new"), nil); err != nil {
			t.Fatal(err)
		}
		commit(t, p, "pets: be more")
		clone := project{root: t.TempDir()}
		if _, err := git(clone, "clone", "-q", "--depth=1", "--no-tags", "file://"+p.root, "."); err != nil {
			t.Fatal(err)
		}
		mustSay(t, clone, "this clone is shallow", "git fetch --unshallow --tags", first)
	})
	t.Run("a tag without a contract", func(t *testing.T) {
		t.Parallel()
		p := released(t)
		if _, err := git(p, "rm", "-q", "--cached", "api/openapi.yaml"); err != nil {
			t.Fatal(err)
		}
		if _, err := git(p, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", "pets: have no contract"); err != nil {
			t.Fatal(err)
		}
		if _, err := git(p, "tag", "v1.0.0"); err != nil {
			t.Fatal(err)
		}
		mustSay(t, p, "the contract of v1.0.0 cannot be read")
	})
}

// A module among the wrappers is released under the same version, with a tag of its own, and is to
// require that version of the first.
func TestReleaseOfSeveralModules(t *testing.T) {
	t.Parallel()
	const purr = "// Purr purrs.\nfunc Purr() {}\n\n// Bark"
	for name, tc := range map[string]struct {
		tag, required, file, old, now string
		want, problem                 string
	}{
		"the first version":               {"nightly", "v0.1.0", "", "", "", "tags, all at one commit: v0.1.0 wrappers/vet/v0.1.0\n", ""},
		"the first version, a stable one": {"nightly", "v1.0.0", "", "", "", "2 names of example.org/pets/pets, 1 names of example.org/pets/wrappers/vet", ""},
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
				p.path("wrappers", "vet", "go.mod"): "module example.org/pets/wrappers/vet\n\ngo 1.26.0\n\nrequire example.org/pets " + tc.required + "\n\nreplace example.org/pets => ../..\n",
				p.path("wrappers", "vet", "vet.go"): "package vet\n\nimport \"example.org/pets/pets\"\n\n// Vet vets.\nfunc Vet(p pets.Pet) {}\n",
			} {
				if err := writeFile(path, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			commit(t, p, "vet: be there")
			if _, err := git(p, "tag", tc.tag); err != nil {
				t.Fatal(err)
			}
			if tc.file != "" {
				text := read(t, p.path(tc.file))
				if err := writeFile(p.path(tc.file), []byte(strings.Replace(text, tc.old, tc.now, 1))); err != nil {
					t.Fatal(err)
				}
			}
			var out strings.Builder
			err := release(p, &out)
			if !strings.Contains(out.String(), tc.want) {
				t.Errorf("not said: %s\nbut\n%s", tc.want, &out)
			}
			if (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("got %v, want %s", err, tc.problem)
			}
		})
	}
}
