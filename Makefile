# Everything a fresh machine needs: Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CONSTRAINTS := constraints.txt

.PHONY: demo test lint unit bench corpus scans fuzz rig screenshot simulate-crashes mutants picture upgrade clean

demo: $(READY) ## A simulated lane with the terminal UI; q leaves it.
	$(BIN)/edge-agent demo

test: lint ## All checks and all tests, as many at a time as there are cores, four at most.
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: $(READY) ## Formatting, types and import rules.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(READY) ## The fast tests, on all cores.
	$(BIN)/pytest --numprocesses auto --dist worksteal tests/unit

bench: $(READY) ## What the promises cost, measured side by side.
	$(BIN)/python -m tests.benchmarks.decode
	$(BIN)/python -m tests.benchmarks.commits
	$(BIN)/python -m tests.benchmarks.basket
	$(BIN)/python -m tests.benchmarks.customers

corpus: $(READY) ## Every made-up document with every kind of damage: how many were read, who passed.
	$(BIN)/python -m tests.corpus.documents

scans: $(READY) ## Scans over lines that lose one byte in five: what is dropped, refused, let through.
	$(BIN)/python -m tests.corpus.scan_conversations

fuzz: $(READY) ## 100,000 payloads that nobody meant: none raises, none is slow or large.
	$(BIN)/python -m tests.corpus.fuzz

SEEDS ?= 200
simulate-crashes: $(READY) ## SEEDS=... schedules of crashes, checked by an oracle; 200 take about a minute.
	$(BIN)/python -m tests.crash --seeds $(SEEDS)

mutants: $(READY) ## Breaks each rule that guards money, age or data; a test must fail.
	$(BIN)/python -m tests.mutants

rig: $(READY) ## 200 bulk sales on a simulated lane.
	$(BIN)/edge-agent rig --sales 200

screenshot: $(READY) ## Renews the picture in the README.
	$(BIN)/python -m tests.snapshots.lane_picture

picture: $(READY) ## Draws the rooms and their imports into docs/architecture.md.
	$(BIN)/python -m tests.snapshots.house_picture

upgrade: $(READY) ## Raises every pinned version to the newest that pyproject.toml allows.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file $(CONSTRAINTS) pyproject.toml

$(READY): pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "edge-agent needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --upgrade pip
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --build-constraint $(CONSTRAINTS) \
		--editable '.[dev]'
	touch $@

clean: ## Removes what the targets above made.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/kafka/target
