# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.

SHELL := /bin/sh
PYTHON ?= python3
WORKERS ?= 2
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
LOCKED := base local production analysis test dev

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format types faults bench mutants validation rules \
    lock messages clean venv-local venv-test venv-dev

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: venv-local ## Run EIHtrack with demo people until Ctrl-C (PORT, RUN_DIR, DATABASE_URL, REDIS_URL)
	@exec $(PY) manage.py up

test: lint types ## Check and test everything but the long matrices
	$(PY) -m pytest -n $(WORKERS) -m "not long"

test-all: venv-test ## Run the long matrices
	$(PY) -m pytest -n $(WORKERS) -m long

lint: venv-test ## Look for mistakes and for another layout than ours
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: venv-test ## Lay the code out anew
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

types: venv-test ## Check the types
	$(PY) -m mypy

faults: venv-test ## Break things on purpose under real processes; print what was lost
	$(PY) -m pytest tests/faults -q -p no:randomly

bench: venv-test ## Measure, each figure against a yardstick of the same run
	$(PY) -m bench

mutants: venv-dev ## Change the clinical rules in small ways; see the tests notice
	$(PY) tests/mutants.py --children $(WORKERS)

validation: venv-test ## Prove each requirement anew; write docs/validation.md
	$(PY) -m pytest -q -n $(WORKERS) -p tests.validation

rules: venv-local ## Write docs/clinical/rules.md, the clinical rules in words
	@$(PY) -m docs.clinical.generate

lock: venv-dev ## Write requirements/*.txt anew from requirements/*.in
	@for name in $(LOCKED); do \
	    if [ -f requirements/$$name.in ]; then \
	        .venv/bin/uv pip compile --quiet --generate-hashes --universal \
	            --python-version 3.11 requirements/$$name.in \
	            -o requirements/$$name.txt || exit 1; \
	    fi; \
	done

messages: venv-test ## Collect and compile what is to be translated; say what is missing
	@$(PY) -m tests.languages.catalogues

clean: ## Remove .venv, the demo's data and all caches
	@if [ -x $(PY) ]; then $(PY) -m apps.common.stack.clean; fi
	rm -rf .venv .ruff_cache .mypy_cache .pytest_cache .hypothesis \
	    .import_linter_cache htmlcov .coverage staticfiles build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A copy of the requirement file lies in .venv as the sign of what is installed there.
# The file of the tests holds that of the demo, so the tests only add to it; that of the
# developers holds both.
venv-local venv-test venv-dev: venv-%:
	@.venv/bin/python -c '' 2>/dev/null \
	    && cmp -s requirements/$*.txt .venv/installed/$*.txt && exit 0; \
	$(check_python); \
	if ! .venv/bin/python -c '' 2>/dev/null \
	    || ! cmp -s requirements/local.txt .venv/installed/local.txt; then \
	    echo "Making .venv"; \
	    $(PYTHON) -m venv --clear .venv || exit 1; \
	fi; \
	echo "Installing requirements/$*.txt into .venv (once)"; \
	rm -f .venv/installed/$*.txt; \
	$(PIP) install --quiet --no-deps --require-hashes -r requirements/$*.txt \
	    || { echo "The requirements could not be installed (see above)." >&2; exit 1; }; \
	mkdir -p .venv/installed; \
	cp requirements/local.txt .venv/installed/; \
	cp requirements/$*.txt .venv/installed/

define check_python
if ! command -v $(PYTHON) >/dev/null; then \
    echo "$(PYTHON) was not found. EIHtrack needs Python 3.11 or newer." >&2; \
    echo "Debian, Ubuntu: apt-get install python3 python3-venv" >&2; \
    echo "Another Python: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
    exit 1; \
fi; \
version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
    echo "$(PYTHON) is Python $$version. EIHtrack needs Python 3.11 or newer." >&2; \
    echo "Another Python: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
    exit 1; \
fi; \
if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
    echo "Python $$version here cannot make virtual environments." >&2; \
    echo "Debian, Ubuntu: apt-get install python$$version-venv" >&2; \
    exit 1; \
fi
endef
