package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed templates/*.html
var builtIn embed.FS

// templates are those of the pages, by name without .html.
type templates struct {
	byName   map[string]*template.Template
	replaced map[string]bool // the names of those that are not ours
	buffers  sync.Pool
}

// pageNames are those of pages, whose content a file of the same name replaces.
var pageNames = []string{"login", "registration", "recovery", "verification", "settings"}

// parseTemplates returns our templates, replaced by those of overrides. Each file is a template of
// its own; {{define}} in it is for that file.
func parseTemplates(overrides []fs.FS) (*templates, error) {
	own, err := fs.Sub(builtIn, "templates")
	if err != nil {
		return nil, err
	}
	t := &templates{byName: map[string]*template.Template{}, replaced: map[string]bool{}, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	if err := t.parse(own, func(string) bool { return true }); err != nil {
		return nil, err
	}
	clear(t.replaced)
	for _, fsys := range overrides {
		if fsys == nil {
			return nil, fmt.Errorf("the file system of the templates is nil")
		}
		if err := t.parse(fsys, t.isReplaceable); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// parse adds the templates of a folder, whose names have to be known.
func (t *templates) parse(fsys fs.FS, known func(name string) bool) error {
	files, err := fs.Glob(fsys, "*.html")
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if !known(name) {
			return fmt.Errorf("%s is not the name of a template", file)
		}
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		parsed, err := template.New(file).Parse(strings.TrimSpace(string(source)))
		if err != nil {
			return err
		}
		t.byName[name], t.replaced[name] = parsed, true
	}
	return nil
}

// isReplaceable reports whether a template is used under this name: one of ours, perhaps for a
// single group or node, or the content of a single page.
func (t *templates) isReplaceable(name string) bool {
	if t.byName[name] != nil {
		return true
	}
	for _, page := range pageNames {
		if name == page {
			return true
		}
	}
	base, _, special := strings.Cut(name, "-")
	return special && t.byName[base] != nil && base != "page" && base != "form"
}

// isReplaced reports whether a template is not ours.
func (t *templates) isReplaced(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return t.replaced[name] })
}

// render executes the first template that exists.
func (t *templates) render(data any, names ...string) (template.HTML, error) {
	return t.collect(func(w *bytes.Buffer) error { return t.write(w, data, names...) })
}

// write executes the first template that exists.
func (t *templates) write(w *bytes.Buffer, data any, names ...string) error {
	for _, name := range names {
		if tmpl := t.byName[name]; tmpl != nil {
			return tmpl.Execute(w, data)
		}
	}
	return fmt.Errorf("there is no template %s", names[len(names)-1])
}

// collect returns what a function writes: HTML of templates.
func (t *templates) collect(write func(w *bytes.Buffer) error) (template.HTML, error) {
	w := t.buffers.Get().(*bytes.Buffer)
	defer t.buffers.Put(w)
	w.Reset()
	if err := write(w); err != nil {
		return "", err
	}
	return template.HTML(w.String()), nil
}
