# One command per habit, the same for people and for CI. Every target sets up what it needs.
#   make site    build the documentation         make test   prove everything
#   make help    the whole list

PYTHON  ?=
VENV    ?= .venv
PORT    ?= 8000
WORKERS ?= 2
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready

# Dates in the site come from the last commit, so that two builds of one tree are equal.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
# Material's notice about MkDocs 2: what is done about it stands in the decision records.
export NO_MKDOCS_2_WARNING := true

.DEFAULT_GOAL := help
.PHONY: help setup browser site serve test lint decisions prove bench bench-peers update-examples constraints clean distclean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: $(READY)  ## create .venv and install everything (runs again only when the pins change)

$(READY): pyproject.toml decisions/pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" bash scripts/setup.sh "$(VENV)"
	@touch $@

browser:  ## find Chromium for the browser tests, or install it where apt can
	@bash scripts/browser.sh --install

site: $(READY)  ## build the site strictly into site/
	$(BIN)/mkdocs build --strict --clean
	@printf '\nThe site is built. Open it with `make serve` (search needs a server),\nor open this file: %s\n' "$(CURDIR)/site/index.html"

serve: $(READY)  ## serve the site on 127.0.0.1 and rebuild on every change
	$(BIN)/mkdocs serve --no-strict --livereload --dev-addr 127.0.0.1:$(PORT)

lint: $(READY)  ## ruff and mypy only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

decisions: $(READY)  ## check the decision records, and prove again what has changed since it was proved
	$(BIN)/decisions check
	$(BIN)/decisions prove --stale

# A file's tests share what is costly (a built site, a browser, measurements), so that one worker
# has them all; files are taken in the order of their names, in which the long ones come first.
test: $(READY) browser lint decisions  ## lint, types, records, tests, every example, the site in a browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	cd decisions && ../$(BIN)/pytest -n $(WORKERS)

prove: $(READY)  ## prove every decision record anew, whatever was proved before
	$(BIN)/decisions prove

bench: $(READY)  ## measure the engine's speed against plain Python, as ratios, and the tool's against its bounds
	$(BIN)/python -m benchmarks
	$(BIN)/python decisions/benchmarks

bench-peers: $(READY)  ## measure other libraries too (in .cache/peers), and keep the figures for the site
	@test -x .cache/peers/bin/python || $(BIN)/python -m venv .cache/peers
	@grep -v '^#' benchmarks/peers.txt | while read -r peer; do \
		.cache/peers/bin/pip install --quiet "$$peer" || echo "not installed: $$peer"; done
	$(BIN)/python -m benchmarks --peers .cache/peers/bin/python --json benchmarks/results.json

update-examples: $(READY)  ## rewrite the printed output (`#>`) of the examples from what they print
	$(BIN)/pytest -n 0 --update-examples tests/docs/test_examples.py

constraints:  ## write constraints.txt anew: the newest versions that pyproject.toml allows
	@PYTHON="$(PYTHON)" bash scripts/constraints.sh

clean:  ## remove what was built (keeps .venv)
	rm -rf site build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean  ## remove .venv too
	rm -rf $(VENV)
