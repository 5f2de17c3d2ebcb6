package cli

import (
	"context"
	"regexp"
	"strings"
)

// argsKey is the key of the arguments of the command in its context.
type argsKey struct{}

// plainArgument is an argument that shells take as it is.
var plainArgument = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// rerun returns the command line that continues a command, for a POSIX shell.
func rerun(ctx context.Context, more ...string) string {
	args, _ := ctx.Value(argsKey{}).([]string)
	line := []string{"kratosctl"}
	for _, arg := range append(args[:len(args):len(args)], more...) {
		if !plainArgument.MatchString(arg) {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		line = append(line, arg)
	}
	return strings.Join(line, " ")
}
