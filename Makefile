# Drover. `make` lists the targets.

STEPS        := validate shifttraffic updateregistry promotedatabase verifyhealth notify api lever
SCENARIO     ?= region-outage
ASSEMBLY     ?=
FUZZTIME     ?= 60s

# The same source and the same flags for the Lambdas that are deployed (linux/arm64) and those of the drill (this
# machine). -trimpath, an empty build id and no VCS stamp make the binaries reproducible; lambda.norpc leaves out the
# retired RPC mode.
LAMBDA_BUILD := CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -buildvcs=false -ldflags "-s -w -buildid="
LAMBDA_CODE  := $(shell find lambdas internal -name '*.go' -not -name '*_test.go') internal/release/VERSION go.mod go.sum
DROVER_CODE  := $(shell find statemachine internal -type f -not -name '*_test.go' -not -path '*/testdata/*') go.mod go.sum

HOST_LAMBDAS := $(STEPS:%=dist/host/%/bootstrap)
ARM_LAMBDAS  := $(STEPS:%=dist/arm64/%/bootstrap)

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: drill
drill: host ## play a disaster on the AWS simulator (SCENARIO=region-outage, ASSEMBLY=cdk.out)
	@bin/drover drill $(SCENARIO) $(if $(ASSEMBLY),--assembly "$(ASSEMBLY)")

.PHONY: host
host: bin/drover $(HOST_LAMBDAS) ## build the command line, and the Lambdas for this machine

.PHONY: build
build: $(ARM_LAMBDAS) ## build the Lambdas for deployment (linux/arm64) in dist/arm64

# Without cgo, as the Lambdas, so that the packages that both need are compiled once: a third off the first build.
bin/drover: $(DROVER_CODE)
	CGO_ENABLED=0 go build -trimpath -o $@ ./statemachine/cmd/drover

dist/host/%/bootstrap: $(LAMBDA_CODE)
	@mkdir -p $(@D)
	$(LAMBDA_BUILD) -o $@ ./lambdas/$*/bootstrap

dist/arm64/%/bootstrap: $(LAMBDA_CODE)
	@mkdir -p $(@D)
	GOOS=linux GOARCH=arm64 $(LAMBDA_BUILD) -o $@ ./lambdas/$*/bootstrap

.PHONY: test
test: host check ## run everything: vet, static checks, unit, definition, template and golden-drill tests
	go test -timeout 40m ./...

.PHONY: check
check: ## vet, format and static checks, and that modules are what go.sum says
	go vet ./...
	@unformatted=$$(find infra internal lambdas statemachine -name node_modules -prune -o -name '*.go' -exec gofmt -l {} +); test -z "$$unformatted" || { echo "not formatted: $$unformatted; type: gofmt -w $$unformatted"; exit 1; }
	go tool staticcheck ./...
	go mod verify

# The linter is the one of .github/lint.sum, apart from go.mod, and is built by the first make lint: it takes minutes.
.PHONY: lint
lint: ## more static checks, those of .golangci.yml
	go tool -modfile=.github/lint.mod golangci-lint run

# Everything but infra: the CDK app is one goroutine around a Node process. -short leaves out what measures memory, which
# the race detector multiplies, and plays of scenarios with a guard taken out, which run the same code as those with it.
RACE         := ./internal/... ./lambdas/... ./statemachine/...
RACE_TIMEOUT ?= 60m

.PHONY: race
race: need-cgo host ## test with the race detector everything but infra (needs a C compiler; RACE=./packages/...)
	CGO_ENABLED=1 go test -race -short -timeout $(RACE_TIMEOUT) $(RACE)

.PHONY: need-cgo
need-cgo:
	@command -v $$(go env CC | cut -d ' ' -f 1) >/dev/null || { echo "The race detector needs cgo, and that needs a C compiler; there is no $$(go env CC) here. Install gcc or clang and try again. (make test needs neither.)"; exit 1; }

# Over so many situations make bench plays the simulation and measures the memory that is live.
SITUATIONS ?= 5000

.PHONY: bench
bench: host build ## measure cold starts, zip sizes, drills, the AWS simulator and the simulation, beside their baselines (SITUATIONS=5000)
	go test -run '^$$' -bench . -benchtime 1x ./statemachine/lambdahost
	go test -run '^$$' -bench . -benchtime 1x ./statemachine/drills
	go test -run '^$$' -bench . -benchmem ./statemachine/fakeaws/...
	go test -timeout 0 -count=1 -run 'TestSpeed|TestMemoryStaysFlat' -v ./statemachine/sim -measured $(SITUATIONS)

# The reference of JSONata is the version that AWS documents. What it says is checked in, so that make test needs no Node.
JSONATA := dist/jsonata/node_modules/jsonata
$(JSONATA):
	@command -v npm >/dev/null || { echo "The reference of JSONata needs Node: install it from nodejs.org and try again. (make test needs Go alone.)"; exit 1; }
	npm install --prefix dist/jsonata --ignore-scripts --no-audit --no-fund jsonata@2.0.6

