"""Writes torch_parity.txt: what PyTorch (and the formulas of Keras's Adam) make of small networks.

    python torch_parity.py > torch_parity.txt

Each case: a line of sizes, then lines `NAME v v v ...`, tensors flat in PyTorch's order. Computed in
Float64 from Float32 inputs. `adam10` are weights after ten full updates by torch.optim.Adam,
`keras10` after ten by Keras 3's formula (epsilon 1e-7 beside the root, one bias: the second stays 0).
"""

import sys

import numpy as np
import torch

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


def line(name, values):
    values = np.asarray(values, dtype=np.float64).reshape(-1)
    print(name, *(f"{v:.9g}" for v in values))


def batches(rows, ends, labels, lookback, batch):
    for start in range(0, len(ends), batch):
        e = ends[start : start + batch]
        x = np.stack([rows[i - lookback + 1 : i + 1] for i in e])
        yield torch.tensor(x, dtype=torch.float64), torch.tensor(
            labels[start : start + batch], dtype=torch.float64)


def case(features, hidden, lookback, outputs, batch, samples, seed):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((lookback + samples - 1, features)).astype(np.float32)
    ends = np.arange(samples) + lookback - 1
    labels = random.standard_normal((samples, outputs)).astype(np.float32)
    torch.manual_seed(seed)
    start = Net(features, hidden, outputs)
    state = {name: start.state_dict()[name].clone() for name in NAMES}

    def network(keras=False):
        net = Net(features, hidden, outputs).double()
        net.load_state_dict({k: v.double() for k, v in state.items()})
        if keras:
            with torch.no_grad():
                net.rnn.bias_hh_l0.zero_()
        return net

    print("case", features, hidden, lookback, outputs, batch, samples)
    line("rows", rows)
    line("labels", labels)
    for name in NAMES:
        line("start " + name, state[name])
    net = network()
    x, y = next(batches(rows, ends, labels, lookback, batch))
    forecast = net(x)
    line("forecast", forecast.detach())
    loss = torch.nn.functional.mse_loss(forecast, y)
    loss.backward()
    line("loss", [loss.item()])
    for name, parameter in zip(NAMES, [dict(net.named_parameters())[n] for n in NAMES]):
        line("gradient " + name, parameter.grad)

    def ten(net, step):
        done = 0
        while True:
            for x, y in batches(rows, ends, labels, lookback, batch):
                net.zero_grad()
                torch.nn.functional.mse_loss(net(x), y).backward()
                step(done)
                done += 1
                if done == 10:
                    return

    net = network()
    adam = torch.optim.Adam(net.parameters(), lr=1e-2)
    ten(net, lambda _: adam.step())
    for name in NAMES:
        line("adam10 " + name, net.state_dict()[name])

    net = network(keras=True)
    moments = {n: (torch.zeros_like(p), torch.zeros_like(p)) for n, p in net.named_parameters()}

    def keras_step(done):
        t = done + 1
        rate = 1e-2 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        with torch.no_grad():
            for name, p in net.named_parameters():
                if name == "rnn.bias_hh_l0":
                    continue
                m, v = moments[name]
                m += (p.grad - m) * (1 - 0.9)
                v += (p.grad**2 - v) * (1 - 0.999)
                p -= rate * m / (v.sqrt() + 1e-7)

    ten(net, keras_step)
    for name in NAMES:
        line("keras10 " + name, net.state_dict()[name])


def main():
    torch.set_num_threads(1)
    case(features=2, hidden=5, lookback=4, outputs=1, batch=1, samples=10, seed=1)
    case(features=3, hidden=4, lookback=6, outputs=2, batch=4, samples=40, seed=2)
    case(features=1, hidden=17, lookback=3, outputs=1, batch=4, samples=10, seed=3)
    print("end")


if __name__ == "__main__":
    sys.exit(main())
