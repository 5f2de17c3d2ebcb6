package kratos_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// data returns the types whose JSON is complete, with secrets: what a server sent is written again
// as it came.
func data(t *testing.T) map[reflect.Type]bool {
	t.Helper()
	types := map[reflect.Type]bool{}
	for _, model := range slices.Concat(slices.Collect(maps.Values(models)), slices.Collect(maps.Values(flowModels))) {
		contained(reflect.TypeOf(model()), types)
	}
	for _, model := range []any{
		gen.ErrorGeneric{}, kratos.FedCMFlow{}, // responses that no recording has
		kratos.Form{}, kratos.ContinueWithList{}, kratos.MessageContext{}, kratos.Page[kratos.Session]{}, // parts of responses
		kratos.PasswordCredentials{}, kratos.OIDCCredentials{}, kratos.SAMLCredentials{}, kratos.CodeCredentials{}, // parts of an identity
		kratos.TOTPCredentials{}, kratos.LookupSecretCredentials{}, kratos.WebAuthnCredentials{}, kratos.PasskeyCredentials{},
	} {
		contained(reflect.TypeOf(model), types)
	}
	return types
}

// contained adds a type, and those that it is made of, to types.
func contained(typ reflect.Type, types map[reflect.Type]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		types[typ] = true
		contained(typ.Elem(), types)
	case reflect.Struct:
		if types[typ] {
			return
		}
		types[typ] = true
		for i := range typ.NumField() {
			contained(typ.Field(i).Type, types)
		}
	}
}

// plainTypes are the types of package kratos that are printed as they are: they have ids, enums,
// numbers, tokens of pages, and errors of the package.
var plainTypes = []string{
	"kratos.BatchResult", "kratos.CreateRecoveryCode", "kratos.ListIdentitySchemas", "kratos.ListIdentitySessions", "kratos.ListMySessions", "kratos.ListSessions",
}

