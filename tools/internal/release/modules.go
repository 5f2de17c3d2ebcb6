package release

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// module is a Go module of the repository.
type module struct {
	dir  string // from the root, with slashes; "." for the module there
	path string
}

// prefix is what the tags of a module begin with, before the version.
func (m module) prefix() string {
	if m.dir == "." {
		return ""
	}
	return m.dir + "/"
}

// unpublished are the folders at the root whose modules nobody imports.
var unpublished = []string{"tools", "e2e", "bench", "examples"}

// publishedModules finds the modules that get versions: all but those in folders for development and examples.
func publishedModules(p project.Project) ([]module, error) {
	var modules []module
	err := filepath.WalkDir(p.Root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(p.Root, file)
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if relative != "." && (slices.Contains(unpublished, relative) || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if name != "go.mod" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		modules = append(modules, module{dir: path.Dir(filepath.ToSlash(relative)), path: modfile.ModulePath(text)})
		return nil
	})
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return modules, err
}

var releaseVersion = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// lastRelease returns the tag of a module's last released version before HEAD, or "".
func lastRelease(p project.Project, m module) string {
	tags, err := project.Git(p, "tag", "--list", "--merged", "HEAD")
	if err != nil {
		return ""
	}
	last := ""
	for _, tag := range strings.Fields(string(tags)) {
		version, ours := strings.CutPrefix(tag, m.prefix())
		if ours && releaseVersion.MatchString(version) && (last == "" || semver.Compare(version, strings.TrimPrefix(last, m.prefix())) > 0) {
			last = tag
		}
	}
	return last
}

// extract writes the files of a tag to a directory.
func extract(p project.Project, tag, dir string) error {
	text, err := project.Git(p, "archive", "--format=tar", tag)
	if err != nil {
		return err
	}
	files := tar.NewReader(bytes.NewReader(text))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
			continue
		}
		text, err := io.ReadAll(files)
		if err == nil {
			err = project.WriteFile(filepath.Join(dir, header.Name), text)
		}
		if err != nil {
			return err
		}
	}
}
