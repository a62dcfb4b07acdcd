# `make run` and `make test` work on a fresh machine with Python 3.11 or later, git and make.
PYTHON := .venv/bin/python
UV := .venv/bin/uv
ARGS ?=
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup lock run test check quick lint bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start everything on this machine and print where to look (ARGS="--help" for options)
	@./setup.sh run
	@exec $(PYTHON) -m cli run $(ARGS)

test: ## run the whole suite (ARGS="-k word" and the like go to pytest)
	@./setup.sh test
	@$(PYTHON) -m pytest --numprocesses 2 --dist worksteal $(ARGS); outcome=$$?; \
	for name in chromium chromium-browser google-chrome; do command -v $$name; done | grep -q . || \
		echo 'NOTE: no Chromium on this machine: THE BROWSER TESTS WERE SKIPPED.'; \
	exit $$outcome

check: lint ## every check, the fastest first, then the whole suite with coverage
	@echo '--- tests'         && $(MAKE) --no-print-directory test ARGS="--cov --cov-report= $(ARGS)"
	@echo '--- coverage: domain and workflows whole, the rest nine tenths'
	@$(PYTHON) -m coverage report --include='domain/*,workflows/*' --fail-under=100
	@$(PYTHON) -m coverage report --omit='domain/*,workflows/*' --fail-under=90

quick: lint ## the fast loop: every check but the slow tests
	@echo '--- tests'         && $(MAKE) --no-print-directory test ARGS="-m 'not slow' $(ARGS)"

lint: ## everything that reads the code without running the suite
	@./setup.sh test
	@echo '--- format'        && $(PYTHON) -m ruff format --check --quiet .
	@echo '--- lint'          && $(PYTHON) -m ruff check --quiet .
	@echo '--- architecture'  && .venv/bin/lint-imports
	@echo '--- types'         && $(PYTHON) -m mypy .
	@echo '--- dependencies'  && $(PYTHON) -m deptry .
	@echo '--- dead code'     && $(PYTHON) -m vulture
	@echo '--- journeys, templates, rules' && $(PYTHON) -m cli check

bench: ## measure it against bare Temporal (docs/performance.md)
	@./setup.sh test
	@$(PYTHON) -m benchmarks $(ARGS)

setup: ## make the environment, with what the tests need
	@./setup.sh test

lock: ## pin what requirements.in and requirements-test.in ask for (ARGS="--upgrade" for newer versions)
	@./setup.sh test
	$(LOCK) $(ARGS) requirements.in --output-file requirements.lock
	$(LOCK) $(ARGS) requirements-test.in --constraint requirements.lock --output-file requirements-test.lock

clean: ## remove the environment and the caches; what journeys wrote in .tideover stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
