# Two commands do everything on a machine that has Python 3.11 or newer and make: `make sim` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
FAST   := PYTHONSAFEPATH=1 PYTHONPATH=$(CURDIR)/build/fast
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help env sim test lint fast bench lockstep safety ik tremor flakes clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: $(STAMP) ## make the environment in .venv and install Sutura into it

$(STAMP): setup.cfg constraints.txt tools/make_env.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/make_env.sh
	@touch $(STAMP)

sim: env ## run the main job in simulation: make sim ARGS="--duration 40 --report run.json"
	@echo "sim: a scripted surgeon picks a ring from one peg and sets it on another; Ctrl-C ends it"
	@$(BIN)/sutura launch sim $(ARGS)

test: env ## run every test, style and types included
	@echo "test: tests that may run beside one another"
	@$(BIN)/python -m pytest -n 2 -m "not realtime"
	@echo "test: tests on the real clock, one at a time"
	@$(BIN)/python -m pytest -m realtime

lint: env ## style, types and the direction of imports only
	@$(BIN)/python -m pytest tests/repository

fast: env ## compile the hot paths into build/fast, for the benches that say so; needs a C compiler
	@VENV="$(VENV)" sh tools/make_fast.sh

bench: fast ## time the chain against bare chains, hot paths compiled; writes bench.json
	@$(FAST) $(BIN)/python -m bench.chain --json bench.json $(ARGS)

lockstep: fast ## time lockstep, hot paths compiled; writes lockstep.json
	@$(FAST) $(BIN)/python -m bench.lockstep --json lockstep.json $(ARGS)

safety: env ## kill supervised nodes, the watchdog and the actuator 100 times; prints the slowest hold
	@$(BIN)/python -m bench.safety --kills 100 --json safety.json $(ARGS)

ik: env ## time inverse kinematics beside other libraries, those of the extra `bench` that are installed; writes ik.json and ik.svg
	@$(BIN)/python -m bench.ik --json ik.json --plot ik.svg $(ARGS)

tremor: env ## compare all tremor filters; writes tremor.json and tremor.svg
	@$(BIN)/python -m bench.tremor --json tremor.json --plot tremor.svg $(ARGS)

flakes: fast ## run the topology tests 200 times, to find one that is not the same each time
	@$(FAST) $(BIN)/python -m bench.flakes --runs 200 $(ARGS)

clean: ## remove the environment and what tools have left
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
