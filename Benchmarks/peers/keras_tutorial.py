"""The walk-forward of strategies/tutorial-lstm-leaky.yaml in Keras 3, as its tutorial does it.

    KERAS_BACKEND=tensorflow python keras_tutorial.py        (or jax, or torch)

One network lives through all 44 steps: fit on windows 0..i-1 for 3 epochs in batches of 1, then
predict and evaluate window i. Prints the mean squared error over the last quarter of the
predictions, and the seconds of the loop and of the whole process.
"""

import os
import time

START = time.perf_counter()
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

LOOKBACK, HIDDEN, DROPOUT, EPOCHS, BATCH = 15, 32, 0.3, 3, 1


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


def main():
    keras.utils.set_random_seed(0)
    x, y = (scaled(series) for series in coint_path(60, 0.9, 0.1, 0.0, 0))
    windows, targets = [], []
    for start in range(45):
        window_x, window_y = x[start : start + LOOKBACK], y[start : start + LOOKBACK]
        beta = np.polyfit(window_x, window_y, 1)[0]
        windows.append(np.stack([window_x, window_y], axis=1))
        targets.append(window_x[-1] - beta * window_y[-1])
    windows = np.array(windows, dtype=np.float32)
    targets = np.array(targets, dtype=np.float32)

    model = keras.Sequential(
        [
            keras.layers.Input((LOOKBACK, 2)),
            keras.layers.LSTM(HIDDEN, dropout=DROPOUT, recurrent_dropout=DROPOUT),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.001))

    begun = time.perf_counter()
    errors = []
    for i in range(1, 45):
        model.fit(windows[:i], targets[:i], epochs=EPOCHS, batch_size=BATCH, verbose=0)
        forecast = float(np.asarray(model.predict(windows[i : i + 1], verbose=0)).ravel()[0])
        model.evaluate(windows[i : i + 1], targets[i : i + 1], verbose=0)
        errors.append((forecast - targets[i]) ** 2)
    done = time.perf_counter()
    print(
        f"keras {keras.__version__} on {keras.backend.backend()}: "
        f"{np.mean(errors[-len(errors) // 4 :]):.5f} mse of the last quarter, "
        f"{done - begun:.2f} s in the loop, {done - START:.2f} s in all"
    )


main()
