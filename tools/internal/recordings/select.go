package recordings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

const mostOfOneAnswer = 64 << 10 // larger answers repeat what smaller ones have

// Select writes to dir those exchanges in files that show something new: a member, a type or a
// telling value that no exchange before them had with the same operation and status.
func Select(files []string, dir string, out io.Writer) error {
	seen := map[string]bool{}
	kept := map[string]*bytes.Buffer{}
	all, chosen := 0, 0
	err := eachExchange(files, func(e *exchange) error {
		if !e.usable() || len(e.Response.Body) > mostOfOneAnswer {
			return nil
		}
		all++
		isNew := false
		for _, feature := range append(shape(e.Response.Body), e.header("Content-Type")) {
			key := fmt.Sprint(e.Op, e.Response.Status, feature)
			isNew = isNew || !seen[key]
			seen[key] = true
		}
		if !isNew {
			return nil
		}
		chosen++
		if kept[group(e.Op)] == nil {
			kept[group(e.Op)] = new(bytes.Buffer)
		}
		kept[group(e.Op)].Write(append(e.line, '\n'))
		return nil
	})
	if err != nil {
		return err
	}
	for name, text := range kept {
		if err := project.WriteFile(filepath.Join(dir, name+".jsonl"), text.Bytes()); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "kept %d of %d exchanges\n", chosen, all)
	return nil
}

// group names the file for an operation.
func group(op string) string {
	op = strings.ToLower(op)
	for _, name := range []string{"login", "registration", "settings", "recovery", "verification", "logout", "fedcm", "session", "identit", "courier"} {
		if strings.Contains(op, name) {
			return strings.Replace(name, "identit", "identities", 1)
		}
	}
	return "other"
}

// shape lists what a body has, and of which type.
func shape(body string) []string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return []string{"text"}
	}
	paths := map[string]bool{}
	walk(v, "", paths)
	return slices.Sorted(maps.Keys(paths))
}

// telling are the members whose value decides what an answer is.
var telling = []string{"id", "state", "active", "action", "type", "node_type", "group", "method", "autocomplete", "aal", "status"}

func walk(v any, path string, paths map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			if len(key) == 36 || strings.HasSuffix(path, "/context") || strings.Contains(path, "traits") {
				key = "*" // data, not structure
			}
			walk(item, path+"/"+key, paths)
		}
	case []any:
		for _, item := range v {
			walk(item, path+"/*", paths)
		}
	case string:
		last := path[strings.LastIndex(path, "/")+1:]
		if slices.Contains(telling, last) && len(v) < 32 && !strings.HasSuffix(path, "/*") {
			paths[path+"="+v] = true
			return
		}
		paths[path+":string"] = true
	default:
		paths[fmt.Sprintf("%s:%T", path, v)] = true
	}
}
