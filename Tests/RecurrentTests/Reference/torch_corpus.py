"""Writes torch_corpus.txt: 260 random networks, their forecasts, gradients and ten updates, by PyTorch.

    python torch_corpus.py > torch_corpus.txt

Configurations, weights, rows and labels all follow from a small integer hash (`Draw`, `numbers`), so the
file holds only configurations and results. Cells with sigmoid gates are torch.nn's own, layer by layer;
hard sigmoid and the GRU that resets before its product are told here a second time. Optimisers are
torch.optim's, or Keras's (torch backend) where `dialect=keras3`: there the network has one bias a layer,
save the GRU that resets after its product, which in Keras has two.

Everything is computed in Float64 and again in Float32. A case whose Float32 is further from its Float64
than a quarter of what the tests allow tries a smaller learning rate, and then gives way to another draw.
So does one where gradients cancel but for rounding, which adaptive optimisers blow up to a whole step.

Lines: `case key=value...`; `forecast` of the first samples; `loss` of the first batch; for each tensor
`gradient NAME` of the first batch's loss, before any clipping, and `ten NAME`, its values after ten
updates. A tensor is told by its largest magnitude, two sums over all its values with signs from the hash,
divided by the root of their number, and four of its values.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

CASES = 260
FORWARD, GRADIENT, WEIGHT = 2e-6, 1e-5, 1e-4
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def mixed(x):
    x = np.atleast_1d(np.asarray(x, dtype=np.uint32))
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hashes(key, stream, count):
    """Hash of element 0..<count of a stream of a case."""
    base = mixed(np.uint32(stream) + mixed(np.uint32(key)))
    return mixed(np.arange(count, dtype=np.uint32) + base)


def numbers(key, stream, count, scale=1.0):
    """Multiples of 2^-19 within ±1, times a power of two."""
    return ((hashes(key, stream, count) >> np.uint32(12)).astype(np.float64) - 2**19) / 2**19 * scale


class Draw:
    """Choices from stream 0 of a case."""

    def __init__(self, key):
        self.values, self.next = hashes(key, 0, 100), 0

    def below(self, n):
        self.next += 1
        return int(self.values[self.next - 1] % np.uint32(n))

    def of(self, *choices):
        return choices[self.below(len(choices))]


def configuration(key):
    draw = Draw(key)
    cell = draw.of("rnn", "gru", "lstm")
    layers = draw.of(1, 1, 1, 2, 2, 3)
    large = draw.below(10) == 0
    hidden = [1 + draw.below(70 if large else 20) for _ in range(layers)]
    dialect = draw.of("torch", "torch", "torch", "keras3")
    kind = draw.of("sgd", "rmsprop", "adagrad", "adam", "adamw", "nadam")
    c = dict(
        key=key, cell=cell, hidden=hidden, features=1 + draw.below(6), lookback=1 + draw.below(12),
        horizons=1 + draw.below(3), output=draw.of("last", "last", "last", "last", "sequence"),
        batch=draw.of(1, 2, 3, 4, 5, 8, 13, 16, 17, 33), dialect=dialect,
        form=draw.of("reset_after", "reset_after", "reset_before") if cell == "gru" else "reset_after",
        gates=draw.of("sigmoid", "sigmoid", "sigmoid", "hard_sigmoid") if cell != "rnn" else "sigmoid",
        loss=draw.of("mse", "mse", "mae", "huber", "logcosh", "quantile"),
        clip=draw.of("none", "none", "value", "norm", "global_norm"), limit=draw.of(0.005, 0.02, 0.1),
        optimizer=kind)
    c["short"] = draw.below(c["batch"])
    c["delta"] = draw.of(0.25, 0.5, 1.0) if c["loss"] == "huber" else 1.0
    c["quantiles"] = draw.of([0.5], [0.1, 0.9], [0.25, 0.5, 0.75]) if c["loss"] == "quantile" else []
    c["momentum"] = draw.of(0.0, 0.5, 0.9) if kind == "sgd" else 0.0
    c["nesterov"] = draw.of(False, True) if c["momentum"] > 0 else False
    c["decay"] = draw.of(0.0, 0.0, 0.0625) if dialect == "torch" else 0.0
    if kind == "adamw":
        c["decay"] = draw.of(0.004, 0.01, 0.0625)
    c["rate"] = {"sgd": draw.of(0.01, 0.05, 0.1), "adagrad": draw.of(0.001, 0.01)}.get(
        kind, draw.of(0.0002, 0.001, 0.003))
    return c


def hard_sigmoid(x):
    return torch.clamp(0.2 * x + 0.5, 0, 1)


def cell_step(c, x, h, s, w_ih, w_hh, b_ih, b_hh):
    """One time step of the cells that torch.nn does not have."""
    gate = hard_sigmoid if c["gates"] == "hard_sigmoid" else torch.sigmoid
    n = h.shape[1]
    inputs = x @ w_ih.T + b_ih
    if c["cell"] == "lstm":
        i, f, g, o = (inputs + h @ w_hh.T + b_hh).split(n, dim=1)
        s = gate(f) * s + gate(i) * torch.tanh(g)
        return gate(o) * torch.tanh(s), s
    x_r, x_z, x_n = inputs.split(n, dim=1)
    w_r, w_z, w_n = w_hh.split(n)
    b_r, b_z, b_n = b_hh.split(n)
    r, z = gate(x_r + h @ w_r.T + b_r), gate(x_z + h @ w_z.T + b_z)
    if c["form"] == "reset_after":
        candidate = torch.tanh(x_n + r * (h @ w_n.T + b_n))
    else:
        candidate = torch.tanh(x_n + b_n + (r * h) @ w_n.T)
    return (1 - z) * candidate + z * h, s


class Net(torch.nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        widths = [c["features"], *c["hidden"]]
        kind = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[c["cell"]]
        self.layers = torch.nn.ModuleList(
            [kind(width, hidden, batch_first=True) for width, hidden in zip(widths, c["hidden"])])
        self.head = torch.nn.Linear(c["hidden"][-1], outputs(c))

    def forward(self, x):
        """Outputs at every time step."""
        for layer in self.layers:
            if self.c["gates"] == "sigmoid" and self.c["form"] == "reset_after":
                x = layer(x)[0]
                continue
            tensors = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0]
            h = s = x.new_zeros(x.shape[0], layer.hidden_size)
            steps = []
            for t in range(x.shape[1]):
                h, s = cell_step(self.c, x[:, t], h, s, *tensors)
                steps.append(h)
            x = torch.stack(steps, dim=1)
        return self.head(x)


def outputs(c):
    return c["horizons"] * max(1, len(c["quantiles"]))


def has_one_bias(c):
    return c["dialect"] == "keras3" and not (c["cell"] == "gru" and c["form"] == "reset_after")


def named(net):
    """Tensors by their names in a weights file, and whether each is trained."""
    pairs = []
    for index, layer in enumerate(net.layers):
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            pairs.append((f"rnn.{name}_l{index}", getattr(layer, f"{name}_l0")))
    return pairs + [("head.weight", net.head.weight), ("head.bias", net.head.bias)]


def network(c, dtype):
    net = Net(c).to(dtype)
    with torch.no_grad():
        for stream, (name, tensor) in enumerate(named(net)):
            hidden = tensor.shape[-1] if name == "head.weight" else c["hidden"][-1]
            if name.startswith("rnn"):
                hidden = tensor.shape[0] // GATES[c["cell"]]
            scale = 2.0 ** -((hidden.bit_length() - 1) // 2)
            values = numbers(c["key"], 10 + stream, tensor.numel(), scale)
            if "bias_hh" in name and has_one_bias(c):
                values = values * 0
            tensor.copy_(torch.tensor(values).reshape(tensor.shape))
    return net


def sample_count(c):
    return 10 * c["batch"] - c["short"]


def data(c, dtype):
    """Windows [sample, time, feature] and labels [sample, time, horizon]: rows move on by one a sample."""
    samples, lookback = sample_count(c), c["lookback"]
    rows = numbers(c["key"], 1, (samples + lookback - 1) * c["features"], 2.0).reshape(-1, c["features"])
    labels = numbers(c["key"], 2, samples * lookback * c["horizons"]).reshape(samples, lookback, -1)
    windows = np.stack([rows[s : s + lookback] for s in range(samples)])
    return torch.tensor(windows, dtype=dtype), torch.tensor(labels, dtype=dtype)


def loss_of(c, forecast, label):
    """Mean over all places that count: all horizons at the last bar, at others (`sequence`) the first."""
    quantiles = max(1, len(c["quantiles"]))
    forecast = forecast.reshape(*forecast.shape[:2], c["horizons"], quantiles)
    error = label[..., None] - forecast
    if c["loss"] == "mse":
        losses = error**2
    elif c["loss"] == "mae":
        losses = error.abs()
    elif c["loss"] == "huber":
        d = c["delta"]
        losses = torch.where(error.abs() <= d, error**2 / 2, d * (error.abs() - d / 2))
    elif c["loss"] == "logcosh":
        losses = torch.log(torch.cosh(error))
    else:
        q = torch.tensor(c["quantiles"], dtype=error.dtype)
        losses = torch.maximum(q * error, (q - 1) * error)
    parts = [losses[:, -1].reshape(-1)]
    if c["output"] == "sequence":
        parts.append(losses[:, :-1, 0].reshape(-1))
    return torch.cat(parts).mean()


def trained(c, net):
    return [t for n, t in named(net) if not ("bias_hh" in n and has_one_bias(c))]


def torch_step(c, net):
    parameters = trained(c, net)
    rate, decay = c["rate"], c["decay"]
    optim = torch.optim
    step = {
        "sgd": lambda: optim.SGD(
            parameters, rate, momentum=c["momentum"], nesterov=c["nesterov"], weight_decay=decay),
        "rmsprop": lambda: optim.RMSprop(parameters, rate, weight_decay=decay),
        "adagrad": lambda: optim.Adagrad(parameters, rate, weight_decay=decay),
        "adam": lambda: optim.Adam(parameters, rate, weight_decay=decay),
        "adamw": lambda: optim.AdamW(parameters, rate, weight_decay=decay),
        "nadam": lambda: optim.NAdam(parameters, rate, weight_decay=decay),
    }[c["optimizer"]]()

    def update():
        if c["clip"] == "value":
            torch.nn.utils.clip_grad_value_(parameters, c["limit"])
        elif c["clip"] == "norm":
            for parameter in parameters:
                torch.nn.utils.clip_grad_norm_([parameter], c["limit"])
        elif c["clip"] == "global_norm":
            torch.nn.utils.clip_grad_norm_(parameters, c["limit"])
        step.step()

    return update


def keras_step(c, net, dtype):
    """Keras's optimiser on Keras's variables: a GRU's two biases are one of them."""
    keras.backend.set_floatx(str(dtype).removeprefix("torch."))
    groups, pairs = [], named(net)
    for name, tensor in pairs:
        if "bias_hh" in name:
            if not has_one_bias(c):
                groups[-1].append(tensor)
        else:
            groups.append([tensor])
    variables = [keras.Variable(torch.stack(g).detach().clone(), dtype=keras.backend.floatx()) for g in groups]
    clip = {"none": {}, "value": {"clipvalue": c["limit"]}, "norm": {"clipnorm": c["limit"]},
            "global_norm": {"global_clipnorm": c["limit"]}}[c["clip"]]
    kind = {"sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "adam": "Adam", "adamw": "AdamW",
            "nadam": "Nadam"}[c["optimizer"]]
    if kind == "SGD":
        clip |= {"momentum": c["momentum"], "nesterov": c["nesterov"]}
    if kind == "AdamW":
        clip |= {"weight_decay": c["decay"]}
    optimizer = getattr(keras.optimizers, kind)(learning_rate=c["rate"], **clip)

    def update():
        optimizer.apply([torch.stack([t.grad for t in g]) for g in groups], variables)
        with torch.no_grad():
            for group, variable in zip(groups, variables):
                for tensor, value in zip(group, variable.value):
                    tensor.copy_(value)

    return update


