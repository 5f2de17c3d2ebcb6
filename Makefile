# What users and CI run. `make help` lists the targets.

GO      ?= go
# Modules with Go code of ours; e2e/kratos holds no code, only the versions that a Kratos is built from.
MODULES := . wrappers/validate tools e2e bench examples/otel
ALL     := $(MODULES) e2e/kratos

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: quickstart
quickstart: compiler ## Build and start a Kratos, and register, verify and log in a person with examples/quickstart.
	@$(GO) -C e2e build -o "$(CURDIR)/.bin/" ./cmd/quickstart
	@exec .bin/quickstart

.PHONY: kratos
kratos: compiler ## Build and start a Kratos on ports 4433 and 4434 to play with, and print the mails it sends.
	@$(GO) -C e2e build -o "$(CURDIR)/.bin/" ./cmd/quickstart
	@exec .bin/quickstart -serve -public-port 4433 -admin-port 4434

.PHONY: generate
generate: ## Make all of gen/, and what is generated in wrappers/, from api/.
	$(GO) generate ./...

.PHONY: spec
spec: export FROM := $(FROM)
spec: export VERSION := $(VERSION)
spec: ## Take a new version of the API in: make spec FROM=<file or URL of Kratos' published JSON> VERSION=<its tag>.
	@$(GO) run -C tools ./api spec "$$FROM" "$$VERSION"

.PHONY: version
version: ## Let the published modules require the version that is about to be tagged: make version VERSION=v0.2.0.
	@$(GO) -C wrappers/validate mod edit -require=github.com/kratoskit/kratos-go@$(VERSION)
	@set -e; for m in wrappers/validate e2e bench; do $(GO) -C $$m mod tidy; done

.PHONY: record
record: export PUBLIC := $(PUBLIC)
record: export ADMIN := $(ADMIN)
record: export TO := $(TO)
record: ## Record a Kratos that runs: make record PUBLIC=<its public URL> ADMIN=<its admin URL> TO=<file>.
	@$(GO) run -C tools ./api record "$$PUBLIC" "$$ADMIN" "$$TO"

# Tests of tools read files of the root module, which go test does not look at when it asks whether a result is still true.
.PHONY: test
test: compiler ## Run all tests, those against a real Kratos included, and show what of the flows these cover.
	@set -e; for m in $(filter-out e2e,$(MODULES)); do echo "== test $$m"; \
	  count=; test $$m != tools || count=-count=1; \
	  $(GO) -C $$m test -race $$count -timeout 20m ./...; done
	@echo "== test e2e"; mkdir -p .bin; MATRIX="$(CURDIR)/.bin/matrix.txt" $(GO) -C e2e test -race -count=1 -timeout 20m ./...
	@cat .bin/matrix.txt

.PHONY: bench
bench: compiler ## Measure this SDK beside kratos-client-go, oapi-codegen, ogen and bare net/http, on each Go version.
	@$(GO) -C bench build -o "$(CURDIR)/.bin/" .
	@cd bench && exec ../.bin/bench

.PHONY: check
check: compiler ## Check generated code, spec, overlays, modules, formatting, and what vet and staticcheck find.
	@echo "== generated code is current"
	@set -e; old=$$(mktemp -d); trap 'rm -rf "$$old"' EXIT; cp -R gen wrappers "$$old"; rm -rf gen wrappers/*/zz_generated_*.go; \
	  $(GO) generate ./... || { rm -rf gen; cp -R "$$old/gen" "$$old/wrappers" .; exit 1; }; \
	  diff -r "$$old/gen" gen && diff -r "$$old/wrappers" wrappers || { echo "gen/ or wrappers/*/zz_generated_*.go was not what 'make generate' makes of api/; it is now: commit it"; exit 1; }
	@echo "== spec"
	@$(GO) run -C tools ./api check
	@echo "== changes since the last release of each module"
	@$(GO) run -C tools ./api release
	@set -e; for m in $(ALL); do echo "== tidy $$m"; $(GO) -C $$m mod tidy -diff; done
	@echo "== gofmt"
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; }
	@set -e; for m in $(MODULES); do echo "== vet $$m"; $(GO) -C $$m vet ./...; done
	@$(GO) -C tools build -o "$(CURDIR)/.bin/" honnef.co/go/tools/cmd/staticcheck
	@set -e; for m in $(MODULES); do echo "== staticcheck $$m"; (cd $$m && "$(CURDIR)/.bin/staticcheck" ./...); done
	@echo "== all checks passed"

# The race detector and Kratos' SQLite need a C compiler. A fresh Debian machine gets one if it may.
.PHONY: compiler
compiler:
	@command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq gcc libc6-dev; \
	  else \
	    echo "A C compiler is needed: on Debian and Ubuntu, apt-get install gcc libc6-dev" >&2; exit 1; \
	  fi; }
