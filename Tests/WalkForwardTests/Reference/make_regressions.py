"""Writes regressions.txt: walks of regressions forward in time, solved by NumPy and statsmodels.

    python make_regressions.py > regressions.txt

A plain second telling of the rules, with none of Pawl's code: at bar t the samples s <= t - max(h, 1),
h the longest horizon, are mature; from the first bar with `first` of them, and every `every` bars after
it, each horizon's regression is solved on its training samples; every bar from then on has a forecast.

- ridge: inputs are the window's features, standardised by the training samples' mean and standard
  deviation; numpy.linalg.solve of (Z'WZ + penalty I) b = Z'W(y - mean).
- ar: statsmodels WLS of the label on a constant and the newest `order` labels known.
- ecm: statsmodels WLS of the first feature on a constant and the second, then of the label on a
  constant, that regression's residual, and the last changes of both features.

Sample weights halve with every `half` bars of age (0: all alike) and have the mean 1. Features and
targets are those of make_walks.py. Each line names a configuration, the next has its forecasts, those
of one bar side by side.
"""

import numpy as np
import statsmodels.api as sm

BARS = 90


def series(width):
    bars = np.arange(BARS)[:, None]
    column = np.arange(width)[None, :]
    features = np.sin(bars * (0.37 + 0.23 * column)) + 0.5 * np.sin(
        bars * bars * (0.011 + 0.007 * column))
    before = np.vstack([np.zeros((1, width)), features[:-1]])
    target = 0.3 * before.sum(axis=1) + 0.4 * np.sin(1.7 * np.arange(BARS)) + 2
    return features * 3 + 1, target


def weights_of(samples, half):
    if half == 0:
        return np.ones(len(samples))
    weights = 2.0 ** (-(samples[-1] - np.array(samples)) / half)
    return weights / weights.mean()


def ridge(samples, at, label, weights, features, lookback, penalty):
    def row(s):
        return features[s - lookback + 1 : s + 1].ravel()

    inputs = np.array([row(s) for s in samples])
    labels = np.array([label(s) for s in samples])
    mean = np.average(inputs, axis=0, weights=weights)
    scale = np.sqrt(np.average((inputs - mean) ** 2, axis=0, weights=weights))
    z = (inputs - mean) / scale
    center = np.average(labels, weights=weights)
    gram = z.T @ (weights[:, None] * z) + penalty * np.eye(z.shape[1])
    slope = np.linalg.solve(gram, z.T @ (weights * (labels - center)))
    return center + (row(at) - mean) / scale @ slope


def ar(samples, at, label, weights, target, horizon, order):
    def row(s):
        newest = s - 1 if horizon == 0 else s
        return [1.0] + [target[newest - lag] for lag in range(order)]

    # A label before bar `horizon` belongs to no sample.
    kept = [i for i, s in enumerate(samples) if s - (horizon == 0) - order + 1 >= horizon]
    inputs = np.array([row(samples[i]) for i in kept])
    labels = np.array([label(samples[i]) for i in kept])
    # The weights' scale does not matter.
    return sm.WLS(labels, inputs, weights=weights[kept]).fit().predict([row(at)])[0]


def ecm(samples, at, label, weights, features):
    rows = features[samples]
    line = sm.WLS(rows[:, 0], sm.add_constant(rows[:, 1]), weights=weights).fit().params

    def row(s):
        error = features[s, 0] - line[0] - line[1] * features[s, 1]
        return np.concatenate([[1.0, error], features[s] - features[s - 1]])

    labels = np.array([label(s) for s in samples])
    inputs = np.array([row(s) for s in samples])
    return sm.WLS(labels, inputs, weights=weights).fit().predict([row(at)])[0]


def walk(name, model, width, lookback, horizons, train, window, first, every, half, **options):
    features, target = series(width)
    wait = max(max(horizons), 1)
    first_refit, samples, forecasts = None, [], []
    for t in range(BARS):
        mature = list(range(lookback - 1, t - wait + 1))
        if first_refit is None and len(mature) >= first:
            first_refit = t
        if first_refit is None:
            continue
        if (t - first_refit) % every == 0:
            samples = mature[-window:] if train == "rolling" else mature
        weights = weights_of(samples, half)
        for h in horizons:
            label = lambda s: target[s + h]
            if model == "ridge":
                value = ridge(samples, t, label, weights, features, lookback, options["penalty"])
            elif model == "ar":
                value = ar(samples, t, label, weights, target, h, options["order"])
            else:
                value = ecm(samples, t, label, weights, features)
            forecasts.append(float(value))
    words = dict(
        model=model, width=width, lookback=lookback, horizons=",".join(map(str, horizons)),
        train=train, window=window, first=first, every=every, half=half, **options)
    print("walk", name, *[f"{key}={value}" for key, value in words.items()])
    print("forecasts", *[repr(value) for value in forecasts])


walk("ridge", "ridge", 2, 3, [1], "expanding", 0, 12, 1, 0, penalty=2.5)
walk("ridge-rolling", "ridge", 3, 2, [1, 4], "rolling", 20, 10, 3, 0, penalty=0.1)
walk("ridge-weighted", "ridge", 1, 4, [2], "expanding", 0, 15, 1, 9.5, penalty=1.0)
walk("ols-nowcast", "ridge", 2, 1, [0], "expanding", 0, 8, 2, 0, penalty=0.0)
walk("ar", "ar", 1, 1, [1], "expanding", 0, 14, 1, 0, order=3)
walk("ar-horizons", "ar", 1, 2, [3, 1], "rolling", 30, 20, 4, 0, order=2)
walk("ar-nowcast", "ar", 1, 1, [0], "expanding", 0, 10, 1, 0, order=1)
walk("ar-weighted", "ar", 1, 1, [1], "expanding", 0, 20, 1, 15, order=5)
walk("ecm", "ecm", 2, 2, [1], "expanding", 0, 12, 1, 0)
walk("ecm-rolling", "ecm", 2, 2, [2, 5], "rolling", 25, 15, 5, 0)
walk("ecm-weighted", "ecm", 2, 3, [1], "expanding", 0, 12, 2, 20)
