# Needs Python 3.11+ and make, nothing else: uses uv where it is, or keeps a private one in .uv/.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --quiet

.PHONY: demo test test-local check bench clean setup

demo: setup ## make takes, curate them, release them signed, audit the release
	@$(RUN) circletake demo demo --fresh
	@echo "       (first: . .venv/bin/activate)"

test: setup ## run all tests
	$(RUN) pytest -n auto

# On Linux pip's own torch is the CUDA build; PIP_EXTRA_INDEX_URL may name PyTorch's index of CPU builds.
TORCH ?= 2.13.0
LOCAL := .venv-local/bin/python

test-local: ## run tiny pipelines of diffusers, in an environment of their own (2 GB)
	@test -x $(LOCAL) || $(PYTHON) -m venv .venv-local
	@$(LOCAL) -m pip install --quiet torch==$(TORCH)
	@$(LOCAL) -m pip install --quiet -e . -e plugins/local pytest hypothesis
	@OMP_NUM_THREADS=1 $(LOCAL) -m pytest plugins/local

check: setup ## style, types, import rules
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports --no-cache

bench: setup ## print what importing costs beside its peers
	$(RUN) python -m tests.bench imports

bench-%: setup ## another bench: auditing, copies, changes, siblings, cuts, speed, rendering, scale, folding (docs/benchmarks.md)
	$(RUN) python -m tests.bench $*

setup: $(UV)
	@$(UV) sync --quiet --inexact

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "circletake needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	@echo "setting up (once)"
	@{ $(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet uv; } 2>.uv.log \
		|| { rm -rf .uv && $(PYTHON) -m pip install --quiet --target .uv uv; } 2>>.uv.log \
		|| { cat .uv.log; echo "could not install uv; see https://docs.astral.sh/uv/"; exit 2; }
	@rm -f .uv.log

clean: ## remove what setup and demo made
	rm -rf .venv .venv-local .uv demo uv.lock