def results(c, dtype):
    """What is found, and whether a gradient of the head's bias cancelled in some update."""
    net = network(c, dtype)
    windows, labels = data(c, dtype)
    batch = c["batch"]
    found = {"forecast": net(windows[: min(batch, 3)])[:, -1].detach().double().numpy().ravel()}
    update = torch_step(c, net) if c["dialect"] == "torch" else keras_step(c, net, dtype)
    for step, begin in enumerate(range(0, sample_count(c), batch)):
        net.zero_grad()
        loss = loss_of(c, net(windows[begin : begin + batch]), labels[begin : begin + batch])
        loss.backward()
        if step == 0:
            found["loss"] = np.array([loss.item()])
            for name, tensor in named(net):
                found["gradient " + name] = tensor.grad.double().numpy().ravel().copy()
        # Losses with slopes of one size may cancel to zero, or to what rounding leaves of it.
        bias = net.head.bias.grad.abs()
        found["cancels"] = found.get("cancels", False) or bool((bias < 1e-6 * bias.max()).any())
        update()
    cancels = found.pop("cancels")
    for name, tensor in named(net):
        found["ten " + name] = tensor.detach().double().numpy().ravel().copy()
    return found, cancels


def told(key, values):
    """The largest magnitude, two signed sums, four values."""
    count = len(values)
    signs = [np.where(hashes(key, 3 + k, count) & np.uint32(1), 1.0, -1.0) for k in range(2)]
    picks = hashes(key, 5, 4) % np.uint32(count)
    sums = [(values * s).sum() / np.sqrt(count) for s in signs]
    return np.array([np.abs(values).max(), *sums, *values[picks]])


def close_enough(double, single):
    for name, values in double.items():
        limit = WEIGHT if name.startswith("ten") else GRADIENT if name.startswith("gradient") else FORWARD
        scale = np.abs(values).max()
        if not np.isfinite(values).all():
            return False
        if np.abs(values - single[name]).max() > limit / 4 * scale:
            return False
    return True


def main():
    torch.set_num_threads(1)
    key = made = lowered = drawn_again = 0
    while made < CASES:
        key += 1
        c = configuration(key)
        for _ in range(3):
            double, cancels = results(c, torch.float64)
            if not cancels and close_enough(double, results(c, torch.float32)[0]):
                break
            c["rate"] /= 8
            lowered += 1
        else:
            drawn_again += 1
            continue
        made += 1
        text = {k: ",".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in c.items()}
        print("case", *(f"{k}={v}" for k, v in text.items()))
        for name, values in double.items():
            is_tensor = name.startswith(("ten", "gradient"))
            digits = ".8g" if is_tensor else ".9g"
            print(name, *(f"{v:{digits}}" for v in (told(c["key"], values) if is_tensor else values)))
    print(f"{made} cases, {lowered} rates lowered, {drawn_again} drawn again", file=sys.stderr)


if __name__ == "__main__":
    main()
