"""One session of `pawl bench bars` and its peers on the same bars, interleaved.

    python bars_session.py .build/release/pawl --python .venv/bin/python
        [--nautilus-python .venv-nautilus/bin/python] [--rounds 5] [--cpu 1] [--json FILE]

nautilus_trader needs an environment of its own, beside vectorbt, backtesting and backtrader. First the
results are held against one another on 20 000 bars: the final equity over the starting cash, and the
final position. Then each round measures every engine once, each in a fresh process and after a pass
that does not count; the table has the median over rounds, the least and the most, and how many times
as many bars a second Pawl does. Pawl is measured in elapsed time, the peers in their processor time.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["vectorbt", "backtesting", "nautilus", "backtrader", "backtrader_observed"]
CHECK_BARS = 20_000

# The spec of `pawl bench bars` but for the slippage, which the peers do not charge.
SPEC = f"""
name: bars-session
generate: {{ kind: random_walk, series: 1, bars: {CHECK_BARS}, start: 100000, seed: 1 }}
positions:
  unit: weight
  rebalance: on_change
  X: where(sma(X.close, 10) > sma(X.close, 30), 1, -1)
execution: {{ cash: 100000, fill: next_open, fee_bps: 1, slippage_bps: 0 }}
"""


class Session:
    def __init__(self, a, folder):
        self.a, self.folder = a, folder
        self.pin = ["taskset", "-c", str(a.cpu)] if a.cpu is not None else []
        self.file = os.path.join(folder, "bars", "X.csv")
        self.output([
            a.pawl, "generate", "random_walk", "--bars", "1000000", "--seed", "1", "--set", "series=1",
            "--set", "start=100000", "--out", os.path.dirname(self.file)])

    def output(self, command):
        done = subprocess.run(self.pin + command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def peer(self, name, *options):
        python = self.a.nautilus_python if name == "nautilus" else self.a.python
        return json.loads(self.output(
            [python, os.path.join(HERE, "bars_peers.py"), name, "--file", self.file, *options]))

    def check(self):
        spec = os.path.join(self.folder, "session.yaml")
        with open(spec, "w") as out:
            out.write(SPEC)
        run = os.path.join(self.folder, "run")
        manifest = json.loads(
            self.output([self.a.pawl, "run", spec, "--out", run, "--quiet", "--json"]))
        ours = manifest["metrics"]["final_equity"] / 100_000
        print(f"{CHECK_BARS} bars, fee 1 bps:\n  {'pawl':20} equity/cash {ours:.6f}")
        for name in self.peers():
            result = self.peer(name, "--bars", str(CHECK_BARS), "--repeats", "1")
            equity = result["final_equity_of_cash"]
            print(f"  {name:20} equity/cash {equity:.6f}  position {result['position']:+.0f}")
            if abs(equity - ours) > 1e-4:
                raise SystemExit(f"{name} ends at {equity}, within 0.0001 of {ours} is needed")

    def peers(self):
        return [p for p in PEERS if p != "nautilus" or self.a.nautilus_python]

    def round(self):
        bench = json.loads(self.output(
            [self.a.pawl, "bench", "bars", "--passes", "3", "--json"]))
        rates = {"pawl": bench["bars_per_second"]}
        for name in self.peers():
            rates[name] = self.peer(name, "--repeats", "2")["bars_per_second"]
        return rates


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pawl")
    parser.add_argument("--python", required=True)
    parser.add_argument("--nautilus-python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpu", type=int, help="the core that all are bound to")
    parser.add_argument("--json", help="a file for the rates of every round")
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(a, folder)
        session.check()
        rounds = []
        for index in range(a.rounds):
            rounds.append(session.round())
            print(f"round {index + 1}: " + ", ".join(
                f"{name} {rate:,.0f}" for name, rate in rounds[-1].items()), flush=True)
    if a.json:
        with open(a.json, "w") as out:
            json.dump(rounds, out, indent=1)
    ours = statistics.median(r["pawl"] for r in rounds)
    print("\n| engine | bars/s, median | least | most | pawl is times as fast |\n|---|---|---|---|---|")
    for name in rounds[0]:
        rates = [r[name] for r in rounds]
        median = statistics.median(rates)
        print(f"| {name} | {median:,.0f} | {min(rates):,.0f} | {max(rates):,.0f} | {ours / median:,.1f} |")


main()
