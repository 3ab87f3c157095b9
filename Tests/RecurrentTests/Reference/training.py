"""Writes training.txt: what PyTorch and Keras 3 make of losses, optimisers, schedules and clipping.

    python training.py > training.txt

All in Float64, from inputs that Float32 holds. Lines:
  loss NAME PARAMETERS, then forecasts, labels, value and gradient of the mean
  optimizer DIALECT KIND momentum nesterov decay rate, then the weights after 1, 10 and 30 updates
    (start, gradients: those of the line `vectors`, one row an update)
  schedule NAME PARAMETERS, then factors at some updates
  plateau patience factor least, then the losses and the learning rates that follow them
  network LOSS DIALECT KIND CLIPPING LIMIT DECAY, then the first loss, the gradient's norm at each of
    ten updates and the weights after them (an LSTM of the line `sizes`: features, hidden, lookback,
    outputs, batch, samples)
  state KIND, then the weights before and after and the loss of each update
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import keras
import numpy as np
import torch

keras.config.set_floatx("float64")
SIZE, STEPS = 5, 30


def line(name, values):
    print(name, *(f"{v:.12g}" for v in np.asarray(values, dtype=np.float64).reshape(-1)))


def vectors():
    random = np.random.default_rng(11)
    start = random.standard_normal(SIZE).astype(np.float32)
    scale = 10.0 ** random.uniform(-3, 1, (STEPS, 1))
    gradients = (random.standard_normal((STEPS, SIZE)) * scale).astype(np.float32)
    gradients[4, 2] = 0
    line("start", start)
    line("gradients", gradients)
    return start.astype(np.float64), gradients.astype(np.float64)


# Losses


def losses():
    forecast = np.array([0, 0.5, -0.5, 1.5, -3, 20, -200, 1e-3, 0.25, -0.75], dtype=np.float32)
    label = np.array([0, 0.25, 0.25, 0, 0, 0.5, 1, 0, 0.25, 1.25], dtype=np.float32)
    y = torch.tensor(label, dtype=torch.float64)

    def write(name, function):
        f = torch.tensor(forecast, dtype=torch.float64, requires_grad=True)
        value = function(f)
        value.backward()
        print("loss", name)
        line("forecast", forecast)
        line("label", label)
        line("value", [value.item()])
        line("gradient", f.grad)
        return value.item()

    def quantile(q):
        return lambda f: torch.maximum(q * (y - f), (q - 1) * (y - f)).mean()

    F = torch.nn.functional
    values = {
        "mse": write("mse 0", lambda f: F.mse_loss(f, y)),
        "mae": write("mae 0", lambda f: F.l1_loss(f, y)),
        "huber 1": write("huber 1", lambda f: F.huber_loss(f, y)),
        "huber .3": write("huber 0.3", lambda f: F.huber_loss(f, y, delta=0.3)),
        "logcosh": write(
            "logcosh 0", lambda f: ((f - y) + F.softplus(-2 * (f - y)) - np.log(2)).mean()),
    }
    write("quantile 0.1", quantile(0.1))
    write("quantile 0.5", quantile(0.5))
    for name, function in {
        "mse": keras.losses.MeanSquaredError(),
        "mae": keras.losses.MeanAbsoluteError(),
        "huber 1": keras.losses.Huber(),
        "huber .3": keras.losses.Huber(delta=0.3),
        "logcosh": keras.losses.LogCosh(),
    }.items():
        other = float(function(label.astype(np.float64), forecast.astype(np.float64)))
        assert abs(other - values[name]) < 1e-6 * abs(other), (name, other, values[name])


# Optimisers


TORCH = {
    "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam,
}
KERAS = {
    "sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop,
    "adagrad": keras.optimizers.Adagrad, "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW, "nadam": keras.optimizers.Nadam,
}
OPTIONS = [(0.0, False), (0.9, False), (0.9, True)]


def torch_optimizer(parameters, kind, rate, momentum, nesterov, decay):
    options = dict(momentum=momentum, nesterov=nesterov) if kind == "sgd" else {}
    if decay >= 0:
        options["weight_decay"] = decay
    return TORCH[kind](parameters, lr=rate, **options)


def keras_optimizer(kind, rate, momentum, nesterov, decay, **clipping):
    options = dict(momentum=momentum, nesterov=nesterov) if kind == "sgd" else {}
    if decay >= 0:
        options["weight_decay"] = decay
    return KERAS[kind](learning_rate=rate, **options, **clipping)


def optimizers(start, gradients):
    """A decay of -1 stands for the framework's default."""
    for kind in TORCH:
        for momentum, nesterov in OPTIONS if kind == "sgd" else OPTIONS[:1]:
            for decay in (-1, 0.1):
                case = (kind, momentum, int(nesterov), decay, 0.01)
                w = torch.tensor(start, requires_grad=True)
                optimizer = torch_optimizer([w], kind, 0.01, momentum, nesterov, decay)
                print("optimizer torch", *case)
                for step, g in enumerate(gradients):
                    w.grad = torch.tensor(g)
                    optimizer.step()
                    if step + 1 in (1, 10, 30):
                        line(f"after {step + 1}", w.detach())
                v = keras.Variable(start, dtype="float64")
                optimizer = keras_optimizer(kind, 0.01, momentum, nesterov, decay)
                print("optimizer keras3", *case)
                for step, g in enumerate(gradients):
                    optimizer.apply([keras.ops.convert_to_tensor(g)], [v])
                    if step + 1 in (1, 10, 30):
                        line(f"after {step + 1}", v.numpy())


