# make run: the app. make test: everything that must hold. Both start from Python 3.11 and nothing else.

PYTHON ?= $(firstword $(shell command -v python3.11) python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
DATA ?=
RECIPE ?= pixelcnn-mnist

.DEFAULT_GOAL := help
.PHONY: help run test lint format train bench screenshots clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; pass PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv module; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.run.stamp: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	@touch $@

$(VENV)/.dev.stamp: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	@touch $@ $(VENV)/.run.stamp

$(VENV)/.chromium.stamp: $(VENV)/.dev.stamp .ci/chromium
	.ci/chromium $(BIN)/python
	@touch $@

run: $(VENV)/.run.stamp  ## start the app on http://localhost:8501 (PORT=…)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: lint $(VENV)/.chromium.stamp  ## lint, layers, rules, units, a real browser
	$(BIN)/python -m pytest

lint: $(VENV)/.dev.stamp  ## ruff
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

format: $(VENV)/.dev.stamp  ## let ruff rewrite
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

train: $(VENV)/.run.stamp  ## RECIPE=… DATA=folder
	$(BIN)/python -m playground train $(RECIPE) $(if $(DATA),--data $(DATA))

bench: $(VENV)/.chromium.stamp  ## print the measured figures
	$(BIN)/python -m benchmarks.sampling --json
	$(BIN)/python -m benchmarks.page --json

screenshots: $(VENV)/.chromium.stamp  ## a picture of every view, language and mode (ONLY=pixelcnn,made)
	$(BIN)/python -m tests.browser.screenshots --only "$(ONLY)"

clean:  ## remove what make made
	rm -rf $(VENV) .pytest_cache .ruff_cache
