"""How near a trained network comes to the best forecast that there is, as its data grow.

    python3 Benchmarks/truth_curve.py .build/release/pawl [--seeds 10] [--table FILE] [--picture FILE.svg]

Three processes with known truth. A network is trained once, on the first n samples of a series, and
forecasts the next change of X on the 5,000 bars that follow. Its skill (1 - squared error / squared
error of forecasting no change) stands beside the oracle's on the same bars, as the mean over seeds of
series and weights. About 20,000 visits of a sample, at least three epochs. Exit 1 where the share does
not rise to what is asked for below. Needs nothing but Python.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

SPEC = """\
name: truth-curve
seed: {seed}
generate: {{ {process}, bars: {bars}, seed: {seed}, prices: signed }}
features: {{ {features} }}
target: {{ value: diff(X.close), horizon: 1 }}
model: {{ cell: lstm, hidden: [8], lookback: 4 }}
training: {{ epochs: {epochs}, batch: 16, learning_rate: 0.001, shuffle: true }}
walk_forward: {{ train: expanding, first: {samples}, refit_every: never }}
positions: {{ unit: units }}
execution: {{ cash: 100000 }}
"""
PAIR = "x: diff(X.close), y: diff(Y.close), spread: Y.close - X.close"
PROCESSES = {
    "pair, δ 0.9 σ 0.1": ("kind: coint_path, delta: 0.9, sigma: 0.1", PAIR),
    "pair, δ 0.2 σ 0.05": ("kind: coint_path, delta: 0.2, sigma: 0.05", PAIR),
    "AR(1), φ 0.8": ("kind: ar1, phi: 0.8", "x: X.close"),
}
SAMPLES = [100, 300, 1000, 3000, 10_000, 30_000]
TEST_BARS = 5000
# The least share of the oracle's skill with the most samples.
SHARE = 0.95


def skills(pawl, folder, process, features, samples, seed):
    """The network's skill and the oracle's."""
    epochs = max(3, min(200, 20_000 // samples))
    text = SPEC.format(
        seed=seed, process=process, features=features, samples=samples, epochs=epochs,
        bars=samples + TEST_BARS)
    with open(f"{folder}/truth-curve.yaml", "w") as file:
        file.write(text)
    subprocess.run(
        [pawl, "run", f"{folder}/truth-curve.yaml", "--out", f"{folder}/run", "--force", "--quiet"],
        check=True, capture_output=True)
    with open(f"{folder}/run/manifest.json") as file:
        metrics = json.load(file)["metrics"]
    # The oracle's is told against the best baseline, here that of no change.
    assert metrics["skill"] == metrics["skill_zero"] or abs(metrics["skill"] - metrics["skill_zero"]) < 0.01
    return metrics["skill_zero"], metrics["oracle_skill"]


def picture(rows):
    """Shares of the oracle's skill by samples, as SVG."""
    width, height, left, top, right, bottom = 640, 360, 60, 20, 200, 45
    colors = ["#1b6ca8", "#c0392b", "#2e7d32"]
    inner_w, inner_h = width - left - right, height - top - bottom

    def x(index):
        return left + inner_w * index / (len(SAMPLES) - 1)

    def y(share):
        return top + inner_h * (1 - max(share, -0.2)) / 1.2

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        line = "#333" if share in (0, 1) else "#ddd"
        out.append(f'<path d="M{left} {y(share):.1f}H{left + inner_w}" stroke="{line}"/>')
        out.append(f'<text x="{left - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share * 100:.0f} %</text>')
    for index, samples in enumerate(SAMPLES):
        out.append(f'<text x="{x(index):.1f}" y="{height - 24}" text-anchor="middle">{samples:,}</text>')
    out.append(
        f'<text x="{left + inner_w / 2:.1f}" y="{height - 6}" text-anchor="middle">'
        "samples trained on</text>")
    out.append(f'<text x="{left + inner_w + 8}" y="{y(1) + 4:.1f}">the oracle</text>')
    for (name, points), color in zip(rows.items(), colors):
        shares = [point[0] / point[1] for point in points]
        path = " ".join(f"{x(i):.1f},{y(share):.1f}" for i, share in enumerate(shares))
        out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        for i, share in enumerate(shares):
            if share >= -0.2:
                out.append(f'<circle cx="{x(i):.1f}" cy="{y(share):.1f}" r="3" fill="{color}"/>')
    for index, (name, color) in enumerate(zip(rows, colors)):
        at = top + inner_h - 60 + 20 * index
        out.append(f'<path d="M{left + inner_w - 160} {at}h20" stroke="{color}" stroke-width="2"/>')
        out.append(f'<text x="{left + inner_w - 134}" y="{at + 4}">{name}</text>')
    return "\n".join([*out, "</svg>", ""])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pawl")
    arguments.add_argument("--seeds", type=int, default=10)
    arguments.add_argument("--table", help="where to write the table (Markdown)")
    arguments.add_argument("--picture", help="where to write the picture (SVG)")
    options = arguments.parse_args()
    pawl = os.path.abspath(options.pawl)
    rows, short = {}, []
    lines = ["| process | samples | skill | the oracle's | share |", "|---|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, (process, features) in PROCESSES.items():
            for samples in SAMPLES:
                found = [
                    skills(pawl, folder, process, features, samples, seed)
                    for seed in range(1, options.seeds + 1)]
                ours, best = (statistics.fmean(column) for column in zip(*found))
                rows.setdefault(name, []).append((ours, best))
                lines.append(
                    f"| {name} | {samples:,} | {ours * 100:.1f} % | {best * 100:.1f} % | "
                    f"{ours / best * 100:.0f} % |")
                print(lines[-1], flush=True)
            if rows[name][-1][0] < SHARE * rows[name][-1][1]:
                short.append(name)
    if options.table:
        with open(options.table, "w") as file:
            file.write("\n".join([*lines, ""]))
    if options.picture:
        with open(options.picture, "w") as file:
            file.write(picture(rows))
    if short:
        sys.exit(f"less than {SHARE * 100:.0f} % of the oracle's skill: {', '.join(short)}")


if __name__ == "__main__":
    main()
