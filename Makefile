# Three commands do all the set-up on a fresh Debian or Ubuntu with git, Python and make: `make run`, `check`, `test`.
# A stamp in .venv says what is installed; it is redone only when a requirements file or pyproject.toml is newer.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# apt PACKAGE…: installs Debian packages as root or through sudo; fails where neither is possible.
define APT
apt() {
	local sudo=
	command -v apt-get >/dev/null || return 1
	if [ "$$(id -u)" != 0 ]; then command -v sudo >/dev/null || return 1; sudo="sudo"; fi
	echo "Installing with apt-get: $$*"
	$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$$@"
}
endef

# find_browser: prints the path of a browser that answers --version. Ubuntu's chromium-browser is a stub without snapd.
define BROWSER
find_browser() {
	local name path
	for name in "$${PFVIZ_CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
		path=$$(type -P "$$name") || continue
		if "$$path" --version >/dev/null 2>&1; then echo "$$path"; return 0; fi
	done
	return 1
}
endef

# lint: what is checked without running anything. gradio writes stubs beside its components, which would hide them from mypy.
define LINT
lint() {
	find pfviz -name '*.pyi' -delete
	set -x
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	{ set +x; } 2>/dev/null
}
endef

.PHONY: help run check test docs clean

help: ## what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

run: $(VENV)/installed ## set up .venv and start the page on http://127.0.0.1:7860
	@exec $(BIN)/python app.py

check: $(VENV)/installed-test ## set up .venv, then check what needs no browser, no server and no build: three minutes
	@$(LINT)
	lint
	set -x
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not browser"

test: $(VENV)/installed-test ## set up .venv and a Chromium, then check everything: ten minutes
	@$(APT)
	$(BROWSER)
	$(LINT)
	PFVIZ_CHROMIUM=$$(find_browser) || { apt chromium >&2 && PFVIZ_CHROMIUM=$$(find_browser); } || {
		echo "No Chromium found, and apt-get could not install one." >&2
		echo "Install chromium or google-chrome, or name a browser: PFVIZ_CHROMIUM=/path/to/chrome make test" >&2
		exit 1
	}
	export PFVIZ_CHROMIUM
	echo "Browser: $$PFVIZ_CHROMIUM"
	lint
	make docs  # by its name: what names the variable MAKE is run by `make -n` too
	set -x
	# Warnings are errors: see pyproject.toml. The browser's tests run beside the others, on a core of their own.
	$(BIN)/python -m pytest -n 2 --dist loadgroup

docs: $(VENV)/installed-test ## build the documents into build/site; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean: ## remove .venv, caches and builds
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(APT)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		echo "pfviz needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2
		exit 1
	}
	echo "Making $(VENV) with $$($(PYTHON) --version)"
	venv() { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	venv || virtualenv --quiet --python=$(PYTHON) $(VENV) || { apt python3-venv && venv; } || {
		rm -rf $(VENV)
		echo "$(PYTHON) cannot make a virtual environment. As root: apt-get install python3-venv" >&2
		exit 1
	}

$(VENV)/installed: requirements.txt pyproject.toml | $(BIN)/python
	@$(PIP) install -r requirements.txt
	$(PIP) install --no-deps --editable .
	touch $@

$(VENV)/installed-test: requirements-test.txt $(VENV)/installed
	@$(PIP) install -r requirements-test.txt
	touch $@
