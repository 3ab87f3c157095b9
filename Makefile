# The few verbs that people need. Each works on a fresh clone of a Debian machine with Swift 6.2.

SWIFT ?= swift
PAWL = .build/release/pawl
PYTHON ?= .venv/bin/python

.PHONY: run test build setup bench parity cross format lint golden kill-campaign orders-campaign fuzz clean

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

# A hundred thousand random sequences of orders, accounts and actions, instead of the two thousand that
# `make test` tries: less than a minute once it is built.
orders-campaign: setup
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	PAWL_SEQUENCES=100000 $(SWIFT) test -c release -Xswiftc -enable-testing --skip-build --filter OrderPropertyTests

# exp, log, tanh and sigmoid at every Float there is, instead of the sample that `make test` takes:
# some ten minutes.
functions-campaign: setup
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	PAWL_TEST_FUNCTIONS=all $(SWIFT) test -c release -Xswiftc -enable-testing --skip-build --filter FunctionCampaignTests

# How near a network comes to the oracle as its data grow; what the tests of skill say on pure noise.
truth-curve: build
	python3 Benchmarks/truth_curve.py $(PAWL) --table docs/pictures/truth-curve.md --picture docs/pictures/truth-curve.svg

noise-study: build
	python3 Benchmarks/noise_study.py $(PAWL) --pairs 200

# How time and memory grow: on a quiet machine.
growth: build
	python3 Benchmarks/growth.py $(PAWL)

# The variants of a published tutorial against Keras's committed scores, and what its leaks were worth.
tutorial-parity: build $(PYTHON)
	$(PYTHON) -m pip install --quiet numpy scipy
	$(PYTHON) Benchmarks/peers/tutorial_parity.py $(PAWL)
	$(PYTHON) Benchmarks/peers/tutorial_leaks.py $(PAWL)

# Nothing is allocated in the bar loop of a rule strategy: needs valgrind.
allocations: build
	python3 Benchmarks/allocations.py $(PAWL)

# Many instruments, and a file that is streamed: on a quiet machine.
bars-scale: build
	python3 Benchmarks/bars_scale.py $(PAWL) many
	python3 Benchmarks/bars_scale.py $(PAWL) stream

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
