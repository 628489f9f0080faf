# The front door. Python 3.11 or later and make are enough; a C compiler adds durable_rules.
# Another Python: make setup PYTHON=/path/to/python3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON  ?=
WORKERS ?= 2
BIN     := .venv/bin
READY   := .venv/.ready
EXTRAS  := dev,bench,emulator,files,s3,sftp,analysis,postgres

.PHONY: help
help: ## this table
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(READY) ## make .venv, or bring it up to date; the command is then .venv/bin/chfw

.PHONY: demo
demo: $(READY) ## a million hubs, twenty Suppliers, a plan, its proof and a page to look at
	@$(BIN)/chfw demo

.PHONY: test
test: $(READY) ## the tests, with branch coverage of chfw_core
	@$(BIN)/python -m pytest -n $(WORKERS) --cov=chfw_core --cov-branch --cov-report=term-missing:skip-covered

.PHONY: check
check: $(READY) ## format, lint, types and layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: bench
bench: $(READY) ## time and memory of a plan
	@$(BIN)/python -m benchmarks

.PHONY: bench-30m
bench-30m: $(READY) ## the same for 30 million hubs
	@$(BIN)/python -m benchmarks --size 30m

.PHONY: bench-ledger
bench-ledger: $(READY) ## time of the ledger with whole estates, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.ledger

.PHONY: bench-triggers
bench-triggers: $(READY) ## both engines of triggers on one stream, and three million events on end
	@$(BIN)/python -m benchmarks.triggers

.PHONY: bench-files
bench-files: $(READY) ## time and memory of tables in and out, in every format
	@$(BIN)/python -m benchmarks.files

.PHONY: nightly
nightly: $(READY) ## every test, with far more examples: some hours
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n $(WORKERS) -m "nightly or not nightly"

.PHONY: clean
clean: ## remove .venv and all that tools have left
	@rm -rf .venv .coverage .coverage.* htmlcov build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Not `make -B`-proof on purpose: it does its work only when one of these files is newer than the last success.
$(READY): pyproject.toml constraints.txt tools/setup.sh
	@PYTHON="$(PYTHON)" EXTRAS="$(EXTRAS)" sh tools/setup.sh
	@touch $@
