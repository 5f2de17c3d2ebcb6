package kratosgo

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page for users of kratos-client-go names each operation once, with methods that exist.
func TestMigrationTableIsComplete(t *testing.T) {
	t.Parallel()
	page := read(t, "MIGRATING.md")
	if lines := strings.Count(page, "\n"); lines > 150 {
		t.Errorf("MIGRATING.md has %d lines, more than 150", lines)
	}
	if !strings.Contains(read(t, "README.md"), "(MIGRATING.md)") {
		t.Error("the README has no link to MIGRATING.md")
	}
	var want []string
	for _, methods := range readSpec(t).Paths {
		for _, op := range methods {
			want = append(want, strings.ToUpper(op.OperationID[:1])+op.OperationID[1:])
		}
	}
	got, missing := migrationTable(page, read(t, filepath.Join("testdata", "doc", "kratos.txt")))
	for _, op := range want {
		if count := got[op]; count != 1 {
			t.Errorf("%s is in %d rows of the table", op, count)
		}
	}
	for _, op := range sorted(got) {
		if !slices.Contains(want, op) {
			t.Errorf("%s is not an operation", op)
		}
	}
	for _, name := range missing {
		t.Errorf("%s is not in testdata/doc/kratos.txt", name)
	}
}

// What is wrong with a page is found.
func TestMigrationTable(t *testing.T) {
	t.Parallel()
	const doc = "type Client struct {\n\tLogin FlowClient[A, B, C]\n}\n    Client calls Kratos.\n\n" +
		"func (m Client) Whoami(ctx context.Context)\n\nfunc (f FlowClient[F, M, P]) Start(ctx context.Context)\n\n" +
		"func Traits[T any](identity I)\n\n\tErrCSRF = errors.New(\"csrf\")\n\ntype Error struct {\n\tID string\n}\n"
	for name, tc := range map[string]struct {
		page       string
		operations map[string]int
		missing    []string
	}{
		"methods, fields, functions and errors exist": {
			"| `ToSession` | `Client.Whoami`, `Client.Login.Start` |\n`kratos.Traits[T](i)`, `ErrCSRF`, `Error.ID`\n", map[string]int{"ToSession": 1}, nil,
		},
		"an operation is listed twice":         {"| `GetVersion` | no |\n| `GetVersion`, `IsAlive` | no |\n", map[string]int{"GetVersion": 2, "IsAlive": 1}, nil},
		"a method is missing":                  {"| `ToSession` | `Client.Who` |\n", map[string]int{"ToSession": 1}, []string{"Client.Who"}},
		"a method of a flow is missing":        {"`Client.Login.Stop`\n", map[string]int{}, []string{"Client.Login.Stop"}},
		"a flow is missing":                    {"`Client.Logon.Start`\n", map[string]int{}, []string{"Client.Logon.Start"}},
		"a field is missing":                   {"`Error.Id`\n", map[string]int{}, []string{"Error.Id"}},
		"a function is missing":                {"`kratos.Trait(i)`\n", map[string]int{}, []string{"kratos.Trait"}},
		"an error is missing":                  {"`ErrCSR`\n", map[string]int{}, []string{"ErrCSR"}},
		"names of the old client do not count": {"`client.LoginFlow`, `ListIdentities(ctx).PageSize(100).Execute()`\n", map[string]int{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operations, missing := migrationTable(tc.page, doc)
			if len(operations) != len(tc.operations) {
				t.Errorf("operations %v, want %v", operations, tc.operations)
			}
			for op, count := range tc.operations {
				if operations[op] != count {
					t.Errorf("operations %v, want %v", operations, tc.operations)
				}
			}
			if !slices.Equal(missing, tc.missing) {
				t.Errorf("missing %q, want %q", missing, tc.missing)
			}
		})
	}
}

var (
	operationCell = regexp.MustCompile("^\\| ((?:`\\w+`(?:, | ))+)")
	namedInCode   = regexp.MustCompile("`((?:Client|Browser|Admin|FlowClient|FlowResult|Error|Session)\\.\\w+(?:\\.\\w+)?|Err[A-Z]\\w*|With[A-Z]\\w*)|\\b(kratos\\.[A-Z]\\w*)")
)

// migrationTable returns the operations in the first column of the page's tables, with the number
// of rows, and the names in the page that the documentation of package kratos lacks.
func migrationTable(page, doc string) (operations map[string]int, missing []string) {
	operations = map[string]int{}
	for line := range strings.Lines(page) {
		if cell := operationCell.FindStringSubmatch(line); cell != nil && !strings.Contains(cell[1], "API`") {
			for _, op := range strings.FieldsFunc(cell[1], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
				operations[op]++
			}
		}
	}
	prose := regexp.MustCompile("(?s)```sh.*?```").ReplaceAllString(page, "")
	for _, match := range namedInCode.FindAllStringSubmatch(prose, -1) {
		if name := match[1] + match[2]; !documented(doc, name) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return operations, missing
}

// documented reports whether the documentation has a name, such as ErrCSRF, kratos.Traits,
// Client.Whoami, Error.ID or Client.Login.Start.
func documented(doc, name string) bool {
	parts := strings.Split(strings.TrimPrefix(name, "kratos."), ".")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	has := func(pattern string) bool { return regexp.MustCompile(`(?m)` + pattern).MatchString(doc) }
	switch len(parts) {
	case 1:
		return has(`^(func |type |\t)` + parts[0] + `\b`)
	case 2:
		return has(`^func \(\w+ \*?`+parts[0]+`(\[[^\]]*\])?\) `+parts[1]+`\(`) ||
			has(`^type `+parts[0]+`(\[[^\]]*\])? struct \{\n(\t.*\n|\n)*?\t`+parts[1]+` `) ||
			has(`^type `+parts[0]+` = gen\.\w+\n(\s{4}.*\n|\n)*?\s{8}.*\b`+parts[1]+`\b`)
	}
	return has(`^type `+parts[0]+` struct \{\n(\t.*\n|\n)*?\t`+parts[1]+` FlowClient\[`) &&
		has(`^func \(\w+ FlowClient\[[^\]]*\]\) `+parts[2]+`\(`)
}
