"""A published tutorial's walk-forward LSTM in Keras 3, as the tutorial does it, and its variants.

    KERAS_BACKEND=jax python keras_tutorial.py --variant base --series 0:20     (or tensorflow, torch)
    KERAS_BACKEND=jax python keras_tutorial.py --variant all --series 0:20 --scores keras-tutorial-scores.csv

The series are those of RandomState(s); strategies/tutorial-lstm-leaky.yaml is series 0, base. One
network lives through all steps: fit on windows 0..i-1, then predict and evaluate window i. Prints the
mean squared error over the last quarter of the predictions, that of repeating the last target, and the
seconds of the loop. `--scores` adds a line to a file for each run and leaves out runs that it holds.
"""

import argparse
import importlib.metadata
import os
import time
from dataclasses import dataclass

START = time.perf_counter()
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

DROPOUT = 0.3


@dataclass
class Variant:
    hidden: tuple = (32,)
    epochs: int = 3
    batch: int = 1
    lookback: int = 15
    stateful: bool = False


VARIANTS = {
    "base": Variant(),
    "hidden-96": Variant(hidden=(96,)),
    "epochs-10": Variant(epochs=10),
    "batch-10": Variant(batch=10),
    "lookback-5": Variant(lookback=5),
    "stacked-stateful": Variant(hidden=(32, 32, 32, 32), stateful=True),
}


def coint_path(steps, delta, sigma, start, seed):
    random = np.random.RandomState(seed)
    x, y = [start], [start]
    for _ in range(steps):
        dx = random.randn() + delta * (y[-1] - x[-1])
        x.append(x[-1] + dx)
        y.append(y[-1] + random.randn() + sigma * (x[-1] - y[-1]))
    return np.array(x), np.array(y)


def scaled(values):
    low, high = values.min(), values.max()
    return -1 + (values - low) * 2 / (high - low)


def samples(series, lookback):
    """Windows of both prices, and X - slope(Y on X) Y at the last bar of each."""
    x, y = (scaled(values) for values in coint_path(60, 0.9, 0.1, 0.0, series))
    windows, targets = [], []
    for start in range(61 - lookback - 1):
        window_x, window_y = x[start : start + lookback], y[start : start + lookback]
        beta = np.polyfit(window_x, window_y, 1)[0]
        windows.append(np.stack([window_x, window_y], axis=1))
        targets.append(window_x[-1] - beta * window_y[-1])
    return np.array(windows, dtype=np.float32), np.array(targets, dtype=np.float32)


def network(variant):
    shape = (variant.lookback, 2)
    model = keras.Sequential(
        [keras.layers.Input(batch_shape=(1, *shape)) if variant.stateful else keras.layers.Input(shape)]
    )
    for layer, hidden in enumerate(variant.hidden):
        model.add(
            keras.layers.LSTM(
                hidden,
                dropout=DROPOUT,
                recurrent_dropout=DROPOUT,
                stateful=variant.stateful,
                return_sequences=layer + 1 < len(variant.hidden),
            )
        )
    model.add(keras.layers.Dense(1))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.001))
    return model


def last_quarter(errors):
    return float(np.mean(errors[-len(errors) // 4 :]))


def walk(variant, series, draw):
    """The score of the network, and that of repeating the last target."""
    keras.utils.set_random_seed(series + 100 * draw)
    windows, targets = samples(series, variant.lookback)
    model = network(variant)
    errors, naive = [], []
    for i in range(1, len(windows)):
        model.fit(windows[:i], targets[:i], epochs=variant.epochs, batch_size=variant.batch, verbose=0)
        if variant.stateful:
            for layer in model.layers[:-1]:
                layer.reset_state()
        forecast = float(np.asarray(model.predict(windows[i : i + 1], verbose=0)).ravel()[0])
        model.evaluate(windows[i : i + 1], targets[i : i + 1], verbose=0)
        errors.append((forecast - targets[i]) ** 2)
        naive.append((targets[i - 1] - targets[i]) ** 2)
    return last_quarter(errors), last_quarter(naive)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--variant", default="base", help="one of " + ", ".join(VARIANTS) + ", or all")
    arguments.add_argument("--series", default="0:1", help="first:end")
    arguments.add_argument("--draw", type=int, default=0, help="another draw of weights and masks")
    arguments.add_argument("--scores", help="the file to add to")
    options = arguments.parse_args()
    first, end = (int(part) for part in options.series.split(":"))
    names = list(VARIANTS) if options.variant == "all" else [options.variant]

    known = set()
    if options.scores and os.path.exists(options.scores):
        with open(options.scores) as lines:
            known = {tuple(line.split(",")[:2]) for line in lines if not line.startswith("#")}
    elif options.scores:
        backend = keras.backend.backend()
        with open(options.scores, "w") as out:
            out.write(
                f"# keras {keras.__version__} on {backend} {importlib.metadata.version(backend)}, "
                f"numpy {np.__version__}\n"
                f"# KERAS_BACKEND={backend} python Benchmarks/peers/keras_tutorial.py --variant all "
                f"--series 0:20 --scores FILE\n"
                "variant,series,score,naive\n"
            )
    print(f"keras {keras.__version__} on {keras.backend.backend()}: {time.perf_counter() - START:.2f} s to load")
    # Series by series, so that a part of the campaign is already balanced.
    for series in range(first, end):
        for name in names:
            if (name, str(series)) in known:
                continue
            begun = time.perf_counter()
            score, naive = walk(VARIANTS[name], series, options.draw)
            print(
                f"{name}, series {series}: {score:.5f} mse of the last quarter, {naive:.5f} naive, "
                f"{time.perf_counter() - begun:.2f} s",
                flush=True,
            )
            if options.scores:
                with open(options.scores, "a") as out:
                    out.write(f"{name},{series},{score:.9g},{naive:.9g}\n")
            keras.backend.clear_session()


main()
