"""The variants of a published tutorial in Pawl, against Keras's scores of the same series.

    python Benchmarks/peers/tutorial_parity.py .build/release/pawl

Walks strategies/tutorial-lstm-leaky.yaml, with what each variant changes, over the series of
RandomState(0..19), one run a series, and takes the mean squared error over the last quarter of the
forecasts. keras-tutorial-scores.csv holds Keras's, made by keras_tutorial.py. Weights, order of samples
and dropout masks are drawn by different generators, so no two runs agree; their distributions must: a
paired Wilcoxon test over the series may not reject at 0.5 %. Exit 1 where one does.
"""

import argparse
import csv
import io
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import scipy.stats

HERE = pathlib.Path(__file__).parent
SPEC = HERE.parent.parent / "strategies/tutorial-lstm-leaky.yaml"
LEVEL = 0.005
VARIANTS = {
    "base": [],
    "hidden-96": ["model.hidden=[96]"],
    "epochs-10": ["training.epochs=10"],
    "batch-10": ["training.batch=10"],
    "lookback-5": ["model.lookback=5", "target.value=X.close - slope(X.close, Y.close, 5) * Y.close"],
    "stacked-stateful": ["model.hidden=[32, 32, 32, 32]", "model.stateful=keras"],
}


def table(path):
    """The rows of a log, as dictionaries."""
    text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


def run(pawl, spec, settings, out):
    """The rows of `scores` of a spec with changes."""
    changes = [word for setting in settings for word in ("--set", setting)]
    subprocess.run(
        [pawl, "run", spec, *changes, "--out", out, "--force", "--quiet"], check=True, capture_output=True)
    return table(pathlib.Path(out) / "scores.csv.zst")


def last_quarter(errors):
    return float(np.mean(errors[-len(errors) // 4 :]))


def score(pawl, variant, series, out):
    rows = run(pawl, SPEC, [f"generate.seed={series}", f"seed={series}", *VARIANTS[variant]], out)
    return last_quarter([(float(row["forecast"]) - float(row["actual"])) ** 2 for row in rows])


def keras_scores():
    scores = {}
    with open(HERE / "keras-tutorial-scores.csv") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            scores.setdefault(row["variant"], {})[int(row["series"])] = float(row["score"])
    return scores


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pawl")
    arguments.add_argument("--variant", choices=list(VARIANTS))
    options = arguments.parse_args()
    keras = keras_scores()
    rejected = []
    print(f"{'variant':18}{'series':>7}{'Keras median':>14}{'Pawl median':>13}{'Pawl below':>12}{'Wilcoxon p':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for variant in [options.variant] if options.variant else VARIANTS:
            series = sorted(keras.get(variant, {}))
            theirs = np.array([keras[variant][s] for s in series])
            ours = np.array([score(options.pawl, variant, s, f"{folder}/run") for s in series])
            p = scipy.stats.wilcoxon(ours, theirs).pvalue
            print(
                f"{variant:18}{len(series):7}{np.median(theirs):14.4f}{np.median(ours):13.4f}"
                f"{np.sum(ours < theirs):12}{p:12.3f}",
                flush=True)
            if p < LEVEL:
                rejected.append(variant)
    if rejected:
        sys.exit(f"the scores of {', '.join(rejected)} are not Keras's (p < {LEVEL})")


if __name__ == "__main__":
    main()
