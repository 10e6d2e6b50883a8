# `make serve` and `make test` are all that a newcomer needs; `make help` lists the rest.
# Needs Python 3.11 or newer and the package index; everything else goes into .venv.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3.14 python3 python,$(shell command -v $(p) 2>/dev/null)))
VENV ?= .venv
STORE ?= reformgraph-store
HOST ?= 127.0.0.1
PORT ?= 8000
# Folders, or names of bundled timelines; empty: what the setting "timelines" says.
TIMELINES ?=
# One process more than there are cores, for many tests wait, and five at most.
PARALLEL ?= --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --maxprocesses 5 --dist worksteal
BIN := $(VENV)/bin
PIP := PIP_CONSTRAINT=$(CURDIR)/requirements.lock $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help serve build editor test lint types looks soak check conformance clients lock bench clean

EDITOR := server/static/editor/editor.js

help: ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: build ## Build the graph if needed and serve it (PORT=8000 TIMELINES='childrens-plan')
	@test -f $(EDITOR) || ! command -v npm >/dev/null || $(MAKE) --no-print-directory editor || echo 'The SPARQL editor could not be built; /sparql shows its plain form' >&2
	@$(BIN)/reformgraph serve --store '$(STORE)' --host $(HOST) --port $(PORT)

build: $(VENV)/.runtime ## Build the graph (TIMELINES='childrens-plan health-social-care')
	@$(BIN)/reformgraph build --store '$(STORE)' $(TIMELINES)

editor: $(EDITOR) ## Build the SPARQL editor of /sparql (needs npm)

$(EDITOR): editor/package-lock.json $(wildcard editor/src/*)
	@echo 'Building the SPARQL editor (once) ...'
	@npm ci --silent --prefix editor
	@npm run build --silent --prefix editor

# With bytecode, whatever the surroundings say: the tests start hundreds of processes of ours.
test: $(VENV)/.dev ## Run all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(PARALLEL)

lint: $(VENV)/.dev ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy

conformance: $(VENV)/.dev ## Run the W3C tests and write docs/conformance
	$(BIN)/python -m pytest -q tests/conformance --regold

looks: $(VENV)/.dev ## Rewrite the reference pictures of the pages
	$(BIN)/python -m pytest -q tests/browser/test_looks.py --regold

soak: $(VENV)/.dev ## Run all tests, the long ones too
	PYTHONDONTWRITEBYTECODE= SOAK=1 $(BIN)/python -m pytest

check: test lint types ## What continuous integration runs

clients: ## Fetch the clients that the tests use if they are there: Comunica (npm), Jena (mvn)
	npm install --no-audit --no-fund --silent --prefix .clients '@comunica/query-sparql@4'
	mvn -q -B -f tests/clients/pom.xml dependency:copy-dependencies -DoutputDirectory='$(CURDIR)/.clients/jena/lib'

bench: $(VENV)/.dev ## Run the side-by-side benchmarks
	$(BIN)/python -m benchmarks

lock: $(VENV)/.dev ## Write the exact versions in use to requirements.lock
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean: ## Remove the environment and the store
	rm -rf $(VENV) '$(STORE)' .clients dist build editor/node_modules server/static/editor

$(VENV)/.python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed; say where with PYTHON=/path/to/python3' >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is older than Python 3.11; say where a newer one is with PYTHON=/path/to/python3' >&2; exit 2; }
	@echo 'Making the environment in $(VENV) (once) ...'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python pyproject.toml requirements.lock
	@echo 'Installing reformgraph and what it needs (once) ...'
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml requirements.lock
	@echo 'Installing what the tests need (once) ...'
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.runtime
