# Two commands do everything: `make brief` and `make test`. Each makes .venv when it is missing or the lock changed.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

TORCH ?= torch
# Each worker has a processor to itself; threads of theirs would only get in one another's way.
SIDE_BY_SIDE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: brief test coverage test-engines test-browser check lint lock licences bench quality clean help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

brief: .venv/made  ## build report/brief.*.pdf and .html, in every language, from the articles in seeds/
	@$(BIN)/research brief --workers $(WORKERS)

test: .venv/made  ## run the tests, offline, WORKERS=2 of them side by side
	@$(SIDE_BY_SIDE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

coverage: .venv/made  ## run the tests and say which lines and branches they reach
	@$(SIDE_BY_SIDE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered

test-engines:  ## test the sentence-transformers engine, in an environment of its own with torch (TORCH=torch==2.13.0)
	@test -x .venv-engines/bin/python || $(PYTHON) -m venv .venv-engines
	@.venv-engines/bin/python -m pip install -q --disable-pip-version-check $(TORCH)
	@.venv-engines/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@.venv-engines/bin/python -m pip install -q --disable-pip-version-check sentence-transformers
	@.venv-engines/bin/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@.venv-engines/bin/python -m pytest -m transformers tests

test-browser: .venv/made report/brief.en.html  ## test the HTML and JupyterLab's export menu in the system's chromium
	@$(BIN)/python -m pip install -q --disable-pip-version-check playwright axe-playwright-python
	@$(BIN)/python -m pytest -m browser tests/test_browser.py

report/brief.en.html: brief

check: .venv/made  ## check quotes, citations and numbers
	@$(BIN)/research check

lint: .venv/made  ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/made  ## time the build beside a plain papermill + nbconvert loop
	@$(BIN)/python benchmarks/build.py

quality: .venv/made  ## score the loader, the coding rules and the checks on invented pages, articles and edits
	@$(BIN)/python benchmarks/pages.py
	@$(BIN)/python benchmarks/coding.py
	@$(BIN)/python benchmarks/mutations.py

.venv/made: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv from requirements.lock …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

lock:  ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -o requirements.lock

licences: .venv/made  ## licences.csv: the licence of every package of the lock; one that is not allowed is an error
	@$(BIN)/python tools/licences.py

clean:  ## remove what is not in git
	rm -rf .venv .venv-engines .research .pytest_cache .mypy_cache .ruff_cache .coverage
