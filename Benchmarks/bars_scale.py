"""How bars go through a run at scale: many instruments at once, and a file that is streamed.

    python3 Benchmarks/bars_scale.py .build/release/pawl many [--instruments 50,100,200,500]
    python3 Benchmarks/bars_scale.py .build/release/pawl stream [--bars 2000000,10000000] [--folder DIR]

`many`: instruments of 5 000 bars each, weights rebalanced at every bar, all logs. Seconds are of the
clock and of the processor; bars are those of all instruments; `orders` counts the rows of that table.
`stream`: a .csv.zst of so many one-second bars, made here with the zstd command and removed afterwards,
then a moving-average cross over it with all logs: once to vet it, once to stream it, in one run. Memory
is the peak of the process (`ru_maxrss`), and must not grow with the file. Needs Python and zstd.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

MANY = """\
name: many
generate: {{ kind: random_walk, series: {count}, bars: {bars}, start: 10000, seed: 1 }}
positions:
  unit: weight
  rebalance: every_bar
{positions}
execution: {{ cash: 100000000, fill: next_open, fee_bps: 1, slippage_bps: 1 }}
"""
STREAM = """\
name: stream
data: {{ X: {{ file: {file}, format: pawl }} }}
positions:
  unit: weight
  rebalance: on_change
  X: where(sma(X.close, 10) > sma(X.close, 30), 1, -1)
execution: {{ cash: 100000, fill: next_open, fee_bps: 1, slippage_bps: 1 }}
"""


def run(pawl, spec, folder, threads):
    """Clock and processor seconds, peak memory in MB, and the manifest of a run."""
    path = f"{folder}/spec.yaml"
    with open(path, "w") as file:
        file.write(spec)
    out = f"{folder}/run"
    arguments = [pawl, "run", path, "--out", out, "--force", "--quiet", "--threads", str(threads)]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    began = time.monotonic()
    process = os.posix_spawn(pawl, arguments, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"a run failed: {' '.join(arguments)}")
    seconds = time.monotonic() - began
    with open(f"{out}/manifest.json") as file:
        manifest = json.load(file)
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, manifest


def many(arguments, folder):
    print(f"{'instruments':>12} {'bars':>11} {'clock s':>8} {'cpu s':>8} {'bars/s':>11} {'orders':>10} {'MB':>7}")
    for count in map(int, arguments.instruments.split(",")):
        names = (["X", "Y"] if count == 2 else [f"X{index}" for index in range(1, count + 1)])
        positions = "\n".join(
            f"  {name}: where(sma({name}.close, 10) > sma({name}.close, 30), 1, -1) / {count}"
            for name in names)
        spec = MANY.format(count=count, bars=arguments.bars_each, positions=positions)
        seconds, cpu, memory, manifest = run(arguments.pawl, spec, folder, arguments.threads)
        bars = count * arguments.bars_each
        print(f"{count:12,} {bars:11,} {seconds:8.2f} {cpu:8.2f} {bars / cpu:11,.0f} "
              f"{manifest['tables']['orders']['rows']:10,} {memory:7.0f}", flush=True)


def make_file(path, bars):
    """One-second bars: the prices of a walk of 100 000 bars that comes again and again."""
    random.seed(1)
    block = []
    price = 100000
    for _ in range(100_000):
        before, price = price, min(max(price + random.randrange(-50, 51), 50_000), 200_000)
        high, low = max(before, price) + 3, min(before, price) - 3
        block.append("%.2f,%.2f,%.2f,%.2f,%d\n" % (before / 100, high / 100, low / 100, price / 100, 1000))
    zstd = subprocess.Popen(["zstd", "-q", "-f", "-1", "-o", path], stdin=subprocess.PIPE)
    zstd.stdin.write(b"ts,open,high,low,close,volume\n")
    stamp = 946_684_800_000
    for first in range(0, bars, len(block)):
        rows = block[: bars - first]
        stamps = range(stamp + 1000 * first, stamp + 1000 * (first + len(rows)), 1000)
        zstd.stdin.write("".join(["%d,%s" % pair for pair in zip(stamps, rows)]).encode())
    zstd.stdin.close()
    if zstd.wait() != 0:
        sys.exit("zstd failed")


def stream(arguments, folder):
    print(f"{'bars':>12} {'clock s':>8} {'cpu s':>8} {'bars/s':>11} {'MB':>7}")
    for bars in map(int, arguments.bars.split(",")):
        file = f"{folder}/bars.csv.zst"
        # Apart, because a process's peak memory counts that of the one which started it.
        maker = os.fork()
        if maker == 0:
            make_file(file, bars)
            os._exit(0)
        if os.waitpid(maker, 0)[1] != 0:
            sys.exit("the file could not be made")
        seconds, cpu, memory, _ = run(arguments.pawl, STREAM.format(file=file), folder, arguments.threads)
        os.remove(file)
        print(f"{bars:12,} {seconds:8.2f} {cpu:8.2f} {bars / cpu:11,.0f} {memory:7.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Bars at scale.")
    parser.add_argument("pawl")
    parser.add_argument("kind", choices=["many", "stream"])
    parser.add_argument("--instruments", default="50,100,200,500")
    parser.add_argument("--bars-each", type=int, default=5000)
    parser.add_argument("--bars", default="2000000,10000000")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", help="where the file and the logs go; some 50 bytes a bar")
    arguments = parser.parse_args()
    arguments.pawl = os.path.abspath(arguments.pawl)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        (many if arguments.kind == "many" else stream)(arguments, folder)


main()
