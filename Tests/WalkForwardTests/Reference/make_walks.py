"""Writes walks.txt: small walks of an LSTM forward in time, made by PyTorch and by Keras.

    python make_walks.py > walks.txt

A plain second telling of the rules, with none of Pawl's code: at bar t the samples s <= t - max(h, 1)
are mature; from the first bar with `first` of them the network trains on its training set and then
forecasts. Features and targets are sums of sines (`series`) and initial weights come from a
congruential generator (`start_weights`), so that only forecasts need to be written. Each line `walk`
names a configuration, `scale` is the standard deviation of the target, `parts N` the number of bars
with a forecast before the first at which PyTorch's own Float32 and Float64 part by more than 1e-5 of
scale, `forecasts` PyTorch's in Float64 up to there (those of one bar side by side). The walk named
keras3 is trained by `keras.optimizers.Adam` on the torch backend, the same cell with one bias.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import numpy as np
import torch

NAMES = [
    "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0",
    "head.weight", "head.bias",
]
BARS = 350


def series(width):
    """Features [bar, width] and the target [bar], which follows the features of the bar before."""
    bars = np.arange(BARS)[:, None]
    column = np.arange(width)[None, :]
    features = np.sin(bars * (0.37 + 0.23 * column)) + 0.5 * np.sin(
        bars * bars * (0.011 + 0.007 * column))
    before = np.vstack([np.zeros((1, width)), features[:-1]])
    target = 0.3 * before.sum(axis=1) + 0.4 * np.sin(1.7 * np.arange(BARS)) + 2
    return features * 3 + 1, target


def start_weights(shapes, hidden, dialect):
    """Numbers within 1 / sqrt(hidden), tensor by tensor in the order of NAMES, as Float32."""
    x, weights = 1, {}
    for name in NAMES:
        values = []
        for _ in range(int(np.prod(shapes[name]))):
            x = (1103515245 * x + 12345) % 2**31
            values.append(((x >> 8) % 2001 - 1000) / 1000 / np.sqrt(hidden))
        if dialect == "keras3" and name == "rnn.bias_hh_l0":
            values = [0.0] * len(values)
        weights[name] = torch.tensor(values, dtype=torch.float32).reshape(shapes[name])
    return weights


class Net(torch.nn.Module):
    def __init__(self, features, hidden, outputs):
        super().__init__()
        self.rnn = torch.nn.LSTM(features, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def scaler(kind, values):
    """(scaled, restored) of a column, as functions."""
    if kind == "zscore":
        mean, deviation = values.mean(), values.std()
        return (lambda x: (x - mean) / deviation), (lambda y: y * deviation + mean)
    if kind == "minmax":
        low, span = values.min(), values.max() - values.min()
        return (lambda x: (x - low) / span * 2 - 1), (lambda y: (y + 1) / 2 * span + low)
    return (lambda x: x), (lambda y: y)


def walk(start, dtype, *, train, window, start_from, scale, horizons, features, hidden, lookback,
         batch, first, every, rate, refits, dialect="torch", **_):
    x, target = series(features)
    outputs = len(horizons)

    def fresh():
        net = Net(features, hidden, outputs).to(dtype)
        net.load_state_dict({k: v.to(dtype) for k, v in start.items()})
        return net, optimizer(net, rate, dialect)

    net, step = fresh()
    mature, used, done, first_bar, forecasts = [], 0, 0, None, []
    for t in range(BARS):
        sample = t - max(max(horizons), 1)
        if sample >= lookback - 1:
            mature.append(sample)
        if done == 0 and len(mature) >= first:
            first_bar = t
        if first_bar is None:
            continue
        if (t - first_bar) % every == 0:
            if done == refits:
                break
            samples = {"expanding": mature, "rolling": mature[-window:], "incremental": mature[used:]}[train]
            used, done = len(mature), done + 1
            fitted = mature if train == "incremental" else samples
            rows = sorted({row for s in fitted for row in range(s - lookback + 1, s + 1)})
            columns = [scaler(scale, x[rows, c]) for c in range(features)]
            heads = [scaler(scale, target[[s + h for s in fitted]]) for h in horizons]
            scaled = np.stack([columns[c][0](x[:, c]) for c in range(features)], axis=1)
            labels = np.stack(
                [[heads[i][0](target[s + h]) for i, h in enumerate(horizons)] for s in samples])
            if start_from == "cold":
                net, step = fresh()
            for begin in range(0, len(samples), batch):
                part = samples[begin : begin + batch]
                inputs = np.stack([scaled[s - lookback + 1 : s + 1] for s in part])
                net.zero_grad()
                loss = torch.nn.functional.mse_loss(
                    net(torch.tensor(inputs, dtype=dtype)),
                    torch.tensor(labels[begin : begin + batch], dtype=dtype))
                loss.backward()
                step()
        scaled_window = np.stack(
            [columns[c][0](x[t - lookback + 1 : t + 1, c]) for c in range(features)], axis=1)
        with torch.no_grad():
            out = net(torch.tensor(scaled_window[None], dtype=dtype))[0].double().numpy()
        forecasts.append([heads[i][1](out[i]) for i in range(outputs)])
    return np.array(forecasts)


def optimizer(net, rate, dialect):
    if dialect == "torch":
        return torch.optim.Adam(net.parameters(), lr=rate).step
    import keras

    # One bias: the second stays what it is. Keras keeps its variables beside the parameters, in the
    # dtype of the network.
    parameters = [p for n, p in net.named_parameters() if n != "rnn.bias_hh_l0"]
    keras.backend.set_floatx(str(parameters[0].dtype).removeprefix("torch."))
    variables = [keras.Variable(p.detach().clone(), dtype=keras.backend.floatx()) for p in parameters]
    adam = keras.optimizers.Adam(learning_rate=rate)

    def step():
        adam.apply([p.grad.detach().clone() for p in parameters], variables)
        with torch.no_grad():
            for parameter, variable in zip(parameters, variables):
                parameter.copy_(variable.value)

    return step


BASE = dict(
    train="rolling", window=40, start_from="warm", scale="none", horizons=[1], features=2, hidden=8,
    lookback=5, batch=4, first=30, every=1, rate=1e-3, refits=60, dialect="torch")
WALKS = {
    "rolling-batch-4": dict(hidden=32, refits=300, lookback=15, rate=5e-4, scale="minmax"),
    "rolling-that-parts": dict(hidden=32, refits=300, scale="zscore"),
    "rolling-batch-1": dict(hidden=32, batch=1, refits=100, scale="zscore"),
    "expanding-warm": dict(train="expanding", features=5, hidden=7, every=3, refits=20),
    "expanding-zscore": dict(train="expanding", horizons=[2], scale="zscore", batch=7),
    "cold": dict(start_from="cold", scale="minmax", rate=1e-2),
    "incremental": dict(train="incremental", every=2, scale="minmax", batch=3, rate=1e-2),
    "two-horizons": dict(horizons=[1, 2], hidden=17, features=5, scale="zscore"),
    "keras3": dict(scale="zscore", dialect="keras3"),
}


def numbers(name, values):
    print(name, *(f"{v:.9g}" for v in np.asarray(values, dtype=np.float64).reshape(-1)))


def main():
    torch.set_num_threads(1)
    for name, changes in WALKS.items():
        options = BASE | changes
        net = Net(options["features"], options["hidden"], len(options["horizons"]))
        shapes = {name: tensor.shape for name, tensor in net.state_dict().items()}
        start = start_weights(shapes, options["hidden"], options["dialect"])
        double = walk(start, torch.float64, **options)
        single = walk(start, torch.float32, **options)
        scale = series(options["features"])[1].std()
        apart = np.abs(double - single).max(axis=1) > 1e-5 * scale
        parts = int(np.argmax(apart)) if apart.any() else len(double)
        print("walk", name, *(
            f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"
            for key, value in options.items()))
        print("scale", f"{scale:.9g}")
        print("parts", parts)
        numbers("forecasts", double[:parts])
        print(f"{name}: {len(double)} forecasts, {parts} before parting", file=sys.stderr)


if __name__ == "__main__":
    main()
