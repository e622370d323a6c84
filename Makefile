# The front door. `make demo` and `make test` work on a bare Debian 12 with git, make and a network.
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
DEPS := $(or $(FIRN_DEPS),$(CURDIR)/build/deps)
PYTHON := $(DEPS)/python/bin/python
PRESET ?= release

.PHONY: help install-deps build test test-slow test-asan test-tsan test-clients fuzz bench demo soak
.PHONY: lint lint-all format clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install-deps: ## install what is missing (apt, PyPI, npm)
	@tools/install-deps

build: install-deps ## build build/release/bin/firn (PRESET=dev|asan|tsan for another)
	@test -e build/$(PRESET)/build.ninja || cmake --preset $(PRESET)
	@cmake --build --preset $(PRESET) -j $(JOBS)

test: build ## the quick tests, all of them, in a few minutes
	@tools/run-tests --preset $(PRESET)

test-slow: build ## the long tests: more kills, more seeds, more rows
	@tools/run-tests --preset $(PRESET) --slow

# Sanitizers and fuzzers are built by clang, which takes half of g++'s time for it.
test-asan: ## the quick tests with the address and undefined-behaviour sanitizers (a build of its own)
	@tools/install-deps clang
	@$(MAKE) --no-print-directory build PRESET=asan
	@tools/run-tests --preset asan

# What others built is not instrumented: the unit tests of the rooms with threads of their own, and
# the server where many sessions meet.
TSAN_TESTS ?= base io log catalog table engine sql net server tests/crash/test_kill9.py \
  tests/wire/test_limits.py tests/wire/test_rubbish.py tests/model/test_ddl_model.py
test-tsan: ## the tests of threads with the thread sanitizer (a build of its own)
	@tools/install-deps clang
	@$(MAKE) --no-print-directory build PRESET=tsan
	@tools/run-tests --preset tsan $(TSAN_TESTS)

FUZZERS ?= pgwire log_group log_state log_segment avro iceberg_json
FUZZ_SECONDS ?= 60
fuzz: install-deps ## each fuzzer for FUZZ_SECONDS (60); FUZZERS="avro log_group" for some
	@tools/install-deps clang
	@test -e build/fuzz/build.ninja || cmake --preset fuzz
	@cmake --build --preset fuzz -j $(JOBS) --target $(FUZZERS:%=%_fuzz)
	@tools/fuzz --seconds $(FUZZ_SECONDS) $(FUZZERS)

test-clients: build ## what drivers, ORMs and tools do, each by its own script
	@tools/install-deps clients
	@FIRN_TEST_CLIENTS=all tools/run-tests --preset $(PRESET) \
	  tests/clients/test_clients.py tests/clients/test_psql18.py \
	  tests/clients/test_dump.py tests/clients/test_tool_queries.py tests/crash/test_second_copy.py

# Without ROW all rows are measured, and docs/benchmarks.md is written anew; with PAGE=1 for some too.
bench: build ## the benchmark, each figure beside its control (ROW="2 5a" for some rows)
	@tools/install-deps bench
	@$(PYTHON) bench/run.py --build build/$(PRESET) $(ROW:%=--row %) $(if $(PAGE),--page)

SECONDS ?= 540
soak: build ## a mixed load for nine minutes (SECONDS=… for other than 540): what grows?
	@$(PYTHON) bench/soak.py --firn build/$(PRESET)/bin/firn --seconds $(SECONDS)

demo: build ## the two-minute tour on TPC-H data
	@$(PYTHON) demo/demo.py --firn build/$(PRESET)/bin/firn

lint: install-deps ## the house rules, formatting, clang-tidy on changed files
	@tools/lint

lint-all: install-deps ## the same over the whole tree
	@tools/lint --all

format: ## clang-format in place
	@git ls-files -co --exclude-standard '*.h' '*.cc' | xargs clang-format-16 -i

clean: ## remove the build folders, keep the dependencies
	@find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +
