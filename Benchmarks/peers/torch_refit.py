"""Times one training step of a recurrent network with a linear head in PyTorch, eager.

    python torch_refit.py [--cell lstm --hidden 32 --layers 1 --lookback 15 --features 2 --batch 1]
        [--stateful] [--threads 1] [--updates 20 --repeats 50]

Prints the microseconds an update (forward, loss, backward, Adam): the least, the tenth part and the
median over repeats. With one thread it is the thread's own CPU time, so that other work on the
machine counts little. `--stateful`: chunks follow each other, the state is carried on without its
gradient, and there is a loss at every step; otherwise there is one at the last. The batches are made
beforehand.
"""

import argparse
import time

import numpy as np
import torch


class Net(torch.nn.Module):
    def __init__(self, a):
        super().__init__()
        cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[a.cell]
        self.rnn = cell(a.features, a.hidden, num_layers=a.layers, batch_first=True)
        self.head = torch.nn.Linear(a.hidden, 1)
        self.stateful = a.stateful
        self.state = None

    def forward(self, x):
        y, state = self.rnn(x, self.state)
        if not self.stateful:
            return self.head(y[:, -1])
        self.state = (
            tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach())
        return self.head(y)


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(
        hidden=32, layers=1, lookback=15, features=2, batch=1, updates=20, repeats=50, threads=1
    ).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--cell", default="lstm", choices=["lstm", "gru", "rnn"])
    parser.add_argument("--stateful", action="store_true")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    x = torch.tensor(
        random.uniform(-1, 1, (a.updates, a.batch, a.lookback, a.features)), dtype=torch.float32)
    y = 0.5 * (x[:, :, :, :1] if a.stateful else x[:, :, -1, :1])
    net = Net(a)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    clock = time.thread_time if a.threads == 1 else time.perf_counter
    times = []
    for repeat in range(a.repeats + 1):
        start = clock()
        for i in range(a.updates):
            adam.zero_grad()
            loss = torch.nn.functional.mse_loss(net(x[i]), y[i])
            loss.backward()
            adam.step()
        elapsed = (clock() - start) / a.updates * 1e6
        if repeat > 0:  # the first warms up
            times.append(elapsed)
    tenth, median = np.quantile(times, [0.1, 0.5])
    print(f"torch {torch.__version__}: {median:.1f} us per update, tenth {tenth:.1f}, "
          f"least {min(times):.1f}")


if __name__ == "__main__":
    main()
