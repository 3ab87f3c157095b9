"""Writes wide_walks.txt: walks of every kind of network and training, made by PyTorch.

    python wide_walks.py > wide_walks.txt      (or with names of walks: only these)

As make_walks.py, whose series and initial numbers it uses, with all cells, stacked layers, several
horizons, optimisers, losses, schedules, clipping, epochs, weights that decay with age, a validation part
with early stopping, and hidden state that is carried. Lines are as in walks.txt, with one more,
`epochs`: how many epochs the weights of each refit stand for where a validation part chose it.
"""

import math
import sys

import numpy as np
import torch

from make_walks import BARS, numbers, scaler, series

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


class Net(torch.nn.Module):
    def __init__(self, o):
        super().__init__()
        kind = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[o["cell"]]
        widths = [o["features"], *o["hidden"]]
        self.layers = torch.nn.ModuleList(
            [kind(width, hidden, batch_first=True) for width, hidden in zip(widths, o["hidden"])])
        self.head = torch.nn.Linear(o["hidden"][-1], outputs(o))

    def forward(self, x, state=None):
        """Outputs at every time step, and the state at the last."""
        states = []
        for index, layer in enumerate(self.layers):
            x, last = layer(x, None if state is None else state[index])
            states.append(tuple(s.detach() for s in last) if isinstance(last, tuple) else last.detach())
        return self.head(x), states


def outputs(o):
    return len(o["horizons"]) * max(1, len(o["quantiles"]))


