# Commands for users and CI. `make help` lists them.

GO      ?= go
# The modules with Go code. e2e/kratos has no code, only the versions of the dependencies of Kratos.
MODULES := . wrappers/validate wrappers/sessions/redis wrappers/throttle/redis cmd/kratosctl tools e2e bench examples/cli examples/frameworks examples/hooks examples/otel
ALL     := $(MODULES) e2e/kratos

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: quickstart
quickstart: compiler ## Build and start Kratos; register, verify and log in a user with examples/quickstart.
	@$(GO) -C e2e build -o "$(CURDIR)/.bin/" ./cmd/quickstart
	@exec .bin/quickstart

.PHONY: kratos
kratos: compiler ## Build and start Kratos on ports 4433 and 4434, and print the emails that it sends.
	@$(GO) -C e2e build -o "$(CURDIR)/.bin/" ./cmd/quickstart
	@exec .bin/quickstart -serve -public-port 4433 -admin-port 4434

.PHONY: ui
ui: compiler ## Build and start Kratos and the website examples/selfservice-ui, and show emails on a page.
	@$(GO) -C e2e build -o "$(CURDIR)/.bin/" ./cmd/quickstart
	@exec .bin/quickstart -ui

.PHONY: generate
generate: ## Generate gen/, and wrappers/*/zz_generated_*.go, from api/.
	$(GO) generate ./...

.PHONY: spec
spec: export FROM := $(FROM)
spec: export VERSION := $(VERSION)
spec: ## Import a version of the API: make spec FROM=<file or URL of the published JSON> VERSION=<tag>.
	@$(GO) run -C tools ./api spec "$$FROM" "$$VERSION"

.PHONY: messages
messages: export FROM := $(FROM)
messages: ## List messages that api/messages.yaml lacks: make messages FROM=<file or URL of text/id.go of Kratos>.
	@$(GO) run -C tools ./api messages "$$FROM"

.PHONY: version
version: export VERSION := $(VERSION)
version: ## Make the published modules require a version of each other: make version VERSION=v0.2.0.
	@$(GO) run -C tools ./api version "$$VERSION"
	@set -e; for m in $(MODULES); do GO="$(GO)" tools/tidy.sh $$m; done

.PHONY: record
record: export PUBLIC := $(PUBLIC)
record: export ADMIN := $(ADMIN)
record: export TO := $(TO)
record: ## Record requests to a running Kratos: make record PUBLIC=<URL> ADMIN=<URL> TO=<file>.
	@$(GO) -C tools build -o "$(CURDIR)/.bin/" ./api
	@cd tools && exec ../.bin/api record "$$PUBLIC" "$$ADMIN" "$$TO"

# Tests of tools read files of the root module, which are not part of the key of cached test results;
# tools have no goroutines that the race detector would see. Most tests in e2e wait for Kratos.
.PHONY: test
test: compiler ## Run all tests, also against a real Kratos, and print which flows are covered. KRATOS_BINARY=<path>: that Kratos.
	@set -e; for m in $(filter-out e2e,$(MODULES)); do echo "== test $$m"; \
	  flags=-race; test $$m != tools || flags=-count=1; \
	  $(GO) -C $$m test $$flags -timeout 20m ./...; done
	@echo "== test e2e"; mkdir -p .bin; MATRIX="$(CURDIR)/.bin/matrix.txt" $(GO) -C e2e test -race -count=1 -parallel 4 -timeout 20m ./...
	@cat .bin/matrix.txt

# These tests have a build tag of their own, so that go test ./... needs no Redis, and skips nothing.
.PHONY: test-redis
test-redis: compiler ## Test sessions and throttle in a real Redis, which the tests start, also under load with a real Kratos.
	@command -v redis-server >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server; \
	  else \
	    echo "No redis-server: on Debian and Ubuntu, run apt-get install redis-server" >&2; exit 1; \
	  fi; }
	@$(GO) -C wrappers/sessions/redis test -race -count=1 -timeout 10m -tags redis ./...
	@$(GO) -C wrappers/throttle/redis test -race -count=1 -timeout 10m -tags redis ./...
	@$(GO) -C e2e test -race -count=1 -timeout 10m -tags redis -run 'WithRedis$$' .

# The browser tests have a build tag of their own, too. npm fetches axe-core, whose checksum is compared.
AXE     := axe-core-4.14.1
AXE_SUM := 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
BROWSER_TEST = AXE="$(CURDIR)/.bin/$(AXE).js" MATRIX="$(CURDIR)/.bin/browser.txt" SCREENSHOTS="$(CURDIR)/.bin/screenshots" \
  $(GO) -C e2e test -count=1 -timeout 30m