# Schedules


def schedules():
    at = [0, 1, 2, 7, 50, 99, 100, 101, 250]
    line("updates", at)
    s = keras.optimizers.schedules

    def write(name, schedule):
        print("schedule", name)
        line("factors", [float(schedule(t)) for t in at])

    write("exponential 0.5 100", s.ExponentialDecay(1.0, 100, 0.5))
    write("inverse_time 2 100", s.InverseTimeDecay(1.0, 100, 2.0))
    write("cosine 0.1 100", s.CosineDecay(1.0, 100, alpha=0.1))
    write("polynomial 0.1 2.5 100", s.PolynomialDecay(1.0, 100, 0.1, power=2.5))
    write("polynomial 0 1 100", s.PolynomialDecay(1.0, 100, 0.0, power=1.0))

    def torch_factors(make):
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=1.0)
        schedule = make(optimizer)
        rates = {}
        for step in range(101):
            rates[step] = optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()
        return lambda t: rates[min(t, 100)]

    t = torch.optim.lr_scheduler
    write("cosine 0.1 100", torch_factors(lambda o: t.CosineAnnealingLR(o, 100, eta_min=0.1)))
    write("polynomial 0 3 100", torch_factors(lambda o: t.PolynomialLR(o, 100, power=3)))

    # A loss that is no smaller `patience` times running: Keras's patience; PyTorch's is one less.
    losses = [3, 2, 2, 2.5, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.8, 2, 2, 2, 2]
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0)
    plateau = t.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0, min_lr=0.2)
    rates = []
    for loss in losses:
        plateau.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    print("plateau 2 0.5 0.2")
    line("losses", losses)
    line("rates", rates)


# Networks


NAMES = [
    "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0",
    "head.weight", "head.bias",
]


