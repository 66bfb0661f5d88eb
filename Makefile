# make demo   the main job, on embedded throwaway hosts; needs no root
# make test   all tests; as root it installs the Debian packages that they need
# make lint   ruff, mypy, shellcheck
# make bench  what it costs, beside what a user would take instead; as root also with delay; writes docs/performance.md
# make setup  only the Python environment, in .venv

PYTHON ?= python3
BIN := .venv/bin

# Python is to keep what it has compiled: fab is started hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench setup clean

setup: .venv/.lab

# A stamp file tells that .venv holds what pyproject.toml asks for, so that make does it only once.
.venv/.lab .venv/.dev: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; try make PYTHON=python3.11")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(@:.venv/.%=%)]'
	@touch $@

demo: setup
	@$(BIN)/python -m remedy.lab.demo

test: .venv/.dev
	@.ci/debian-packages
	$(BIN)/python -m pytest

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	git ls-files -z | xargs -0 grep -lIE '^(#! ?/bin/(ba)?sh|# shellcheck shell=)' | xargs $(BIN)/shellcheck

bench: .venv/.dev
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.peers $(if $(filter 0,$(shell id -u)),--far) --write

clean:
	rm -rf .venv .cache build *.egg-info
