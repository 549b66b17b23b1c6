# Two commands for everyone: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
FOLDERS = cli desk importers ledger plugins reports
PINS   ?= --constraint constraints.txt
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet install $(PINS) --editable

# What is installed is known by a name made of what is required, where, and for which Python: an
# environment that was copied, or made for other requirements, is made anew.
STATE  := $(shell { cat pyproject.toml constraints.txt; $(PYTHON) --version; \
	echo $(CURDIR) $(abspath $(VENV)) $(PINS); } | cksum | tr -d ' ')
RUNS    = $(VENV)/.runs-$(STATE)
TESTS   = $(VENV)/.tests-$(STATE)

.PHONY: demo fava test lint types texts bench bench-large format clean install

demo: $(RUNS)
	$(BIN)/pledgebook demo demo

fava: $(RUNS)
	@test -d demo || $(BIN)/pledgebook demo demo
	$(BIN)/pledgebook --book demo serve

test: lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# `pledgebook` is a namespace package over top-level folders; mypy needs to see it as one tree.
types: $(TESTS) build/types
	$(BIN)/mypy $(foreach folder,$(FOLDERS),-p pledgebook.$(folder)) -p benchmarks

build/types: $(FOLDERS)
	@mkdir -p build/types/pledgebook
	@for folder in $(FOLDERS); do ln -sfn ../../../$$folder build/types/pledgebook/$$folder; done

# Minutes, and the machine to itself: docs/performance.md is written anew.
bench: $(TESTS)
	$(BIN)/python -m benchmarks

bench-large: $(TESTS)
	$(BIN)/python -m benchmarks --large

format: $(TESTS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The catalogs of the desk get the texts that are new.
texts: $(TESTS)
	$(BIN)/python tools/make_texts.py

install: $(TESTS)

# The modules are compiled as pip compiles packages, so that the first command starts as the next.
$(RUNS):
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) .
	$(BIN)/python -m compileall -q -x data/book $(FOLDERS)
	@touch $@

$(TESTS): $(RUNS)
	$(PIP) '.[dev]'
	@touch $@

clean:
	rm -rf build dist demo .mypy_cache .pytest_cache .ruff_cache *.egg-info