def tensors(net):
    for layer in net.layers:
        yield from ((layer.hidden_size, getattr(layer, n + "_l0"))
                    for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    hidden = net.layers[-1].hidden_size
    yield from ((hidden, net.head.weight), (hidden, net.head.bias))


def fresh(o, dtype):
    net, x = Net(o).to(dtype), 1
    with torch.no_grad():
        for hidden, tensor in tensors(net):
            values = []
            for _ in range(tensor.numel()):
                x = (1103515245 * x + 12345) % 2**31
                values.append(np.float32(((x >> 8) % 2001 - 1000) / 1000 / math.sqrt(hidden)))
            tensor.copy_(torch.tensor(np.array(values)).reshape(tensor.shape))
    return net, Steps(o, net)


class Steps:
    """Clipping, schedule and torch.optim's rule."""

    def __init__(self, o, net):
        self.o, self.parameters, self.count = o, list(net.parameters()), 0
        kinds = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad,
                 "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam}
        more = dict(momentum=0.9, nesterov=True) if o["optimizer"] == "sgd" else {}
        self.rule = kinds[o["optimizer"]](self.parameters, lr=o["rate"], **more)

    def factor(self):
        share = self.count / 40
        return {"constant": 1.0, "exponential": 0.5**share, "inverse_time": 1 / (1 + 0.5 * share),
                "cosine": 0.9 * (1 + math.cos(math.pi * min(share, 1))) / 2 + 0.1,
                "polynomial": 0.9 * (1 - min(share, 1)) ** 2 + 0.1}[self.o["schedule"]]

    def update(self):
        if self.o["clip"] == "global_norm":
            torch.nn.utils.clip_grad_norm_(self.parameters, 0.1)
        for group in self.rule.param_groups:
            group["lr"] = self.o["rate"] * self.factor()
        self.rule.step()
        self.count += 1

    def save(self):
        return self.count, {k: v for k, v in copied(self.rule.state_dict()).items()}

    def load(self, saved):
        self.count = saved[0]
        self.rule.load_state_dict(saved[1])


def copied(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(copied(v) for v in value)
    return value


def loss_of(o, forecast, label, weight):
    """Weighted mean over labels that are there; forecast and label [sample, time, ...]."""
    quantiles = max(1, len(o["quantiles"]))
    forecast = forecast.reshape(*label.shape, quantiles)
    there = ~torch.isnan(label)
    error = torch.where(there, label, torch.zeros_like(label))[..., None] - forecast
    if o["loss"] == "mse":
        losses = error**2
    elif o["loss"] == "huber":
        losses = torch.where(error.abs() <= 1, error**2 / 2, error.abs() - 0.5)
    elif o["loss"] == "quantile":
        q = torch.tensor(o["quantiles"], dtype=error.dtype)
        losses = torch.maximum(q * error, (q - 1) * error)
    mass = (there[..., None] * weight[:, None, None, None]).expand_as(losses)
    return (losses * mass).sum() / mass.sum()


class WindowRefit:
    """One refit's data: scalers fitted on `fitted`, samples in time order."""

    def __init__(self, o, x, target, fitted, samples, dtype):
        self.o, self.x, self.dtype = o, x, dtype
        lookback = o["lookback"]
        rows = sorted({row for s in fitted for row in range(s - lookback + 1, s + 1)})
        self.columns = [scaler(o["scale"], x[rows, c]) for c in range(o["features"])]
        self.heads = [scaler(o["scale"], target[[s + h for s in fitted]]) for h in o["horizons"]]
        self.scaled = np.stack([self.columns[c][0](x[:, c]) for c in range(o["features"])], axis=1)
        self.samples = samples
        labels = np.full((len(samples), lookback, len(o["horizons"])), np.nan)
        for i, s in enumerate(samples):
            for j, h in enumerate(o["horizons"]):
                labels[i, -1, j] = self.heads[j][0](target[s + h])
            if o["output"] == "sequence":
                for back in range(1, lookback):
                    h = o["horizons"][0]
                    labels[i, -1 - back, 0] = self.heads[0][0](target[s - back + h])
        self.labels = torch.tensor(labels, dtype=dtype)
        age = samples[-1] - np.array(samples)
        weights = 0.5 ** (age / o["half_life"]) if o["half_life"] else np.ones(len(samples))
        self.weights = torch.tensor(weights, dtype=dtype)
        self.windows = torch.tensor(
            np.stack([self.scaled[s - lookback + 1 : s + 1] for s in samples]), dtype=dtype)

    def epoch(self, net, steps):
        for begin in range(0, len(self.samples), self.o["batch"]):
            part = slice(begin, begin + self.o["batch"])
            net.zero_grad()
            loss_of(self.o, net(self.windows[part])[0], self.labels[part], self.weights[part]).backward()
            steps.update()

    def loss(self, net):
        with torch.no_grad():
            return loss_of(self.o, net(self.windows)[0], self.labels, self.weights).item()


class StatefulRefit:
    """The same for a state that is carried: each row is a sample, trained on in time order in chunks of
    `lookback` rows, of which the last ends with the rows; a batch is so many chunks after one another. Only rows from `counted` on have a loss."""

    def __init__(self, o, x, target, fitted, samples, dtype, counted=0):
        self.o, self.dtype = o, dtype
        self.columns = [scaler(o["scale"], x[fitted, c]) for c in range(o["features"])]
        self.heads = [scaler(o["scale"], target[[s + h for s in fitted]]) for h in o["horizons"]]
        self.scaled = torch.tensor(
            np.stack([self.columns[c][0](x[:, c]) for c in range(o["features"])], axis=1), dtype=dtype)
        first, end = samples[0], samples[-1] + 1
        labels = np.full((end, len(o["horizons"])), np.nan)
        for s in samples:
            if s >= counted:
                labels[s] = [self.heads[j][0](target[s + h]) for j, h in enumerate(o["horizons"])]
        self.labels = torch.tensor(labels, dtype=dtype)
        starts = sorted({max(first, end - k * o["lookback"]) for k in range(1, (end - first) // o["lookback"] + 2)})
        self.chunks = [(a, b) for a, b in zip(starts, [*starts[1:], end]) if b > a]

    def losses(self, net):
        """The loss of each batch of chunks, and its labels; no gradient goes from chunk to chunk."""
        state = None
        for begin in range(0, len(self.chunks), self.o["batch"]):
            parts = self.chunks[begin : begin + self.o["batch"]]
            outs = []
            for a, b in parts:
                out, state = net(self.scaled[None, a:b], state)
                outs.append(out)
            label = self.labels[None, parts[0][0] : parts[-1][1]]
            count = (~torch.isnan(label)).sum().item()
            if count:
                yield loss_of(self.o, torch.cat(outs, dim=1), label, torch.ones(1, dtype=self.dtype)), count

    def epoch(self, net, steps):
        for loss, _ in self.losses(net):
            net.zero_grad()
            loss.backward()
            steps.update()

    def loss(self, net):
        with torch.no_grad():
            pairs = list(self.losses(net))
            return sum(loss.item() * count for loss, count in pairs) / sum(count for _, count in pairs)


def fit(o, net, steps, x, target, samples, dtype):
    """Trains by the newest samples; the scalers to forecast with and the epochs that count."""
    Refit = StatefulRefit if o["stateful"] else WindowRefit
    if not o["validation"]:
        refit = Refit(o, x, target, samples, samples, dtype)
        for _ in range(o["epochs"]):
            refit.epoch(net, steps)
        return refit, o["epochs"]
    split = math.floor(len(samples) * (1 - o["validation"]))
    first = samples[split]
    trained = [s for s in samples[:split] if s <= first - max(max(o["horizons"]), 1)]
    start = copied(net.state_dict()), steps.save()
    refit = Refit(o, x, target, trained, trained, dtype)
    if o["stateful"]:
        held = Refit(o, x, target, trained, trained + samples[split:], dtype, counted=first)
    else:
        held = Refit(o, x, target, trained, samples[split:], dtype)
    best, best_epoch, best_weights, waited = math.inf, 0, None, 0
    for epoch in range(1, o["epochs"] + 1):
        refit.epoch(net, steps)
        loss = held.loss(net)
        if loss < best:
            best, best_epoch, best_weights, waited = loss, epoch, copied(net.state_dict()), 0
        else:
            waited += 1
            if o["patience"] and waited >= o["patience"]:
                break
    if o["after"] == "keep":
        net.load_state_dict(best_weights)
        return refit, best_epoch
    net.load_state_dict(start[0])
    steps.load(start[1])
    refit = Refit(o, x, target, samples, samples, dtype)
    for _ in range(best_epoch):
        refit.epoch(net, steps)
    return refit, best_epoch


def walk(o, dtype):
    x, target = series(o["features"])
    net, steps = fresh(o, dtype)
    mature, used, done, first_bar, forecasts, chosen = [], 0, 0, None, [], []
    lookback, hmax = o["lookback"], max(o["horizons"])
    for t in range(BARS):
        sample = t - max(hmax, 1)
        if sample >= (0 if o["stateful"] else lookback - 1):
            mature.append(sample)
        if done == 0 and len(mature) >= o["first"]:
            first_bar = t
        if first_bar is None:
            continue
        if (t - first_bar) % o["every"] == 0:
            if done == o["refits"]:
                break
            samples = {"expanding": mature, "rolling": mature[-o["window"] :]}[o["train"]]
            used, done = len(mature), done + 1
            if o["start_from"] == "cold":
                net, steps = fresh(o, dtype)
            elif o["start_from"] == "warm-reset-moments":
                steps = Steps(o, net)
            refit, epochs = fit(o, net, steps, x, target, samples, dtype)
            chosen.append(epochs)
        begin = 0 if o["stateful"] else t - lookback + 1
        window = np.stack([refit.columns[c][0](x[begin : t + 1, c])
                           for c in range(o["features"])], axis=1)
        with torch.no_grad():
            out = net(torch.tensor(window[None], dtype=dtype))[0][0, -1].double().numpy()
        quantiles = max(1, len(o["quantiles"]))
        forecasts.append([refit.heads[i // quantiles][1](out[i]) for i in range(outputs(o))])
    return np.array(forecasts), chosen


BASE = dict(
    cell="lstm", train="rolling", window=40, start_from="warm", scale="zscore", horizons=[1], features=2,
    hidden=[8], lookback=5, batch=4, first=30, every=1, rate=1e-3, refits=60, optimizer="adam", loss="mse",
    quantiles=[], output="last", schedule="constant", clip="none", epochs=1, half_life=0, validation=0.0,
    patience=0, after="refit", stateful=False)
WALKS = {
    "gru-rolling": dict(cell="gru", hidden=[16]),
    "gru-expanding-cold": dict(cell="gru", train="expanding", start_from="cold", every=2, refits=40),
    "rnn-rolling": dict(cell="rnn", hidden=[24], lookback=12),
    "rnn-expanding-cold": dict(cell="rnn", train="expanding", start_from="cold", rate=1e-2, every=3, refits=20),
    "lstm-stacked": dict(hidden=[12, 7], features=5, batch=5),
    "gru-stacked-expanding": dict(cell="gru", hidden=[9, 17, 4], train="expanding", every=2, refits=40, batch=8),
    "rnn-stacked-cold": dict(cell="rnn", hidden=[20, 20], start_from="cold", epochs=2),
    "horizons": dict(horizons=[1, 2, 3], hidden=[12]),
    "horizons-gru-expanding": dict(cell="gru", horizons=[2, 5], train="expanding", scale="minmax", batch=9),
    "sequence": dict(output="sequence", horizons=[1, 2, 3], scale="none", lookback=8),
    "sgd": dict(optimizer="sgd", rate=1e-2),
    "rmsprop": dict(optimizer="rmsprop", cell="gru", rate=5e-4),
    "adagrad": dict(optimizer="adagrad", cell="rnn", rate=1e-2),
    "adamw-expanding": dict(optimizer="adamw", train="expanding", every=2, refits=40),
    "nadam-cold": dict(optimizer="nadam", start_from="cold", cell="gru"),
    "huber-clipped": dict(loss="huber", clip="global_norm", hidden=[10, 6]),
    "quantiles": dict(loss="quantile", quantiles=[0.1, 0.5, 0.9], rate=5e-4),
    "cosine": dict(schedule="cosine", start_from="cold", epochs=3),
    "polynomial-reset": dict(schedule="polynomial", start_from="warm-reset-moments", epochs=3, every=4, refits=20),
    "inverse-time": dict(schedule="inverse_time", cell="gru"),
    "exponential": dict(schedule="exponential", optimizer="sgd", rate=1e-2),
    "half-life": dict(half_life=10.0, train="expanding", every=3, refits=30),
    "validation-refit": dict(validation=0.25, patience=2, epochs=8, train="expanding", every=4, refits=20),
    "validation-keep": dict(
        validation=0.25, patience=2, epochs=8, after="keep", cell="gru", every=4, refits=20),
    "validation-cold": dict(
        validation=0.3, patience=3, epochs=12, start_from="cold", rate=1e-2, horizons=[1, 3], every=5, refits=15),
    "stateful-lstm": dict(stateful=True, batch=1, lookback=7, every=2, refits=30),
    "stateful-gru-expanding": dict(stateful=True, cell="gru", train="expanding", every=4, refits=20, horizons=[1, 2]),
    "stateful-stacked-cold": dict(
        stateful=True, hidden=[9, 6], train="expanding", start_from="cold", every=4, refits=15, epochs=2, lookback=11),
    "stateful-rnn": dict(stateful=True, cell="rnn", every=2, refits=30),
    "stateful-validation": dict(
        stateful=True, validation=0.25, patience=2, epochs=6, every=4, refits=15, train="expanding"),
}


def main():
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or list(WALKS)
    for name in wanted:
        o = BASE | WALKS[name]
        (double, chosen), (single, chosen_single) = walk(o, torch.float64), walk(o, torch.float32)
        scale = series(o["features"])[1].std()
        apart = np.abs(double - single).max(axis=1) > 1e-5 * scale
        parts = int(np.argmax(apart)) if apart.any() else len(double)
        print("walk", name, *(
            f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"
            for key, value in o.items()))
        print("scale", f"{scale:.9g}")
        print("parts", parts)
        if o["validation"]:
            print("epochs", *chosen)
        numbers("forecasts", double[:parts])
        print(f"{name}: {len(double)} forecasts, {parts} before parting, epochs {chosen[:12]}", file=sys.stderr)


if __name__ == "__main__":
    main()
