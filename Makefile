# The two commands that matter: `make demo` and `make test`. Each does its own set-up and says what it is doing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
PYTHON ?= python3
RIE := $(VENV)/bin/aws-lambda-rie
# The proof of concept that `bench-lambda` compares with has what a function in Python has, and no more.
LAMBDA_PYTHON := $(VENV)/lambda
# The newest test tools need no newer pip; a version note on every run would only be noise.
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet

# What is written in JavaScript and in Python for authors of plugins, with tests of its own. The tests of the templates are in the suite `languages`,
# because a template is whole only as a new folder.
JAVASCRIPT := plugins/javascript examples/plugins/javascript
PYTHON_FOLDERS := plugins/python examples/plugins/python
# What builds plugins in both languages; the suites share it.
NODE_MODULES := examples/plugins/javascript/node_modules
COMPONENTIZE_PY := examples/plugins/python/.venv/bin/componentize-py

# Clippy's driver is the compiler with lints. In its place for our own crates, it spares a cold `make test` to build 400 dependencies a second time, only to
# be checked, of which EC2's client alone takes four minutes.
LINTING_CARGO := CLIPPY_ARGS=--deny__CLIPPY_HACKERY__warnings cargo --config 'build.rustc-workspace-wrapper="clippy-driver"'

comma := ,
say = @printf '\n\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: toolchain ## See it all on a simulated account (no AWS; about 9 minutes the first time, then seconds)
	$(call say,Building Quell without the AWS SDK)
	cargo build --locked --package quell --no-default-features
	$(call say,Playing the demo)
	@cargo run --locked --quiet --package quell --no-default-features -- demo

.PHONY: test
# The same made-up cases in every run, so that a red one is the work of a change; `make soak` plays others each time.
test: export PROPTEST_RNG_SEED ?= 20260101
# On two cores half of the time would be waited: for processes to start, for holds to end, for answers that come late on purpose.
test: export RUST_TEST_THREADS ?= 4
test: toolchain venv languages look ## Everything that CI runs
	$(call say,The JavaScript and Python that authors of plugins use)
	for folder in $(JAVASCRIPT); do (cd $$folder && node --test --test-reporter=dot); done
	for folder in $(PYTHON_FOLDERS); do (cd $$folder && $(abspath $(VENV))/bin/python -m unittest --quiet); done
	$(call say,Clippy$(comma) and unit$(comma) property$(comma) conformance and end-to-end tests)
	$(LINTING_CARGO) test --locked --workspace --no-run --message-format json-render-diagnostics \
		| $(PYTHON) tests/python/test_programs.py
	$(LINTING_CARGO) test --locked --workspace --doc
	$(call say,The build without AWS)
	@# Its dependencies are those that were just built: `aws-dependencies` gives them the same features.
	$(LINTING_CARGO) test --locked --no-run --workspace --no-default-features --features quell-tests/aws-dependencies --bin quell
	$(call say,All is well)

.PHONY: lint
lint: toolchain look ## Format, clippy, documentation, types, templates, licences, without a test
	$(call say,Clippy)
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	$(call say,Documentation)
	@# With the examples, of which there are none, the dependencies have the features that clippy just built them with.
	RUSTDOCFLAGS='--deny warnings' cargo doc --locked --workspace --no-deps --lib --examples --quiet

