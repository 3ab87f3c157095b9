"""How time and memory of a run grow: with bars, samples, hidden units and refits.

    python3 Benchmarks/growth.py .build/release/pawl [--repeats 5] [--json]

Each figure is the least processor time of several runs, less that of the smallest run of its kind, so
that starting the program does not count. `each` is the time for one unit (bar, sample, hidden unit
squared), `of mean` the same over the mean of the column: within 0.8 and 1.2 time is proportional.
Needs nothing but Python. Run it on a quiet machine, and pinned to one core.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

SPEC = """\
name: growth
generate: {{ kind: random_walk, bars: {bars}, seed: 1, series: 1, prices: signed }}
features: {{ x: diff(X.close) }}
target: {{ value: diff(X.close), horizon: 1 }}
model: {{ cell: lstm, hidden: [{hidden}], lookback: {lookback} }}
training: {{ epochs: {epochs}, batch: {batch}, learning_rate: 0.0001 }}
walk_forward: {{ train: {train}, first: {first}, refit_every: {every}{more} }}
positions: {{ unit: units }}
execution: {{ cash: 100000 }}
"""
BASE = dict(hidden=8, lookback=5, epochs=1, batch=1, train="rolling", first=20, every=1, more=", window: 20")


class Growth:
    def __init__(self, pawl, repeats, folder):
        self.pawl, self.repeats, self.folder, self.tables = os.path.abspath(pawl), repeats, folder, []

    def measure(self, **changes):
        """Least processor seconds and peak memory in MB of a run."""
        spec = f"{self.folder}/growth.yaml"
        with open(spec, "w") as file:
            file.write(SPEC.format(**(BASE | changes)))
        times, memory = [], []
        for _ in range(self.repeats):
            arguments = [self.pawl, "run", spec, "--out", f"{self.folder}/run", "--force", "--quiet"]
            quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
            process = os.posix_spawn(self.pawl, arguments, os.environ, file_actions=quiet)
            _, status, usage = os.wait4(process, 0)
            if status != 0:
                sys.exit(f"a run failed: {' '.join(arguments)}")
            times.append(usage.ru_utime + usage.ru_stime)
            memory.append(usage.ru_maxrss / 1024)
        return min(times), min(memory)

    def table(self, title, unit, sizes, seconds, zero):
        """Time for one `unit`, size by size."""
        each = [(s - zero[1]) / (size - zero[0]) * 1e6 for size, s in zip(sizes, seconds)]
        mean = sum(each) / len(each)
        ratios = [value / mean for value in each]
        print(f"\n{title}\n{unit:>14} {'seconds':>10} {'us each':>10} {'of mean':>8}")
        for size, s, value, ratio in zip(sizes, seconds, each, ratios):
            print(f"{size:14,} {s:10.4f} {value:10.4f} {ratio:8.2f}", flush=True)
        proportional = all(0.8 <= ratio <= 1.2 for ratio in ratios)
        print("proportional to within 20 %" if proportional else "NOT proportional to within 20 %")
        self.tables.append(
            dict(title=title, unit=unit, sizes=sizes, microseconds=each, proportional=proportional))

    def bars(self, train, more):
        sizes = [1000, 3000, 10_000, 30_000, 100_000]
        zero = self.measure(bars=100, train=train, more=more)[0]
        seconds = [self.measure(bars=bars, train=train, more=more)[0] for bars in sizes]
        self.table(f"bars, {train}, a refit each", "bars", sizes, seconds, (100, zero))

    def samples(self):
        # One refit on n samples, some 600,000 visits; a run with one epoch has all else.
        sizes = [300, 1000, 3000, 10_000, 30_000]
        seconds = []
        for count in sizes:
            epochs = 600_000 // count
            options = dict(
                bars=count + 20, train="expanding", more="", first=count, every="never", batch=10)
            whole = self.measure(epochs=epochs + 1, **options)[0]
            seconds.append((whole - self.measure(epochs=1, **options)[0]) / epochs)
        self.table("samples in a refit, an epoch", "samples", sizes, seconds, (0, 0.0))

    def hidden(self):
        sizes, batch = [32, 48, 64, 96, 128, 192, 256, 320], 32
        seconds = []
        for hidden in sizes:
            least = []
            for _ in range(self.repeats):
                text = subprocess.run(
                    [self.pawl, "bench", "refit", "--hidden", str(hidden), "--batch", str(batch), "--json"],
                    check=True, capture_output=True, text=True).stdout
                least.append(json.loads(text)["us_per_update"] / 1e6)
            seconds.append(min(least))
        self.table(
            f"hidden units squared, batch {batch}, an update", "hidden^2",
            [hidden**2 for hidden in sizes], seconds, (0, 0.0))

    def memory(self):
        print(f"\npeak memory over 30,000 bars, rolling\n{'refits':>14} {'MB':>10}")
        rows = []
        for every in (10_000, 1000, 100, 10, 1):
            refits = 30_000 // every
            rows.append((refits, self.measure(bars=30_000, every=every)[1]))
            print(f"{refits:14,} {rows[-1][1]:10.1f}", flush=True)
        memory = [row[1] for row in rows]
        flat = max(memory) / min(memory) < 1.2
        print("flat to within 20 %" if flat else "NOT flat to within 20 %")
        self.tables.append(dict(title="memory", unit="refits", sizes=rows, flat=flat))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pawl")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        growth = Growth(options.pawl, options.repeats, folder)
        growth.bars("rolling", ", window: 20")
        growth.bars("incremental", ", replay: 20")
        growth.samples()
        growth.hidden()
        growth.memory()
    if options.json:
        print(json.dumps(growth.tables))


if __name__ == "__main__":
    main()
