# `make run` and `make test` work from a fresh clone with Python 3.11 and make only.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: setup run test lint dashboard lock benchmark

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (a few minutes the first time) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	@$(BIN)/evals run

test: setup
	$(BIN)/python -m pytest -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

dashboard: setup
	$(BIN)/evals dashboard

lock: setup
	$(BIN)/uv pip compile pyproject.toml --group dev --extra postgres --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

benchmark: setup
	$(BIN)/python -m benchmarks.faithfulness
	$(BIN)/python -m benchmarks.safety
	$(BIN)/python -m benchmarks.realistic
