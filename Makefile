# Each target installs what it needs into .venv; a second run is quick.
PYTHON ?= python3.11
PY := .venv/bin/python
BIN := .venv/bin
# One thread a process: on small machines, thread pools of the numeric libraries fight each other.
export OMP_NUM_THREADS ?= 1
export HF_HUB_OFFLINE ?= 1
ARGS ?=
# Fuzzed cases (formula x record), and the seed that they are drawn from.
N ?= 100000
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup dev demo studio test check notebooks bench fuzz browser

help:  ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

.venv/.made: constraints.txt pyproject.toml engine/pyproject.toml models/pyproject.toml studio/pyproject.toml
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e "engine[addresses,tabular]" -e models -e studio
	@touch $@

.venv/.dev: .venv/.made requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@touch $@

setup: .venv/.made  ## Install Crosswalk into .venv.

dev: .venv/.dev  ## Install what tests, checks and notebooks need too.

demo: .venv/.made  ## From sample payloads to verified orders in the target (ARGS="--orders 500 --kill 3").
	$(BIN)/crosswalk demo $(ARGS)

studio: .venv/.made  ## Open the browser studio on the sample project.
	$(BIN)/crosswalk studio $(ARGS)

test: .venv/.dev  ## Run all tests.
	$(PY) -m pytest -q -n 2 --dist loadfile $(ARGS)

check: .venv/.dev  ## Format, lint, types, layers.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

notebooks: .venv/.dev  ## Execute every notebook from top to bottom.
	$(PY) notebooks/run.py

bench: .venv/.dev  ## Measure (BENCH=mapping); prints a table and writes build/bench/<name>.json.
	$(PY) tests/bench/run.py $(BENCH)

fuzz: .venv/.dev  ## Hold compiled formulas and mappings against the tree walker (N=1000000 SEED=1).
	$(PY) -m tests.fuzz.run $(N) $(SEED)
