package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// goPackage is what there is to know of a package's types without compiling it.
type goPackage struct {
	order   []string // of the declarations
	types   map[string]*ast.TypeSpec
	methods map[string]map[string]bool // by type; of values and pointers
	enums   map[string][]enumValue
}

type enumValue struct{ name, value string }

// field is a field of a struct.
type field struct {
	name     string
	typ      ast.Expr
	tag      reflect.StructTag
	embedded bool
}

// unlogged reports whether the contract keeps a member out of logs.
func (f field) unlogged() bool { return f.tag.Get("log") == "-" }

// key is the name of a field in logs: its name in JSON, or that in Go.
func (f field) key() string {
	if name, _, _ := strings.Cut(f.tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return f.name
}

// parsePackage reads the Go files of a folder, without tests and without what this command wrote.
func parsePackage(dir string) (*goPackage, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	p := &goPackage{types: map[string]*ast.TypeSpec{}, methods: map[string]map[string]bool{}, enums: map[string][]enumValue{}}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == generatedFile {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if err := p.add(decl); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if len(p.types) == 0 {
		return nil, fmt.Errorf("%s has no Go types", dir)
	}
	return p, nil
}

func (p *goPackage) add(decl ast.Decl) error {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			return nil
		}
		on := baseName(decl.Recv.List[0].Type)
		if p.methods[on] == nil {
			p.methods[on] = map[string]bool{}
		}
		p.methods[on][decl.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				p.order = append(p.order, spec.Name.Name)
				p.types[spec.Name.Name] = spec
			case *ast.ValueSpec:
				if decl.Tok == token.CONST {
					if err := p.addConstants(spec); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// addConstants notes the values of an enum.
func (p *goPackage) addConstants(spec *ast.ValueSpec) error {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok {
		return nil
	}
	for i, value := range spec.Values {
		literal, ok := value.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			return err
		}
		p.enums[typ.Name] = append(p.enums[typ.Name], enumValue{spec.Names[i].Name, text})
	}
	return nil
}

// fields returns the fields of a type, if it is a struct.
func (p *goPackage) fields(name string) (fields []field, isStruct bool) {
	spec := p.types[name]
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
			text, _ := strconv.Unquote(f.Tag.Value) // the parser has seen that it is a literal
			tag = reflect.StructTag(text)
		}
		if len(f.Names) == 0 {
			fields = append(fields, field{baseName(f.Type), f.Type, tag, true})
		}
		for _, name := range f.Names {
			fields = append(fields, field{name.Name, f.Type, tag, false})
		}
	}
	return fields, true
}

// resolve returns the type that an alias stands for, and any other type itself.
func (p *goPackage) resolve(typ ast.Expr) ast.Expr {
	for {
		name, ok := typ.(*ast.Ident)
		if !ok || p.types[name.Name] == nil || !p.types[name.Name].Assign.IsValid() {
			return typ
		}
		typ = p.types[name.Name].Type
	}
}

// baseName is the name of the type that a type is made of: T for *T, []T, map[K]T, T[F] and p.T.
func baseName(typ ast.Expr) string {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name
	case *ast.StarExpr:
		return baseName(typ.X)
	case *ast.ArrayType:
		return baseName(typ.Elt)
	case *ast.MapType:
		return baseName(typ.Value)
	case *ast.IndexExpr:
		return baseName(typ.X)
	case *ast.IndexListExpr:
		return baseName(typ.X)
	case *ast.SelectorExpr:
		return typ.Sel.Name
	}
	return ""
}
