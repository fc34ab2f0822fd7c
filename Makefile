# Two commands do all the set-up: `make run` and `make test`. Everything else builds on them.

PYTHON ?= python3
SCENARIO ?= scenarios/lhokseumawe.yaml

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: run test check test-long versions bench docs clean

# The main job: environment, install, one ordinary week of the mall, and where to look.
run: .venv/run
	@$(BIN)/mppsim run $(SCENARIO)

# Environment, install, all tests, on every core.
test: .venv/dev
	@$(BIN)/python -m pytest -n logical --dist worksteal

# Style, types, the house (which room imports which, sizes, docstrings, links, vocabulary), the site of the
# docs, and the reference results. A checkout that passes this and `make test` passes CI.
check: .venv/dev docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q $(addprefix tests/test_,house.py docstrings.py docs.py words.py)
	@$(BIN)/mppsim check

# How fast it is, in pairs with plain SimPy; writes results/bench.json.
bench: .venv/dev
	@$(BIN)/python benchmarks/bench.py

# The pages of docs/ as a site in site/; warnings are errors.
docs: .venv/docs
	@$(BIN)/mkdocs build --quiet --strict

# With the oldest versions that pyproject.toml allows, and the newest: make versions NEWEST=python3.14
NEWEST ?= $(PYTHON)
versions: .venv/run
	@$(BIN)/python tests/versions.py oldest
	@$(BIN)/python tests/versions.py newest --python $(NEWEST)

# Hours of tests, sharded and resumable: make test-long SHARD=1/4
test-long: .venv/dev
	@$(BIN)/python tests/long.py $(if $(SHARD),--shard $(SHARD))

.venv/run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mppsim needs Python 3.11 or newer; say: make PYTHON=python3.11")'
	@test -e $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing mppsim into .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@$(BIN)/mppsim warm
	@touch $@

.venv/dev: .venv/run
	@echo "Installing what the tests need into .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.venv/docs: .venv/run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

clean:
	rm -rf .venv site .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
