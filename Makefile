# The door. Every target does its own set-up; `make` lists them.
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup ui web demo nise peer thanos test test-all unit lint types matrix engines e2e bench shots docs clean

help:           ## list the targets
	@grep -E '^[a-z-]+: .*##' Makefile | sed 's/:.*##/\t/' | expand -t 11

setup:          ## virtual environment from the lock file
	@scripts/setup python

ui: setup       ## build the web app into the package
	@scripts/setup ui

web: ui         ## the web app's own checks: biome, tsc, vitest
	@scripts/setup web

demo:           ## a whole fleet on this machine; ARGS="--no-serve" prints the costs and exits
	@scripts/setup demo && $(PY) -m fleetcost demo $(ARGS)

test: setup     ## lint, types, every test but the corner cases, with real servers and a real browser
	@scripts/test $(ARGS)

test-all: setup ## the slow corner cases too; run before work is called done
	@scripts/test --corners $(ARGS)

unit: setup     ## the fast tests only
	@$(PY) -m pytest -m 'not real' tests/unit tests/house tests/docs $(ARGS)

matrix:          ## the fast tests on every declared Python
	@scripts/matrix $(ARGS)

lint: setup     ## ruff, import contracts, spelling
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && .venv/bin/lint-imports --no-logo && .venv/bin/codespell

types: setup    ## mypy, strict
	@$(PY) -m mypy

engines: ui     ## the API's whole suite on Sail and on Spark, and what happens when servers die
	@scripts/setup servers engines && ENGINE_CASES=all $(PY) -m pytest --servers only --corners tests/engine $(ARGS)

nise:            ## bills of an independent generator, in an environment of its own
	@test -x .cache/nise/bin/nise || (python3 -m venv .cache/nise && .cache/nise/bin/pip install -q koku-nise==5.4.4)
	@NISE=$(CURDIR)/.cache/nise/bin/nise $(PY) -m pytest --corners tests/e2e/test_nise.py $(ARGS)

focus-validator: ## the public validator of FOCUS on exports of ours, in an environment of its own; it needs a python3.12
	@test -x .cache/focus-validator/bin/focus-validator || (python3.12 -m venv .cache/focus-validator && .cache/focus-validator/bin/pip install -q focus-validator==2.2.1 'pyarrow<22')
	@FOCUS_VALIDATOR=$(CURDIR)/.cache/focus-validator/bin/focus-validator $(PY) -m pytest --corners tests/unit/focus/test_validator.py $(ARGS)

peer:            ## a server for AI clients that others wrote for Kubecost's API, in front of ours
	@test -x .cache/peer/bin/ct-kubecost-mcp-server || (python3 -m venv .cache/peer && .cache/peer/bin/pip install -q ct-kubecost-mcp-server==0.2.0)
	@PEER=$(CURDIR)/.cache/peer/bin/ct-kubecost-mcp-server $(PY) -m pytest --corners tests/e2e/test_mcp_peer.py $(ARGS)

thanos: ui      ## the tests against a real Thanos, which takes minutes to build
	@scripts/setup servers thanos && $(PY) -m pytest --servers only --corners tests/e2e/test_thanos.py $(ARGS)

e2e: ui         ## the end-to-end and browser tests
	@scripts/setup servers && $(PY) -m pytest --servers only tests/e2e $(ARGS)

bench: setup    ## measurements, printed beside a yardstick of the same run
	@for each in bench/*.py; do $(PY) $$each || exit 1; done

shots: ui       ## pictures of every page into build/shots
	@scripts/setup servers && $(PY) scripts/screenshots.py build/shots

docs: setup     ## regenerate the generated pages of docs/ and the manifests of deploy/
	@for each in scripts/docs_*.py; do $(PY) $$each || exit 1; done
	@scripts/setup chart && $(PY) scripts/render_manifests.py

clean:          ## remove what the targets made
	rm -rf .venv .cache build dist demo-data src/fleetcost/ui/static web/node_modules
