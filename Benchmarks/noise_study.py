"""How often the tests of skill reject where there is nothing to find.

    python3 Benchmarks/noise_study.py .build/release/pawl [--pairs 200] [--out FILE.csv]

Walks a small network forward over pairs of independent random walks, one run a pair, and counts the
runs whose p lies below 5 %. Clark-West and Pesaran-Timmermann should reject in one of twenty, and no
more than chance allows: the upper end of the central 95 % of a binomial of 5 %. Diebold-Mariano,
one-sided, no more than one in twenty, since an estimated model errs by more than no forecast at all on
noise. Exit 1 otherwise. Needs nothing but Python.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

SPEC = """\
name: noise
seed: {seed}
generate: {{ kind: random_walk, bars: 1200, seed: {seed}, prices: signed }}
features: {{ x: diff(X.close), y: diff(Y.close), spread: Y.close - X.close }}
target: {{ value: diff(X.close), horizon: {horizon} }}
model: {{ cell: lstm, hidden: [8], lookback: 8 }}
training: {{ epochs: 2, batch: 16, learning_rate: 0.001 }}
walk_forward: {{ train: rolling, window: 250, first: 250, refit_every: 10, start_from: warm }}
positions: {{ unit: units }}
execution: {{ cash: 100000 }}
"""
LEVEL = 0.05
TESTS = {
    "clark_west_p": "Clark-West, the largest p (the headline)",
    "clark_west_p_zero": "Clark-West against zero",
    "clark_west_p_mean": "Clark-West against the mean",
    "pesaran_timmermann_p": "Pesaran-Timmermann",
    "diebold_mariano_p": "Diebold-Mariano, one-sided",
}


def most_by_chance(count):
    """The upper end of the central 95 % of a binomial of `count` trials at 5 %."""
    below = 0.0
    for k in range(count + 1):
        below += math.comb(count, k) * LEVEL**k * (1 - LEVEL) ** (count - k)
        if below >= 0.975:
            return k
    return count


def metrics(pawl, folder, seed, horizon):
    with open(f"{folder}/noise.yaml", "w") as file:
        file.write(SPEC.format(seed=seed, horizon=horizon))
    subprocess.run(
        [pawl, "run", f"{folder}/noise.yaml", "--out", f"{folder}/run", "--force", "--quiet"],
        check=True, capture_output=True)
    with open(f"{folder}/run/manifest.json") as file:
        return json.load(file)["metrics"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pawl")
    arguments.add_argument("--pairs", type=int, default=200)
    arguments.add_argument("--horizon", type=int, default=1)
    arguments.add_argument("--out", help="where to write the p of each run (CSV)")
    options = arguments.parse_args()
    pawl = os.path.abspath(options.pawl)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.pairs + 1):
            found = metrics(pawl, folder, seed, options.horizon)
            rows.append([found[key] for key in TESTS])
    if options.out:
        with open(options.out, "w") as file:
            file.write("seed," + ",".join(TESTS) + "\n")
            for seed, row in enumerate(rows, start=1):
                file.write(",".join([str(seed), *("" if p is None else f"{p:.6g}" for p in row)]) + "\n")

    most = most_by_chance(options.pairs)
    too_often = []
    print(f"{options.pairs} pairs of independent walks, horizon {options.horizon}: runs with p < 5 %")
    for index, (key, name) in enumerate(TESTS.items()):
        rejected = sum(row[index] is not None and row[index] < LEVEL for row in rows)
        allowed = int(LEVEL * options.pairs) if key == "diebold_mariano_p" else most
        print(f"{name:42} {rejected:4} ({rejected / options.pairs * 100:.1f} %), at most {allowed} allowed")
        if rejected > allowed:
            too_often.append(name)
    if too_often:
        sys.exit(f"rejected too often: {', '.join(too_often)}")


if __name__ == "__main__":
    main()
