"""Times one training step of an LSTM with a linear head in PyTorch, eager, on one thread.

    python torch_refit.py [--hidden 32 --lookback 15 --features 2 --batch 1 --updates 45 --repeats 9]

Prints the median microseconds an update (forward, loss, backward, Adam) over repeats, and half the
distance between the quartiles. The batches are made beforehand.
"""

import argparse
import time

import numpy as np
import torch


class Net(torch.nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.rnn = torch.nn.LSTM(features, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(
        hidden=32, lookback=15, features=2, batch=1, updates=45, repeats=9
    ).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    a = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    x = torch.tensor(
        random.uniform(-1, 1, (a.updates, a.batch, a.lookback, a.features)), dtype=torch.float32)
    y = 0.5 * x[:, :, -1, :1]
    net = Net(a.features, a.hidden)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    times = []
    for repeat in range(a.repeats + 1):
        start = time.perf_counter()
        for i in range(a.updates):
            adam.zero_grad()
            loss = torch.nn.functional.mse_loss(net(x[i]), y[i])
            loss.backward()
            adam.step()
        elapsed = (time.perf_counter() - start) / a.updates * 1e6
        if repeat > 0:  # the first warms up
            times.append(elapsed)
    low, median, high = np.quantile(times, [0.25, 0.5, 0.75])
    print(f"torch {torch.__version__}: {median:.1f} us per update, ± {(high - low) / 2:.1f}, "
          f"least {min(times):.1f}")


if __name__ == "__main__":
    main()