class Net(torch.nn.Module):
    def __init__(self, features, hidden, outputs):
        super().__init__()
        self.rnn = torch.nn.LSTM(features, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def networks():
    features, hidden, lookback, outputs, batch, samples = 2, 4, 3, 2, 4, 10
    random = np.random.default_rng(5)
    rows = random.standard_normal((lookback + samples - 1, features)).astype(np.float32)
    labels = (3 * random.standard_normal((samples, outputs))).astype(np.float32)
    weights = random.uniform(0.2, 2, samples).astype(np.float32)
    weights[3] = 0
    missing = labels.copy()
    missing[1, 0] = missing[6, 1] = np.nan
    print("sizes", features, hidden, lookback, outputs, batch, samples)
    line("rows", rows)
    line("labels", labels)
    line("missing", missing)
    line("weights", weights)
    torch.manual_seed(3)
    start = {k: v.clone() for k, v in Net(features, hidden, outputs).state_dict().items()}
    for name in NAMES:
        line("start " + name, start[name])
    x = torch.tensor(
        np.stack([rows[i : i + lookback] for i in range(samples)]), dtype=torch.float64)

    def run(case, loss, dialect, kind, clip=None, limit=0.0, decay=-1.0):
        net = Net(features, hidden, outputs).double()
        net.load_state_dict({k: v.double() for k, v in start.items()})
        parameters = dict(net.named_parameters())
        names = NAMES if dialect == "torch" else [n for n in NAMES if "bias_hh" not in n]
        if dialect == "torch":
            optimizer = torch_optimizer(
                [parameters[n] for n in names], kind, 0.05, 0.0, False, decay)
        else:
            with torch.no_grad():
                net.rnn.bias_hh_l0.zero_()
            key = {None: {}, "value": {"clipvalue": limit}, "norm": {"clipnorm": limit},
                   "global": {"global_clipnorm": limit}}[clip]
            optimizer = keras_optimizer(kind, 0.05, 0.0, False, decay, **key)
            variables = [keras.Variable(parameters[n].detach().numpy()) for n in names]
        first = None
        norms = []
        done = 0
        while done < 10:
            for begin in range(0, samples, batch):
                index = slice(begin, begin + batch)
                net.zero_grad()
                value = loss(net(x[index]), index)
                value.backward()
                norms.append(
                    sum((parameters[n].grad ** 2).sum().item() for n in names) ** 0.5)
                first = first or value.item()
                if dialect == "torch":
                    if clip == "value":
                        torch.nn.utils.clip_grad_value_(list(parameters.values()), limit)
                    elif clip == "norm":
                        for p in parameters.values():
                            torch.nn.utils.clip_grad_norm_(p, limit)
                    elif clip == "global":
                        torch.nn.utils.clip_grad_norm_(list(parameters.values()), limit)
                    optimizer.step()
                else:
                    optimizer.apply(
                        [keras.ops.convert_to_tensor(parameters[n].grad.numpy()) for n in names],
                        variables)
                    with torch.no_grad():
                        for n, v in zip(names, variables):
                            parameters[n].copy_(torch.tensor(v.numpy()))
                done += 1
                if done == 10:
                    break
        print("network", case, dialect, kind, clip or "none", limit, decay)
        line("loss", [first])
        line("norms", norms)
        for n in NAMES:
            line("after " + n, parameters[n].detach())

    y = torch.tensor(labels, dtype=torch.float64)

    def mse(f, index):
        return torch.nn.functional.mse_loss(f, y[index])

    def weighted(f, index):
        w = torch.tensor(weights, dtype=torch.float64)[index, None]
        return (w * (f - y[index]) ** 2).mean()

    def partial(f, index):
        m = torch.tensor(missing, dtype=torch.float64)[index]
        known = ~torch.isnan(m)
        w = torch.tensor(weights, dtype=torch.float64)[index, None].expand_as(m)[known]
        return (w * (f[known] - m[known]).abs()).mean()

    def quantiles(f, index):
        e = y[index, :1] - f
        q = torch.tensor([0.1, 0.8], dtype=torch.float64)
        return torch.maximum(q * e, (q - 1) * e).mean()

    for dialect in ("torch", "keras3"):
        for clip, limit in (("value", 0.1), ("norm", 0.3), ("global", 0.5)):
            run("mse", mse, dialect, "sgd", clip, limit)
            run("mse", mse, dialect, "adam", clip, limit, decay=0.1)
        run("mse", mse, dialect, "nadam")
        run("mse", mse, dialect, "adamw", "global", 0.5)
        run("weighted", weighted, dialect, "sgd")
        run("partial", partial, dialect, "sgd")
        run("quantiles", quantiles, dialect, "sgd")


def states():
    """Training with state, by PyTorch; `keras`: the state goes from batch to batch as in Keras."""
    features, hidden, lookback, outputs = 2, 4, 3, 2
    random = np.random.default_rng(6)
    rows = random.standard_normal((17, features)).astype(np.float32)
    labels = random.standard_normal((17, outputs)).astype(np.float32)
    labels[0] = labels[5, 1] = labels[7:9] = labels[15:] = np.nan
    torch.manual_seed(4)
    start = {k: v.clone() for k, v in Net(features, hidden, outputs).state_dict().items()}
    x = torch.tensor(rows, dtype=torch.float64)
    y = torch.tensor(labels, dtype=torch.float64)

    def begin():
        net = Net(features, hidden, outputs).double()
        net.load_state_dict({k: v.double() for k, v in start.items()})
        return net, torch.optim.SGD(net.parameters(), lr=0.2)

    def finish(name, net, losses):
        print("state", name)
        line("rows of it", rows)
        line("labels of it", labels)
        for n in NAMES:
            line("before " + n, start[n])
            line("after " + n, net.state_dict()[n])
        line("losses", losses)

    # Segments 0..<8 and 8..<17: chunks of 2, 3, 3 and 3, 3, 3 rows; two chunks an update, two epochs.
    chunks = [(0, 2), (2, 5), (5, 8), (8, 11), (11, 14), (14, 17)]
    net, optimizer = begin()
    losses = []
    for _ in range(2):
        state = None
        for pair in (chunks[:2], chunks[2:4], chunks[4:]):
            terms = []
            for a, b in pair:
                if a in (0, 8):
                    state = None
                h, state = net.rnn(x[None, a:b], state)
                state = tuple(s.detach() for s in state)
                forecast, label = net.head(h)[0], y[a:b]
                known = ~torch.isnan(label)
                terms.append((forecast[known] - label[known]) ** 2)
            loss = torch.cat(terms).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    finish("true", net, losses)

    # Windows that end at rows 2...13 but 5, 7, 8, in batches of 4, 4 and 1; three epochs.
    ends = [e for e in range(2, 14) if e not in (5, 7, 8)]
    net, optimizer = begin()
    losses = []
    h = torch.zeros(1, 4, hidden, dtype=torch.float64)
    c = torch.zeros_like(h)
    for _ in range(3):
        for at in range(0, len(ends), 4):
            e = ends[at : at + 4]
            n = len(e)
            window = torch.stack([x[i - lookback + 1 : i + 1] for i in e])
            out, (h1, c1) = net.rnn(window, (h[:, :n].clone(), c[:, :n].clone()))
            h[:, :n], c[:, :n] = h1.detach(), c1.detach()
            loss = torch.nn.functional.mse_loss(net.head(out[:, -1]), y[e])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    finish("keras", net, losses)
    line("ends", ends)


def main():
    torch.set_num_threads(1)
    losses()
    start, gradients = vectors()
    optimizers(start, gradients)
    schedules()
    networks()
    states()
    print("end")


if __name__ == "__main__":
    main()