// secretive reports whether the API description keeps anything in a type out of logs.
func secretive(typ reflect.Type, seen map[reflect.Type]bool) bool {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return secretive(typ.Elem(), seen)
	case reflect.Struct:
		if seen[typ] || typ.PkgPath() == "time" {
			return false
		}
		seen[typ] = true
		for i := range typ.NumField() {
			if f := typ.Field(i); f.Tag.Get("log") == "-" || !f.IsExported() || secretive(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// No exported value prints a secret in any way. A secret is in every field, so that it does not
// matter which of them are secret: what is printed is the type, ids that are UUIDs, and known values
// of enums.
func TestNoExportedTypePrintsASecret(t *testing.T) {
	t.Parallel()
	asData := data(t)
	types, ways, jsonTypes := 0, 0, 0
	var plain []string
	for name, v := range exportedTypes() {
		typ := reflect.TypeOf(v).Elem()
		if typ.Name() == "" { // stands for a slice, which can have no methods; its elements are listed
			continue
		}
		if strings.HasPrefix(name, "gen.") && !secretive(typ, map[reflect.Type]bool{}) {
			plain = append(plain, name)
			continue
		}
		if slices.Contains(plainTypes, name) {
			continue
		}
		if plant(reflect.ValueOf(v).Elem(), 0) == 0 && !slices.Contains([]string{"kratos.Admin", "kratos.FlowClient", "kratos.ServerFeatures", "gen.Client"}, name) {
			t.Errorf("%s: nothing was planted", name)
		}
		types++
		if !asData[typ] {
			jsonTypes++
		} else if _, ok := v.(fmt.Stringer); !ok && strings.HasPrefix(name, "gen.") {
			t.Errorf("%s has no String: loggers such as zap write its JSON instead, which is complete", name)
		}
		for way, printed := range printings(v, !asData[typ]) {
			ways++
			if shows(printed) {
				t.Errorf("%s, %s: %.300s", name, way, printed)
			}
			if strings.Contains(printed, "PANIC=") || strings.Contains(printed, "panicked") {
				t.Errorf("%s, %s: %.300s", name, way, printed)
			}
		}
	}
	slices.Sort(plain)
	t.Logf("%d types, %d of them in nested JSON too, %d printings; %d types of package gen have nothing to hide: %s", types, jsonTypes, ways, len(plain), strings.Join(plain, " "))
	if types < 120 || ways < 100*types {
		t.Error("these are too few")
	}
}

// The error of a result is always one of the package, which prints no secret.
func TestABatchResultPrintsNoSecret(t *testing.T) {
	t.Parallel()
	failure := new(kratos.Error)
	plant(reflect.ValueOf(failure).Elem(), 0)
	for way, printed := range printings(&kratos.BatchResult{PatchID: someID, IdentityID: otherID, Err: failure}, true) {
		if shows(printed) {
			t.Errorf("%s: %.300s", way, printed)
		}
	}
}

// The test above reads a list of types; this one reports a type that the list lacks.
func TestEveryExportedTypeIsListed(t *testing.T) {
	t.Parallel()
	listed := exportedTypes()
	for pkg, dir := range map[string]string{"kratos": ".", "gen": filepath.Join(root, "gen")} {
		t.Run(pkg, func(t *testing.T) {
			for name, spec := range declaredTypes(t, dir) {
				switch typ := spec.Type.(type) {
				case *ast.InterfaceType, *ast.FuncType: // have no members
					continue
				case *ast.Ident:
					if listed[pkg+"."+typ.Name] == nil { // a text, or stands for an interface
						continue
					}
				case *ast.SelectorExpr:
					if _, aModel := listed["gen."+typ.Sel.Name]; !aModel { // an enum, or JSON as it came
						continue
					}
				}
				if listed[pkg+"."+name] == nil {
					t.Errorf("%s.%s is not in the list: go generate ./...", pkg, name)
				}
			}
		})
	}
}

func declaredTypes(t *testing.T, dir string) map[string]*ast.TypeSpec {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	types := map[string]*ast.TypeSpec{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.GenDecl); ok {
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
						types[spec.Name.Name] = spec
					}
				}
			}
		}
	}
	return types
}

// A nil pointer is printed as nil, without a panic.
func TestNilPointersPrint(t *testing.T) {
	t.Parallel()
	for name, v := range exportedTypes() {
		none := reflect.Zero(reflect.TypeOf(v)).Interface()
		for _, verb := range verbs {
			for _, in := range []any{none, struct{ V any }{none}, []any{none}} {
				if printed := fmt.Sprintf(verb, in); strings.Contains(printed, "PANIC=") {
					t.Errorf("%s: %s", name, printed)
				}
			}
		}
		for _, in := range []any{none, struct{ V any }{none}, map[string]any{"v": none}} {
			if printed := logged(jsonHandler, func(l *slog.Logger) { l.Info("m", "v", in, "after", 1) }); !strings.Contains(printed, `"after":1`) {
				t.Errorf("%s: %s", name, printed)
			}
			if printed := logged(textHandler, func(l *slog.Logger) { l.Info("m", "v", in, "after", 1) }); !strings.Contains(printed, `after=1`) {
				t.Errorf("%s: %s", name, printed)
			}
		}
	}
}

const (
	someID  = "6c2f6ba3-6b6c-4b43-8d3d-0a8a3e9f5b11"
	otherID = "0b9f0b3e-57f8-4a53-9a7e-2f4f0c1a77d2"
)

