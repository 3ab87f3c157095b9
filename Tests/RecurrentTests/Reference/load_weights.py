"""Loads a weights file into PyTorch, strictly, and prints forecasts.

    python load_weights.py model.safetensors [ROW ...]

The sizes are read from the tensors. With numbers after the file (lookback x features, row-major) the
module's forecast from that window is printed.
"""

import sys

import torch
from safetensors.torch import load_file


class Net(torch.nn.Module):
    def __init__(self, features, hidden, outputs):
        super().__init__()
        self.rnn = torch.nn.LSTM(features, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def main():
    tensors = load_file(sys.argv[1])
    features = tensors["rnn.weight_ih_l0"].shape[1]
    outputs, hidden = tensors["head.weight"].shape
    net = Net(features, hidden, outputs)
    print(net.load_state_dict(tensors, strict=True))
    window = torch.tensor([float(value) for value in sys.argv[2:]])
    if len(window):
        with torch.no_grad():
            print(*net(window.reshape(1, -1, features))[0].tolist())


if __name__ == "__main__":
    main()