.PHONY: look
look: venv languages
	$(call say,Format)
	cargo fmt --all --check
	$(call say,Licences and sources of what is linked)
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --locked --offline check licenses bans sources; \
		else echo "left out: cargo-deny is not installed (cargo install --locked cargo-deny)"; fi
	$(call say,Types of the JavaScript)
	$(NODE_MODULES)/.bin/tsc --project plugins/javascript
	$(call say,Deployment templates)
	$(VENV)/bin/cfn-lint examples/deploy/*.yaml
	@# Where there is a systemd. 1.2 of 10 is what is exposed at most: the network, and what plugins' compiled code needs.
	@! command -v systemd-analyze >/dev/null \
		|| systemd-analyze security --offline=yes --threshold=12 --no-pager examples/deploy/quell.service | tail -1
	@# It warns of a key that it does not know, and only warns. It wants the program to be there.
	@! command -v systemd-analyze >/dev/null || { folder=$$(mktemp -d) \
		&& sed 's|^ExecStart=/usr/local/bin/quell|ExecStart=/bin/true|' examples/deploy/quell.service >$$folder/quell.service \
		&& warnings=$$(systemd-analyze verify --man=no $$folder/quell.service 2>&1); rm -r $$folder; \
		test -z "$$warnings" || { echo "$$warnings"; exit 1; }; }

.PHONY: deny
deny: toolchain ## Licences, bans and sources of all that is linked, from the lock file; advisories where RUSTSEC's database can be had
	@cargo deny --version >/dev/null 2>&1 || { echo "cargo-deny is needed: cargo install --locked cargo-deny"; exit 1; }
	cargo deny --locked --offline check licenses bans sources
	@# The database is a git repository. ADVISORIES=must makes it an error that it can't be had.
	@if cargo deny --locked fetch db; then cargo deny --locked check advisories; else \
		echo "NOT CHECKED: RUSTSEC's database of advisories could not be had, so nobody looked for known holes"; \
		test "$(ADVISORIES)" != must; fi

# The programs of tests/fuzz, and for each so many inputs, or so many seconds if they are given.
FUZZ ?= $(notdir $(basename $(wildcard tests/fuzz/targets/*.rs)))
RUNS ?= 1000000
SECONDS_EACH ?= 0

.PHONY: fuzz
fuzz: toolchain ## Fuzz all places where bytes come in (FUZZ="decoder syslog", RUNS=1000000 or SECONDS_EACH=600 for each; needs cargo-fuzz)
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is needed: cargo install --locked cargo-fuzz"; exit 1; }
	@# Nothing here is unsafe, so no sanitizer is needed, and with that no nightly compiler.
	for target in $(FUZZ); do \
		mkdir -p tests/fuzz/corpus/$$target; \
		printf '\n\033[1m==> Fuzzing %s\033[0m\n' $$target; \
		cargo fuzz run --sanitizer none --fuzz-dir tests/fuzz $$target \
			$$(ls -d tests/fuzz/corpus/$$target tests/fuzz/seeds/$$target tests/fuzz/found/$$target 2>/dev/null) \
			-- -runs=$(RUNS) -max_total_time=$(SECONDS_EACH) -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1; \
	done

.PHONY: soak
soak: toolchain ## 30 days in simulated time, and 50,000 random cases against the whole engine (release build, many minutes)
	$(call say,The engine: 50$(comma)000 random cases)
	QUELL_ENGINE_CASES=50000 cargo test --locked --release --package quell-tests --no-default-features --test engine
	$(call say,Thirty days)
	QUELL_SOAK=whole cargo test --locked --release --package quell-tests --no-default-features --test soak -- --nocapture

.PHONY: killed
killed: toolchain venv ## Lambda functions killed at every request, before it is done and before its answer (many minutes)
	QUELL_KILLED=whole cargo test --locked --workspace --test lambda killed

.PHONY: guide
guide: toolchain languages ## The guide for authors, typed and compared, to the end in JavaScript and Python, too (many minutes)
	QUELL_GUIDE=whole cargo test --locked --workspace --test guide

.PHONY: bench
bench: toolchain languages ## Measure decisions and the way of an alert (release build, some minutes)
	cargo bench --locked --package quell-tests --no-default-features

.PHONY: bench-lambda
bench-lambda: toolchain venv languages ## Quell as a Lambda function beside a proof of concept in Python (release build with AWS, many minutes)
	$(call say,Building Quell as it is released)
	cargo build --locked --release --package quell
	$(call say,Measuring: both under AWS's Lambda emulator$(comma) against moto$(comma) on the same alerts$(comma) in turn)
	cargo bench --locked --package quell-tests --profile release --no-default-features --features function --bench lambda

.PHONY: order
order: toolchain venv languages ## Note which code a function's first alerts run through, for the linker (release build with AWS, many minutes; needs valgrind)
	@command -v valgrind >/dev/null || { echo "valgrind is needed"; exit 1; }
	CARGO_PROFILE_RELEASE_STRIP=none cargo build --locked --release --package quell
	QUELL_ORDER_FILE=$(abspath host/first_alert.ld) CARGO_PROFILE_RELEASE_STRIP=none \
		cargo bench --locked --package quell-tests --profile release --no-default-features --features function --bench lambda

.PHONY: storm
storm: toolchain ## 10,000 alerts from 3,000 addresses in ten seconds (release build, some minutes)
	QUELL_STORM=whole cargo test --locked --release --package quell-tests --no-default-features --test storm -- --nocapture

.PHONY: flood
flood: toolchain ## 50,000 webhook requests over 200 connections, a third of them bad, and a death in the middle (release build, some minutes)
	cargo build --locked --release --package quell --no-default-features
	QUELL_FLOOD=whole cargo test --locked --release --package quell-tests --no-default-features --test flood -- --nocapture

.PHONY: many
many: toolchain venv ## 32 Quells at once on one DynamoDB table, as moto plays it, and 2,000 alerts (release build, many minutes)
	QUELL_MANY=whole cargo test --locked --release --package quell-tests --test many -- --nocapture

# The function's CPU, by Lambda's name and by Rust's.
ARCHITECTURE ?= x86_64
RUST_x86_64 := x86_64-unknown-linux-gnu
RUST_arm64 := aarch64-unknown-linux-gnu
RUST_TARGET = $(or $(RUST_$(ARCHITECTURE)),$(error ARCHITECTURE is x86_64 or arm64, not $(ARCHITECTURE)))

.PHONY: bootstrap
bootstrap: toolchain ## Build target/lambda/quell/bootstrap for provided.al2023 (ARCHITECTURE=arm64 for Graviton)
	$(call say,Installing cargo-lambda and the linker zig into $(VENV))
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement examples/deploy/requirements.txt
	@rustup target list --installed | grep -qx $(RUST_TARGET) || rustup target add $(RUST_TARGET)
	$(call say,Building for Amazon Linux 2023 on $(ARCHITECTURE) (a release build of the AWS SDK: many minutes))
	@# Zig links against a C library older than that of Amazon Linux 2023, however new this machine's is. Without its
	@# "optimizations" cargo-lambda leaves the release profile of Cargo.toml alone.
	PATH="$(abspath $(VENV)/bin):$$PATH" cargo lambda build --locked --release --package quell --bin quell \
		--target $(RUST_TARGET) --disable-optimizations --lambda-dir target/lambda

.PHONY: lambda
lambda: bootstrap quell.toml ## Build target/lambda/quell.zip, the package of a function, with quell.toml in it
	$(call say,Packing it with quell.toml)
	@# The program itself can't be asked to: it may be for another CPU.
	cargo run --locked --quiet --package quell --no-default-features -- bundle --config quell.toml \
		--architecture $(ARCHITECTURE) --binary target/lambda/quell/bootstrap --out target/lambda/quell.zip
	@echo "target/lambda/quell.zip is ready; examples/deploy/README.md says how to deploy it"

quell.toml:
	cp examples/deploy/quell.toml $@
	@echo "quell.toml is a copy of the example now: put your account, region and detector into it, then run make lambda again"

.PHONY: toolchain
toolchain: ## The WebAssembly target that plugins are built for
	@command -v rustup >/dev/null || { echo "rustup is needed: https://rustup.rs"; exit 1; }
	@rustup target list --installed | grep -qx wasm32-unknown-unknown \
		|| { echo "Adding the Rust target wasm32-unknown-unknown"; rustup target add wasm32-unknown-unknown; }

.PHONY: venv
venv: $(VENV)/.made $(RIE) $(LAMBDA_PYTHON)/.made ## The Python tools of the tests: moto's server, boto3, cfn-lint, the Lambda emulator

$(VENV)/.made: tests/python/requirements.txt
	$(call say,Making $(VENV) with moto$(comma) boto3 and cfn-lint)
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement tests/python/requirements.txt
	@touch $@

$(RIE): tests/python/emulator.txt | $(VENV)/.made
	$(call say,Taking AWS's Lambda Runtime Interface Emulator out of the aws-sam-cli wheel)
	@rm -rf $(VENV)/wheels && mkdir -p $(VENV)/wheels
	$(PIP) download --no-deps --require-hashes --dest $(VENV)/wheels --requirement $<
	$(VENV)/bin/python tests/python/emulator.py $(VENV)/wheels $@

$(LAMBDA_PYTHON)/.made: tests/python/proof_of_concept/requirements.txt | $(VENV)/.made
	$(call say,Making $(LAMBDA_PYTHON) with boto3 and AWS's Lambda runtime for Python)
	test -x $(LAMBDA_PYTHON)/bin/python || $(PYTHON) -m venv $(LAMBDA_PYTHON)
	$(LAMBDA_PYTHON)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement $<
	@touch $@

.PHONY: languages
languages: $(NODE_MODULES)/.package-lock.json $(COMPONENTIZE_PY) ## What builds plugins in JavaScript and Python: componentize-js and componentize-py

# npm writes this file last.
$(NODE_MODULES)/.package-lock.json: examples/plugins/javascript/package-lock.json
	$(call say,Installing componentize-js)
	@command -v npm >/dev/null || { echo "Node.js 20 or newer is needed: https://nodejs.org"; exit 1; }
	@# As `quell plugin build` does it.
	cd $(dir $<) && npm install --no-save --no-audit --no-fund
	@touch $@

$(COMPONENTIZE_PY): examples/plugins/python/requirements.txt
	$(call say,Installing componentize-py)
	cd $(dir $<) && { test -x .venv/bin/python || $(PYTHON) -m venv .venv; }
	$(dir $@)python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement $<
	@touch $@

.PHONY: clean
clean: ## Remove all that was built or installed here
	rm -rf target $(VENV) examples/plugins/*/target examples/plugins/javascript/node_modules examples/plugins/python/.venv