.PHONY: test-browser
test-browser: compiler .bin/$(AXE).js ## Test Kratos' pages in Chromium, and print what was tried. Screenshots are in .bin/screenshots.
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	  else \
	    echo "No Chromium: on Debian, run apt-get install chromium, or set CHROMIUM to its path" >&2; exit 1; \
	  fi; }
	@rm -rf .bin/screenshots .bin/browser.txt; $(BROWSER_TEST) -tags browser ./browser; status=$$?; cat .bin/browser.txt; exit $$status

.bin/$(AXE).js:
	@command -v npm >/dev/null || { echo "No npm, which fetches $(AXE): on Debian and Ubuntu, run apt-get install npm" >&2; exit 1; }
	@mkdir -p .bin && cd .bin && npm pack --silent axe-core@$(AXE:axe-core-%=%) >/dev/null
	@cd .bin && echo "$(AXE_SUM)  $(AXE).tgz" | sha512sum -c --quiet && tar -xzOf $(AXE).tgz package/axe.min.js >$(AXE).tmp && mv $(AXE).tmp $(AXE).js && rm $(AXE).tgz

# Long tests have the build tag full, which go -C tools test -tags full sets, too.
.PHONY: test-full
test-full: test test-redis test-browser ## Run all tests, and long ones: all round trips of the contract, three minutes of load, larger imports, a hook that hangs, all views of the pages.
	@echo "== test tools, full"; $(GO) -C tools test -tags full -count=1 -timeout 60m ./...
	@echo "== test e2e, three minutes of load"; LOAD_SECONDS=180 $(GO) -C e2e test -tags redis -count=1 -timeout 20m -v -run 'TestSessionsUnderLoad' .
	@echo "== test e2e, imports of 10,000"; BULK_ITEMS=10000 $(GO) -C e2e test -count=1 -timeout 20m -v -run 'TestBulk' .
	@echo "== test e2e, a hook that hangs"; HOOK_SECONDS=120 $(GO) -C e2e test -count=1 -timeout 10m -v -run 'TestHookReceiverThatHangs' .
	@echo "== test e2e/browser, all views"; $(BROWSER_TEST) -tags browser,full -run 'TestMatrix' ./browser
	@cat .bin/browser.txt

.PHONY: bench
bench: compiler ## Benchmark the SDK, kratos-client-go, oapi-codegen, ogen and net/http, on each Go version.
	@$(GO) -C bench build -o "$(CURDIR)/.bin/" .
	@cd bench && exec ../.bin/bench

.PHONY: check
check: compiler ## Check generated code, spec, overlays, modules and formatting; run vet and staticcheck.
	@echo "== generated code is up to date"
	@set -e; old=$$(mktemp -d); trap 'rm -rf "$$old"' EXIT; cp -R gen wrappers "$$old"; rm -rf gen wrappers/*/zz_generated_*.go; \
	  $(GO) generate ./... || { rm -rf gen; cp -R "$$old/gen" "$$old/wrappers" .; exit 1; }; \
	  diff -r "$$old/gen" gen && diff -r "$$old/wrappers" wrappers || { echo "gen/ or wrappers/*/zz_generated_*.go was out of date, and was generated again: commit it"; exit 1; }
	@$(GO) run -C tools ./wrap -strict
	@echo "== spec"
	@$(GO) run -C tools ./api check
	@echo "== changes since the last release of each module"
	@$(GO) run -C tools ./api release
	@set -e; for m in $(ALL); do echo "== tidy $$m"; GO="$(GO)" tools/tidy.sh $$m -diff; done
	@echo "== gofmt"
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; }
	@set -e; for m in $(MODULES); do echo "== vet $$m"; $(GO) -C $$m vet ./...; done
	@$(GO) -C tools build -o "$(CURDIR)/.bin/" honnef.co/go/tools/cmd/staticcheck
	@set -e; for m in $(MODULES); do echo "== staticcheck $$m"; (cd $$m && "$(CURDIR)/.bin/staticcheck" ./...); done
	@set -e; for m in wrappers/sessions/redis wrappers/throttle/redis; do $(GO) -C $$m vet -tags redis ./...; \
	  (cd $$m && "$(CURDIR)/.bin/staticcheck" -tags redis ./...); done
	@$(GO) -C e2e vet -tags browser,full ./browser
	@cd e2e && "$(CURDIR)/.bin/staticcheck" -tags browser ./browser
	@echo "== all checks passed"

# The race detector and Kratos' SQLite need a C compiler, which root on Debian installs.
.PHONY: compiler
compiler:
	@command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq gcc libc6-dev; \
	  else \
	    echo "No C compiler: on Debian and Ubuntu, run apt-get install gcc libc6-dev" >&2; exit 1; \
	  fi; }
