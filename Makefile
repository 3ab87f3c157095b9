# The few verbs that people need. Each works on a fresh clone of a Debian machine with Swift 6.1.

SWIFT ?= swift
PAWL = .build/release/pawl

.PHONY: run test build setup bench parity cross format lint golden kill-campaign fuzz clean

# The same small network on a pair with known truth, on pure noise, and on two stock indices.
run: build
	$(PAWL) run strategies/coint-lstm.yaml strategies/random-walk-lstm.yaml strategies/sp500-nasdaq-lstm.yaml --force

# All tests: in release, since a network trained by unoptimised kernels takes fifty times as long.
test: setup
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	$(SWIFT) test -c release -Xswiftc -enable-testing --skip-build

# A thousand runs killed at random moments, instead of the ten that `make test` kills.
kill-campaign: setup
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	PAWL_TEST_KILLS=1000 $(SWIFT) test -c release -Xswiftc -enable-testing --skip-build --filter KillTests

# A million files of weights changed at random, instead of the four thousand that `make test` tries.
fuzz: setup
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	PAWL_TEST_MUTATIONS=1000000 $(SWIFT) test -c release -Xswiftc -enable-testing --skip-build --filter WeightsRefusalTests

build: setup
	$(SWIFT) build -c release --product pawl

# Installs the C libraries that are missing; does nothing where they are there.
setup:
	@sh .ci/setup

bench: build
	$(PAWL) bench refit
	$(PAWL) bench bars

# PyTorch loads the weights of a run and repeats its last forecast; PyTorch, Keras and onnxruntime make
# the same forecasts from files of weights. Not in CI: they are large.
PARITY = Tests/WalkForwardTests/Reference
PYTHON ?= .venv/bin/python
parity: build $(PYTHON)
	$(PAWL) generate coint_path --bars 400 --seed 1 --set start=100 --set delta=0.2 --set sigma=0.05 --out runs/parity-bars
	$(PAWL) run $(PARITY)/whole-run.yaml --out runs/parity --force --quiet
	$(PYTHON) $(PARITY)/load_weights.py runs/parity runs/parity-bars
	$(PYTHON) Tests/RecurrentTests/Reference/weights_parity.py $(PAWL)

.venv/bin/python:
	python3 -m venv .venv
	.venv/bin/pip install --quiet torch safetensors numpy zstandard keras tensorflow onnx onnxruntime

# Every variant of the kernels, those of aarch64 under qemu-user, must give the same bits.
cross:
	Tests/CrossArchitecture/compare.sh 200

format:
	$(SWIFT) format -i -r Package.swift Sources Tests Benchmarks strategies

lint:
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Benchmarks strategies

golden: build
	$(PAWL) golden check

clean:
	rm -rf .build
