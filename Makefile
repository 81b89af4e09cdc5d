# The environment is .venv; everything that the demo and the tests need goes into it.
PYTHON ?= python3
BIN := .venv/bin
ROOT := $(if $(CONDGAN_DATA),--data-root $(CONDGAN_DATA))

.PHONY: demo env test test-long lint bench schema wheel clean

demo: env
	$(BIN)/condgan train digits --minutes 3 --out runs/demo
	$(BIN)/condgan sample runs/demo --out runs/demo/samples.png

env: .venv/ready

# torch goes in first, by itself: asked for by another package it would bring gigabytes for GPUs that are not there
.venv/ready: pyproject.toml condgan/core/version.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet -e '.[dev]'
	touch $@

# two processes, a file at a time: what a file's tests share is made once
test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-long: env
	$(BIN)/python -m pytest -m long

lint: env
	$(BIN)/ruff check condgan tests benchmarks examples
	$(BIN)/ruff format --check --quiet condgan tests benchmarks examples
	$(BIN)/lint-imports
	$(BIN)/mypy

# half an hour on two cores; what it finds stands in benchmarks/results/latest.json
bench: env
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.throughput $(ROOT)
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.attributes $(ROOT)
	$(BIN)/python -m benchmarks.curve house --data mnist --minutes 5 $(ROOT)
	$(BIN)/python -m benchmarks.curve house --data fashion-mnist --minutes 10 $(ROOT)
	$(BIN)/python -m benchmarks.sampling runs/curve/house-mnist

# the published schemas of report.json; tests hold them against the code
schema: env
	$(BIN)/python -m benchmarks.schema docs

# dist/condgan-VERSION-py3-none-any.whl; what an earlier build left would go into it
wheel: env
	rm -rf build
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf .venv build dist *.egg-info
