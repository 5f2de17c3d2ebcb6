package recordings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const maxSelectedBody = 64 << 10 // larger responses repeat what smaller ones have

// Select appends those exchanges in files to the files in dir that have something new: a member, a
// type or a discriminating value that no exchange of the same operation and status in dir has.
func Select(files []string, dir string, out io.Writer) error {
	there, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	if err := eachExchange(there, func(e *exchange) error { markSeen(seen, e); return nil }); err != nil {
		return err
	}
	selected := map[string]*bytes.Buffer{}
	all, count := 0, 0
	err = eachExchange(files, func(e *exchange) error {
		if !e.isRelevant() || len(e.Response.Body) > maxSelectedBody {
			return nil
		}
		all++
		if !markSeen(seen, e) {
			return nil
		}
		count++
		if selected[fileFor(e.Op)] == nil {
			selected[fileFor(e.Op)] = new(bytes.Buffer)
		}
		selected[fileFor(e.Op)].Write(append(e.line, '\n'))
		return nil
	})
	if err != nil {
		return err
	}
	for name, data := range selected {
		path := filepath.Join(dir, name+".jsonl")
		before, err := os.ReadFile(path)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = project.WriteFile(path, append(before, data.Bytes()...))
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "selected %d of %d exchanges\n", count, all)
	return nil
}

// markSeen marks what a response has as seen, and reports whether any of it is new.
func markSeen(seen map[string]bool, e *exchange) bool {
	isNew := false
	for _, feature := range append(shape(e.Response.Body), e.responseHeader("Content-Type")) {
		key := fmt.Sprint(e.Op, e.Response.Status, feature)
		isNew = isNew || !seen[key]
		seen[key] = true
	}
	return isNew
}

// fileFor returns the name of the file for an operation.
func fileFor(op string) string {
	op = strings.ToLower(op)
	for _, name := range []string{"login", "registration", "settings", "recovery", "verification", "logout", "fedcm", "session", "identit", "courier"} {
		if strings.Contains(op, name) {
			return strings.Replace(name, "identit", "identities", 1)
		}
	}
	return "other"
}

// shape lists the members of a body with their types.
func shape(body string) []string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return []string{"text"}
	}
	paths := map[string]bool{}
	collectShape(v, "", paths)
	return slices.Sorted(maps.Keys(paths))
}

// discriminatingMembers are the members whose value decides what a response is.
var discriminatingMembers = []string{"id", "state", "active", "action", "type", "node_type", "group", "method", "autocomplete", "aal", "status"}

func collectShape(v any, path string, paths map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			if len(key) == 36 || strings.HasSuffix(path, "/context") || strings.Contains(path, "traits") {
				key = "*" // data, not structure
			}
			collectShape(item, path+"/"+key, paths)
		}
	case []any:
		for _, item := range v {
			collectShape(item, path+"/*", paths)
		}
	case string:
		last := path[strings.LastIndex(path, "/")+1:]
		if slices.Contains(discriminatingMembers, last) && len(v) < 32 && !strings.HasSuffix(path, "/*") {
			paths[path+"="+v] = true
			return
		}
		paths[path+":string"] = true
	default:
		paths[fmt.Sprintf("%s:%T", path, v)] = true
	}
}
