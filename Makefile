# make demo    environment, then the whole text path on the bundled example: parse, filter, export, train, try
# make test    environment, then ruff, mypy and all tests   (make test-fast: without those that train)
# make lint    ruff and mypy only
# make clean   remove what the two left behind, the environment included
#
# Another Python: make PYTHON=python3.12 demo      Windows: see README.md, "Windows"

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
OUT := outputs/demo
READY := $(VENV)/.installed
READY_DEV := $(VENV)/.installed-dev
EXPORTS := examples/chatgpt-export.zip examples/claude-export.zip

.PHONY: demo test test-fast lint clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(PY) conversation_parser.py $(EXPORTS) --output $(OUT)/parsed.json --stats
	$(PY) conversation_filter.py $(OUT)/parsed.json --output $(OUT)/filtered.json --toxicity off
	$(PY) conversation_parser.py $(OUT)/filtered.json --export $(OUT)/training_data.jsonl --format chat
	$(PY) text_lora_train.py $(OUT)/training_data.jsonl --preset tiny --output $(OUT)/text_lora
	$(PY) text_lora_train.py --try $(OUT)/text_lora --prompt "How was the harbour this morning?"
	@echo; echo "$(OUT):"; ls $(OUT); echo; echo "$(OUT)/text_lora:"; ls $(OUT)/text_lora
	@echo; echo "loss curve: $(OUT)/text_lora/loss.png"

test: lint
	$(PY) -m pytest

test-fast: $(READY_DEV)
	$(PY) -m pytest -m "not slow"

lint: $(READY_DEV)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

$(READY): requirements.txt requirements/unsloth.txt requirements/install.py
	$(PYTHON) requirements/install.py
	@touch $@

$(READY_DEV): requirements.txt requirements/dev.txt requirements/unsloth.txt requirements/install.py
	$(PYTHON) requirements/install.py --dev
	@touch $(READY) $@

clean:
	rm -rf $(VENV) $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
