# Everything runs in .venv, which the first target that needs it builds from pyproject.toml and constraints.txt.
# Needed on the machine: make and a Python from 3.11 to 3.14 (with its venv module). PYTHON=... names another one.
# NEWEST=1 installs the newest versions that pyproject.toml admits instead of those in constraints.txt.

.DEFAULT_GOAL := help
BIN := .venv/bin
STAMP := .venv/installed
ARGS ?=
JOBS ?= 2

# Qualtran can load the Azure Quantum development kit, which sends telemetry unless told not to.
export QDK_PYTHON_TELEMETRY := none
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run test check docs format fuzz mutants bench estimates studies clean

help: ## print the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: $(STAMP) ## build .venv (every target below does it when it is missing or out of date)

run: $(STAMP) ## find the large entries of a small attention matrix by Grover search: groverattn run $(ARGS)
	@$(BIN)/groverattn run $(ARGS)

test: $(STAMP) ## run every test and doctest; JOBS=2 processes
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: $(STAMP) docs ## lint, formatting, types, layers, the site of docs/
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports

docs: $(STAMP) ## build the site of docs/ into site/; broken links and missing pages fail
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

format: $(STAMP) ## sort the imports and format
	$(BIN)/ruff check --select I --fix
	$(BIN)/ruff format

fuzz: $(STAMP) ## more than 100,000 inputs through files, TOML, options and API; ten to fifteen minutes
	cd tests && ../$(BIN)/python -m fuzz $(ARGS)

mutants: $(STAMP) ## put small faults into the package that tests must notice; an hour; ARGS="--part costs" for one part
	$(BIN)/python -m pip install -qq -c constraints.txt -e '.[dev,mutants]'
	cd tests && ../$(BIN)/python -m mutants $(ARGS)

bench: $(STAMP) ## time the benchmarks
	$(BIN)/python -m pytest benchmarks --benchmark-only $(ARGS)

estimates: $(STAMP) ## compute estimates/ and the computed blocks of README.md again; git diff shows what changed
	$(BIN)/python -m studies $(ARGS)

studies: $(STAMP) ## compute the explorer, search all real heads and execute the notebooks again; git diff shows what changed
	$(BIN)/python -m studies explorer heads models notebooks $(ARGS)

clean: ## remove .venv, caches and build products; estimates/ stays
	rm -rf .venv build dist site .benchmarks .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find src studies tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The versions in constraints.txt were resolved with Python 3.11, so that one is asked first.
$(STAMP): pyproject.toml constraints.txt
	@set -e; \
	suitable='import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'; \
	found=; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3.14 python3 python); do \
	  if "$$candidate" -c "$$suitable" >/dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No suitable Python: groverattn needs 3.11, 3.12, 3.13 or 3.14 with the modules venv and ensurepip" >&2; \
	  echo "(Debian and Ubuntu ship them as python3-venv). Tried: $(if $(PYTHON),$(PYTHON),python3.11 python3.12 python3.13 python3.14 python3 python)." >&2; \
	  echo "Install one, or name one: make PYTHON=/path/to/python3.12 $(or $(MAKECMDGOALS),setup)" >&2; \
	  exit 1; \
	fi; \
	echo >&2 "Setting up .venv with $$("$$found" --version) and $(if $(NEWEST),the newest versions,the versions of constraints.txt): about two minutes, 1.8 GB, once."; \
	"$$found" -m venv .venv; \
	$(BIN)/python -m pip install -qq $(if $(NEWEST),,-c constraints.txt) -e '.[dev,docs]'; \
	touch $(STAMP)
