package kratos_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const canary = "s3cret"

// plant puts the canary into every text below v, unexported fields included, and something into
// whatever else can be filled. It returns how many there are.
func plant(v reflect.Value, depth int) (planted int) {
	if depth > 12 {
		return 0
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(canary)
		return 1
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return plant(v.Elem(), depth+1)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(`"` + canary + `"`))
			return 1
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return plant(v.Index(0), depth+1)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		planted = plant(key, depth+1) + plant(value, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Interface:
		switch {
		case v.NumMethod() == 0:
			v.Set(reflect.ValueOf(map[string]any{canary: canary}))
			return 1
		case v.Type() == reflect.TypeFor[error]():
			v.Set(reflect.ValueOf(errors.New(canary)))
			return 1
		}
	case reflect.Struct:
		if pkg := v.Type().PkgPath(); pkg == "time" || strings.HasPrefix(pkg, "sync") {
			return 0
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); v.Type() != reflect.TypeFor[kratos.Error]() || !slices.Contains(told, f.Name) {
				planted += plant(reflect.NewAt(f.Type, unsafe.Pointer(v.Field(i).UnsafeAddr())).Elem(), depth+1)
			}
		}
	}
	return planted
}

// told are the fields of an error that its text is made of, which other tests judge.
var told = []string{"Operation", "ID", "sentinel", "text", "cause", "form"}

// shows reports whether the canary is in what was printed, in any of the ways in which a text or
// bytes can be written.
func shows(printed string) bool {
	printed = strings.ToLower(printed)
	for _, text := range []string{canary, hex.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte(`"` + canary + `"`))[:8], strings.Trim(fmt.Sprint([]byte(canary)), "[]")} {
		if strings.Contains(strings.ReplaceAll(printed, " ", ""), strings.ToLower(strings.ReplaceAll(text, " ", ""))) {
			return true
		}
	}
	return false
}

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%t", "%08.3f", "% x", "%U", "%c"}

func logged(handler func(*bytes.Buffer) slog.Handler, log func(*slog.Logger)) string {
	var b bytes.Buffer
	log(slog.New(handler(&b)))
	return b.String()
}

func textHandler(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }
func jsonHandler(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }

// printings are the ways to print v, by name, that never show a secret of any type; and, if its
// JSON shows none, those that write JSON.
func printings(v any, asJSON bool) map[string]string {
	out := map[string]string{}
	elem := reflect.ValueOf(v).Elem()
	for place, in := range placesOf(elem) {
		for _, verb := range verbs {
			out[verb+" "+place] = fmt.Sprintf(verb, in)
		}
		out["print "+place] = fmt.Sprint(in) + fmt.Sprintln(in)
		out["an error "+place] = fmt.Errorf("failed: %w: %v", errors.New("x"), in).Error()
		out["slog text "+place] = logged(textHandler, func(l *slog.Logger) { l.Info("m", "v", in) })
		if asJSON {
			text, _ := json.Marshal(in)
			out["json "+place] = string(text)
			out["slog JSON "+place] = logged(jsonHandler, func(l *slog.Logger) { l.Info("m", "v", in) })
		}
	}
	for name, direct := range map[string]any{"a value": elem.Interface(), "a pointer": v} {
		for kind, handler := range map[string]func(*bytes.Buffer) slog.Handler{"text": textHandler, "JSON": jsonHandler} {
			out["slog "+kind+" "+name] = logged(handler, func(l *slog.Logger) { l.Info("m", "v", direct) })
			out["slog "+kind+" group of "+name] = logged(handler, func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Group("h", "v", direct)) })
			out["slog "+kind+" with "+name] = logged(handler, func(l *slog.Logger) { l.With("v", direct).Info("m") })
		}
		func() {
			defer func() {
				p := recover()
				out["a panic of "+name] = fmt.Sprintf("%v %+v %s", p, p, p)
				if p, ok := p.(fmt.Stringer); ok { // what the run-time prints of it
					out["a panic of "+name] += p.String()
				}
			}()
			panic(direct)
		}()
	}
	return out
}

// placesOf is around for a value whose type is known at run time only.
func placesOf(v reflect.Value) map[string]any {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	list := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
	list.Index(0).Set(v)
	named := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), v.Type()))
	named.SetMapIndex(reflect.ValueOf("v"), v)
	field := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: v.Type()}, {Name: "P", Type: p.Type()}})).Elem()
	field.Field(0).Set(v)
	field.Field(1).Set(p)
	return map[string]any{
		"alone": v.Interface(), "in a pointer": p.Interface(), "in a struct": field.Interface(), "in a slice": list.Interface(), "in a map": named.Interface(),
		"in a slice of anything": []any{v.Interface(), p.Interface()}, "in a struct in a map": map[string]any{"v": struct{ V any }{p.Interface()}},
	}
}
