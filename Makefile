# The verbs of this repository; CI runs the same ones. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv
# The locks hold the public index's own hashes, whatever mirror or folder the pip of this machine is set up with.
PIP_COMPILE := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL -u PIP_CONSTRAINT PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(LOCK_FLAGS)

.PHONY: help setup demo test check format lock protos docs eval mutations bench model-bench shipped-model clean

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(READY) ## make .venv from the locks, when they changed

$(READY): requirements/build.txt requirements/dev.txt pyproject.toml
	@PYTHON='$(PYTHON)' sh scripts/check_machine.sh
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo 'installing the locked dependencies into .venv'
	@$(PIP) install --quiet --quiet --require-hashes -r requirements/build.txt
	@$(PIP) install --quiet --quiet --require-hashes --no-build-isolation -r requirements/dev.txt
	@$(PIP) install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## start a server, ask it for real decisions over gRPC, print them, stop
	@$(BIN)/python -m nextplay.cli.demo

test: $(READY) ## all tests, on two processes, and the coverage of the shipped rulebook
	$(BIN)/python -m pytest -n 2
	$(BIN)/nextplay rules test rules --min-coverage 100,90

check: $(READY) ## everything that judges the tree without running it
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/buf lint
	$(BIN)/hadolint Dockerfile
	$(BIN)/python scripts/generate.py --check

format: $(READY) ## let ruff lay out the code and mend what it can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: $(READY) ## renew requirements/*.txt from pyproject.toml; LOCK_FLAGS=--upgrade takes newer versions
	@$(PIP_COMPILE) --output-file=requirements/build.txt requirements/build.in
	@$(PIP_COMPILE) --extra dev --extra batch --extra postgres --extra spark --constraint requirements/build.txt --output-file=requirements/dev.txt pyproject.toml
	@$(PIP_COMPILE) --extra postgres --constraint requirements/dev.txt --output-file=requirements/service.txt pyproject.toml

protos: $(READY) ## generate the Python of protos/
	$(BIN)/python scripts/generate.py protos

docs: $(READY) ## generate the pages that follow from code, and the schemas for editors of rules/
	$(BIN)/python scripts/generate.py docs schemas

eval: $(READY) ## judge the shipped rulebook on labelled accounts
	$(BIN)/python -m bench.evaluate

mutations: $(READY) ## make a hundred small mistakes in the shipped rulebook and see which ones check and test catch
	$(BIN)/python -m bench.mutations

bench: $(READY) ## measure speed beside its goals; writes docs/performance.md; BENCH_FLAGS='--only ceiling' renews a part
	@echo 'installing the engines to compare with (the extra `bench`, in no lock) into .venv'
	$(PIP) install --quiet --no-build-isolation --editable '.[bench]'
	$(BIN)/python -m bench.performance $(BENCH_FLAGS)

model-bench: $(READY) ## judge trained churn models on public files beside the repository; writes docs/model.md
	$(BIN)/python -m bench.model --write docs

shipped-model: $(READY) ## learn the shipped churn model anew, judge it on another book, and compare it with what is served
	rm -rf build/shipped-model && mkdir -p build/shipped-model/fresh
	cd build/shipped-model && $(CURDIR)/$(BIN)/nextplay snapshots generate --seed 2026 --accounts 20000 --output book.jsonl --truth truth.jsonl
	$(BIN)/nextplay model train --data build/shipped-model/book.jsonl --config models/churn/synthetic-1/train.toml --out build/shipped-model
	cd build/shipped-model/fresh && $(CURDIR)/$(BIN)/nextplay snapshots generate --seed 2027 --accounts 10000 --output book.jsonl --truth truth.jsonl
	$(BIN)/nextplay model evaluate --data build/shipped-model/fresh/book.jsonl --config models/churn/synthetic-1/train.toml --models build/shipped-model --version synthetic-1
	for file in model.json card.md report.html; do cmp build/shipped-model/churn/synthetic-1/$$file models/churn/synthetic-1/$$file || exit 1; done

clean: ## remove the environment and everything generated beside the sources
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} +
