// Package source parses Go packages and the effective spec for code generators. It does not compile
// the packages, because they may not compile before the code is generated.
package source

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Package has the declarations of a Go package.
type Package struct {
	Order     []string // the names of types, in order of declaration
	Types     map[string]*ast.TypeSpec
	Methods   map[string]map[string]bool // by type, with value and pointer receivers
	Docs      map[string]string          // the comments of types
	Constants map[string][]Constant      // by declared type
	Declared  map[string]bool            // all package-level names
}

// Constant is a constant whose value is a literal.
type Constant struct {
	Name  string
	Value *ast.BasicLit
}

// Text returns the value of a string constant.
func (c Constant) Text() (text string, isString bool) {
	if c.Value.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(c.Value.Value)
	return text, err == nil
}

// Field is a field of a struct.
type Field struct {
	Name     string
	Type     ast.Expr
	Tag      reflect.StructTag
	Doc      string
	Embedded bool
}

// Key returns the JSON name of a field, or its Go name if it has none.
func (f Field) Key() string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return f.Name
}

// Parse parses the Go files of a folder, except tests and the files without.
func Parse(dir string, without ...string) (*Package, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Types: map[string]*ast.TypeSpec{}, Methods: map[string]map[string]bool{}, Docs: map[string]string{},
		Constants: map[string][]Constant{}, Declared: map[string]bool{},
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || slices.Contains(without, name) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			p.add(decl)
		}
	}
	if len(p.Types) == 0 {
		return nil, fmt.Errorf("%s has no Go types", dir)
	}
	return p, nil
}

func (p *Package) add(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			p.Declared[decl.Name.Name] = true
			return
		}
		on := BaseName(decl.Recv.List[0].Type)
		if p.Methods[on] == nil {
			p.Methods[on] = map[string]bool{}
		}
		p.Methods[on][decl.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				p.addType(spec, decl.Doc)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					p.Declared[name.Name] = true
				}
				if decl.Tok == token.CONST {
					p.addConstants(spec)
				}
			}
		}
	}
}

func (p *Package) addType(spec *ast.TypeSpec, doc *ast.CommentGroup) {
	if spec.Doc != nil {
		doc = spec.Doc
	}
	name := spec.Name.Name
	p.Order = append(p.Order, name)
	p.Types[name] = spec
	p.Docs[name] = doc.Text()
	p.Declared[name] = true
}

func (p *Package) addConstants(spec *ast.ValueSpec) {
	for i, value := range spec.Values {
		literal, isLiteral := value.(*ast.BasicLit)
		if typ, isNamed := spec.Type.(*ast.Ident); isLiteral && isNamed {
			p.Constants[typ.Name] = append(p.Constants[typ.Name], Constant{spec.Names[i].Name, literal})
		}
	}
}

// Fields returns the fields of a type, if it is a struct.
func (p *Package) Fields(name string) (fields []Field, isStruct bool) {
	spec := p.Types[name]
	if spec == nil {
		return nil, false
	}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil, false
	}
	for _, f := range s.Fields.List {
		var tag reflect.StructTag
		if f.Tag != nil {
			text, _ := strconv.Unquote(f.Tag.Value) // the parser checked that it is a literal
			tag = reflect.StructTag(text)
		}
		if len(f.Names) == 0 {
			fields = append(fields, Field{BaseName(f.Type), f.Type, tag, f.Doc.Text(), true})
		}
		for _, name := range f.Names {
			fields = append(fields, Field{name.Name, f.Type, tag, f.Doc.Text(), false})
		}
	}
	return fields, true
}

// Struct returns the name of the struct for a schema, ignoring case; "" if there is none.
func (p *Package) Struct(schema string) string {
	for _, name := range p.Order {
		if _, isStruct := p.Fields(name); isStruct && strings.EqualFold(name, schema) {
			return name
		}
	}
	return ""
}

// Resolve returns the aliased type of an alias, and any other type unchanged.
func (p *Package) Resolve(typ ast.Expr) ast.Expr {
	for {
		name, ok := typ.(*ast.Ident)
		if !ok || p.Types[name.Name] == nil || !p.Types[name.Name].Assign.IsValid() {
			return typ
		}
		typ = p.Types[name.Name].Type
	}
}

// BaseName returns the name of an element type: T for *T, []T, map[K]T, T[F] and p.T.
func BaseName(typ ast.Expr) string {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name
	case *ast.StarExpr:
		return BaseName(typ.X)
	case *ast.ArrayType:
		return BaseName(typ.Elt)
	case *ast.MapType:
		return BaseName(typ.Value)
	case *ast.IndexExpr:
		return BaseName(typ.X)
	case *ast.IndexListExpr:
		return BaseName(typ.X)
	case *ast.SelectorExpr:
		return typ.Sel.Name
	}
	return ""
}
