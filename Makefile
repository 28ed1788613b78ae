# `make study` and `make test` do their own set-up: python3 (>= 3.11), a C++ compiler and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help study test lint types unit torture bench-linear clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

study: $(VENV)/.installed  ## the main job on the embedded data; writes study/report.html
	$(BIN)/equipoise study --out study

test: lint types unit  ## lint, types and all tests

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tested
	$(BIN)/mypy
	# calls in benchmarks, which no test runs; a folder at a time, since names of files come twice
	for folder in $$(dirname benchmarks/*/*.py | sort -u); do \
		(cd $$folder && $(abspath $(BIN))/mypy --config-file= --check-untyped-defs --ignore-missing-imports \
			--cache-dir=$(CURDIR)/.mypy_cache/benchmarks *.py) || exit 1; \
	done

unit: $(VENV)/.tested
	# one thread a process: two processes fill the machine
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

torture: $(VENV)/.tested  ## kill a training run at every moment of its saves, and compare how it ends
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m torture tests/training

# Compiled once: a second call starts at once until the build files or the C++ sources change.
$(VENV)/.installed: pyproject.toml CMakeLists.txt $(wildcard native/*)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

# The project is installed already, so that this adds the extras only and compiles nothing.
$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'equipoise[test]'
	touch $@

bench-linear: $(VENV)/.tested  ## linear models against their peers; needs EQUIPOISE_DATA for the microarrays, and R with glmnet
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/linear/peers.txt
	$(BIN)/python benchmarks/linear/run_all.py

clean:  ## remove the environment, the build and the study
	rm -rf $(VENV) build study
