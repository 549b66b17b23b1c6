# Two commands for everyone: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
FOLDERS = cli desk importers ledger plugins reports
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo fava test lint types bench bench-large format clean install

demo: install
	$(BIN)/pledgebook demo demo

fava: install
	@test -d demo || $(BIN)/pledgebook demo demo
	$(BIN)/pledgebook --book demo serve

test: lint types
	$(BIN)/python -m pytest -n 2

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# `pledgebook` is a namespace package over top-level folders; mypy needs to see it as one tree.
types: install build/types
	$(BIN)/mypy $(foreach folder,$(FOLDERS),-p pledgebook.$(folder)) -p benchmarks

build/types: $(FOLDERS)
	@mkdir -p build/types/pledgebook
	@for folder in $(FOLDERS); do ln -sfn ../../../$$folder build/types/pledgebook/$$folder; done

# Minutes, and the machine to itself: docs/performance.md is written anew.
bench: install
	$(BIN)/python -m benchmarks

bench-large: install
	$(BIN)/python -m benchmarks --large

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf build dist demo .mypy_cache .pytest_cache .ruff_cache *.egg-info