.PHONY: jsonata
jsonata: $(JSONATA) ## compare expressions with jsonata 2.0.6, and record its results anew (needs Node; DRILLS=1: plays all drills, too)
	DROVER_JSONATA=$(CURDIR)/$(JSONATA) go test -timeout 60m ./statemachine/asl -run Reference -update $(if $(DRILLS),-record)
	DROVER_JSONATA=$(CURDIR)/$(JSONATA) go test ./statemachine/asl/jsonata -run Reference -update

# It reads only, and writes what WRITE names: WRITE="-zone ID -table NAME -topic ARN -machine ARN -metrics".
.PHONY: contract
contract: ## ask the AWS simulator, or your account (AWS=1), whether the assumptions of docs/fidelity.md hold
	@mkdir -p bin
	go test -c -o bin/contract ./statemachine/contract
	@bin/contract -test.run '^TestContract$$' -print $(if $(AWS),-aws $(WRITE))

.PHONY: second-opinion
second-opinion: ## drive the AWS simulator with boto3 and compare it with moto (needs python3 with boto3 and moto)
	go test -count=1 -v ./statemachine/fakeaws/secondopinion

RUNS ?= 1000
SEED ?= 1

# What is wrong is written to dist/sim, as small as it can be, as a scenario that drover drill plays.
.PHONY: sim
sim: bin/drover ## play situations that are drawn from a seed, and defects (RUNS=1000 SEED=1; EXHAUSTIVE=SCENARIO, 1 for all of them, or pairs: every call fails)
	go test -timeout 0 -count=1 ./statemachine/sim -v -run $(if $(EXHAUSTIVE),EveryCallFails -exhaustive $(EXHAUSTIVE),'TestSimulation|Defects' -defects -runs $(RUNS) -seed $(SEED))

# The tests run the seeds of every fuzz test; this searches for more. What is found stays under testdata/fuzz as a seed.
.PHONY: fuzz
fuzz: ## fuzz everything that reads text from outside, each for a minute (FUZZTIME=60s)
	@grep -rlE '^func Fuzz' --include='*_test.go' infra internal lambdas statemachine | sort | while read -r file; do \
	  for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]+)\(.*/\1/p' "$$file"); do \
	    echo "$$(dirname "$$file") $$target"; \
	    go test "./$$(dirname "$$file")" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	  done; \
	done

.PHONY: compat
compat: host ## play all scenarios with the functions and stacks of the release before, in one Region and in both
	DROVER_COMPAT=all go test -timeout 60m -run Compat ./statemachine/drills

.PHONY: golden
golden: ## rewrite the golden files, in the order in which they depend on each other; commit only what you understand
	go test ./statemachine/schema -update
	go test ./infra -update
	go test ./statemachine -update
	go test ./statemachine/drills -update
	go test ./statemachine/cmd/drover -update

.PHONY: synth
synth: need-node build ## synthesize the stacks of both Regions into cdk.out
	CDK_OUTDIR=cdk.out go run ./infra

# The CDK's command line is the one of the lock file, by its hash; no script of a package runs.
CDK := infra/node_modules/.bin/cdk
$(CDK): infra/package.json infra/package-lock.json
	npm ci --prefix infra --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: cdk
cdk: need-node $(CDK) ## install the CDK's command line, in infra/node_modules

.PHONY: deploy
deploy: cdk synth bin/drover ## deploy to both Regions, primary first; shows what runs, and asks (FORCE=1: does not ask)
	bin/drover preflight deploy $(if $(FORCE),--force)
	$(CDK) deploy --app cdk.out --all $(if $(FORCE),--require-approval never)

.PHONY: destroy
destroy: cdk synth bin/drover ## remove the stacks; shows what runs and what stays, and asks (FORCE=1: does not ask)
	bin/drover preflight destroy $(if $(FORCE),--force)
	$(CDK) destroy --app cdk.out --all --force

# What a release consists of: the command line for each platform, its bill of materials, and the checksums of all of it.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
RELEASE   ?= dist/release
VERSION   ?= $(shell git describe --tags --always 2>/dev/null || echo unknown)
SBOM      := go tool -modfile=.github/tools.mod cyclonedx-gomod bin -json -std -noserial -notimestamp
SHA256    := $(shell command -v sha256sum >/dev/null && echo sha256sum || echo shasum -a 256)

.PHONY: release
release: $(PLATFORMS:%=release/%) ## build the command line for all platforms, with bills of materials and checksums
	cd $(RELEASE) && $(SHA256) drover-* > SHA256SUMS

release/%:
	@mkdir -p $(RELEASE)
	CGO_ENABLED=0 GOOS=$(*D) GOARCH=$(*F) go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" \
		-o $(RELEASE)/drover-$(*D)-$(*F) ./statemachine/cmd/drover
	$(SBOM) -version $(VERSION) -output $(RELEASE)/drover-$(*D)-$(*F).cdx.json $(RELEASE)/drover-$(*D)-$(*F)

.PHONY: need-node
need-node:
	@command -v node >/dev/null || { echo "The CDK needs Node 22 or newer: install it from nodejs.org and try again. (make drill needs Go alone.)"; exit 1; }

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist cdk.out
