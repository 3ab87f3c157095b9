"""Loads the weights of a run of whole-run.yaml in PyTorch and repeats the run's last forecast.

    python load_weights.py RUN BARS

RUN is the run's directory, BARS a folder with the bar files of the same series (`pawl generate`).
Features, z-scores of the last training set and the window are made here from the bars, in Float64.
Fails unless the forecast agrees to 1e-5 of the target's standard deviation.
"""

import csv
import io
import pathlib
import sys

import numpy as np
import torch
import zstandard
from safetensors.torch import load_file

LOOKBACK, WINDOW, HORIZON, HIDDEN = 10, 100, 1, 24
TOLERANCE = 1e-5


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(2, HIDDEN, batch_first=True)
        self.head = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def closes(path):
    with open(path, newline="") as file:
        return np.array([float(row["close"]) for row in csv.DictReader(file)])


def last_forecast(run):
    with open(run / "forecasts.csv.zst", "rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read()
    *_, last = csv.DictReader(io.StringIO(text.decode()))
    return int(last["bar"]), float(last["forecast"])


def main():
    run, bars = map(pathlib.Path, sys.argv[1:])
    changes = [np.diff(closes(bars / name), prepend=np.nan) for name in ("X.csv", "Y.csv")]
    features, target = np.stack(changes, axis=1), changes[0]

    bar, logged = last_forecast(run)
    newest = bar - HORIZON
    samples = range(newest - WINDOW + 1, newest + 1)
    rows = features[samples[0] - LOOKBACK + 1 : newest + 1]
    labels = target[[sample + HORIZON for sample in samples]]
    scaled = (features[bar - LOOKBACK + 1 : bar + 1] - rows.mean(axis=0)) / rows.std(axis=0)

    net = Net()
    print(net.load_state_dict(load_file(run / "model.safetensors"), strict=True))
    with torch.no_grad():
        output = net.double()(torch.tensor(scaled[None])).item()
    forecast = output * labels.std() + labels.mean()
    distance = abs(forecast - logged) / target[1:].std()
    print(f"bar {bar}: logged {logged:.9f}, PyTorch {forecast:.9f}, {distance:.1e} of scale")
    if not distance < TOLERANCE:
        sys.exit(f"the distance was {distance:.1e}, less than {TOLERANCE:.0e} is needed")


if __name__ == "__main__":
    main()