// What is printed identifies the value.
func TestIDsArePrinted(t *testing.T) {
	t.Parallel()
	identity := kratos.Identity{ID: someID, State: kratos.IdentityStateActive, SchemaID: "customer", RawTraits: json.RawMessage(`{"email":"ada@example.com"}`)}
	failure := error(&kratos.Error{Operation: "createIdentity", StatusCode: 409, Reason: "ada@example.com exists"})
	for name, tc := range map[string]struct {
		v          any
		text, json string
	}{
		"an identity":                {identity, "Identity{id: " + someID + ", state: active}", `{"id":"` + someID + `","state":"active"}`},
		"a pointer to one":           {&identity, "Identity{id: " + someID + ", state: active}", `{"id":"` + someID + `","state":"active"}`},
		"a session":                  {kratos.Session{ID: otherID, Identity: &identity, Tokenized: "eyJ"}, "Session{id: " + otherID + ", identity: {id: " + someID + ", state: active}}", `{"id":"` + otherID + `","identity":{"id":"` + someID + `","state":"active"}}`},
		"a session without identity": {kratos.Session{ID: otherID}, "Session{id: " + otherID + "}", `{"id":"` + otherID + `"}`},
		"a flow":                     {kratos.LoginFlow{LoginFlow: gen.LoginFlow{ID: someID, State: gen.LoginFlowStateChooseMethod}}, "LoginFlow{id: " + someID + ", state: choose_method}", `{"id":"` + someID + `","state":"choose_method"}`},
		"an unknown state":           {kratos.Identity{State: "s3cret"}, "Identity", `"Identity"`},
		"a method":                   {kratos.LoginPassword{Identifier: "ada@example.com"}, "LoginPassword", `"LoginPassword"`},
		"a submission":               {kratos.Submission{"password": "x"}, "Submission", `"Submission"`},
		"a list of steps":            {kratos.ContinueWithList{{Action: kratos.ContinueShowSettingsUI}, {Action: "x"}}, "[ContinueWith{action: show_settings_ui} ContinueWith]", `"[ContinueWith{action: show_settings_ui} ContinueWith]"`},
		"an error":                   {failure, failure.Error(), fmt.Sprintf("%q", failure.Error())},
		"an error by value":          {*failure.(*kratos.Error), failure.Error(), fmt.Sprintf("%q", failure.Error())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
				t.Run(verb, func(t *testing.T) {
					if got := fmt.Sprintf(verb, tc.v); got != tc.text {
						t.Errorf("got %s, want %s", got, tc.text)
					}
				})
			}
			if got := logged(jsonHandler, func(l *slog.Logger) { l.Info("m", "v", tc.v) }); !strings.HasSuffix(got, `"v":`+tc.json+"}\n") {
				t.Errorf("got %s, want %s", got, tc.json)
			}
		})
	}
}

// gen.MarshalBody writes a body with its secrets, as it is sent.
func TestBodiesAreSentWithTheirSecrets(t *testing.T) {
	t.Parallel()
	asData, sent := data(t), 0
	for name, v := range exportedTypes() {
		typ := reflect.TypeOf(v).Elem()
		if _, redacts := v.(json.Marshaler); !strings.HasPrefix(name, "gen.") || strings.HasSuffix(name, "Params") || !redacts || asData[typ] {
			continue
		}
		plant(reflect.ValueOf(v).Elem(), 0)
		text, err := gen.MarshalBody(reflect.ValueOf(v).Elem().Interface())
		again := reflect.New(typ)
		if err != nil || json.Unmarshal(text, again.Interface()) != nil {
			t.Errorf("%s: %v: %s", name, err, text)
			continue
		}
		sent++
		if !reflect.DeepEqual(again.Interface(), v) {
			t.Errorf("%s: a member is lost: %s", name, text)
		}
		if other, err := gen.MarshalBody(v); err != nil || string(other) != string(text) {
			t.Errorf("%s: a pointer to it is sent as %s", name, other)
		}
	}
	patch := gen.JSONPatchDocument{{Op: "add", Path: "/traits/x", Value: canary}}
	if text, err := gen.MarshalBody(patch); err != nil || string(text) != `[{"op":"add","path":"/traits/x","value":"`+canary+`"}]` {
		t.Errorf("got %s, %v", text, err)
	}
	t.Logf("%d types of bodies", sent)
	if sent < 30 {
		t.Error("these are too few")
	}
}
