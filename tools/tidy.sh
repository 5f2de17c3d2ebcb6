#!/bin/sh
# tidy.sh MODULE [-diff] runs go mod tidy for a module. A command has the replacements for work in this
# repository in go.work, because go install takes no module that has them in go.mod; go mod tidy does
# not read go.work, so it works on a copy of go.mod with the replacements.
set -eu
module=$1
shift
go=${GO:-go}
if [ ! -f "$module/go.work" ]; then
	exec "$go" -C "$module" mod tidy "$@"
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
sed -n '/^replace (/,/^)/p' "$module/go.work" | cat "$module/go.mod" - >"$copy/go.mod"
cp "$module/go.sum" "$copy/go.sum"
GOWORK=off "$go" -C "$module" mod tidy -modfile="$copy/go.mod" "$@"
if [ "${1-}" != -diff ]; then
	sed '/^replace (/,/^)/d' "$copy/go.mod" >"$module/go.mod"
	cp "$copy/go.sum" "$module/go.sum"
	"$go" -C "$module" mod edit -fmt
fi
