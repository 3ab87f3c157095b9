"""Writes keras_dialects.txt: Keras's own layers trained with Pawl's dropout masks, and with state.

    python keras_dialects.py > keras_dialects.txt

Keras draws its masks by another generator, so here its cells are given Pawl's: words of Philox 4x32-10
(`philox`), numbered sample by sample, gate by gate, unit by unit. What is tested is Keras's: which gates
share a mask, that it stays the same over the steps of a window, what it is multiplied with, and (cases with
`state=keras`) from which state a batch of overlapping windows starts. Computed in Float64; weights are
numbers of the same hash as in torch_corpus.py. Lines: `case key=value...`, `NAME v v v ...`: the weights
after all updates, flat in PyTorch's names and order (gates r, z, n; Keras has z, r, h).
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

from torch_corpus import numbers

keras.config.set_floatx("float64")
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
DROPOUT, INPUT_DROPOUT, RECURRENT_DROPOUT = 3, 4, 5
SEED = 77


def philox(purpose, epoch, layer, count):
    """The first `count` words of a stream."""
    blocks = (count + 3) // 4
    c = [np.arange(blocks, dtype=np.uint64), np.full(blocks, epoch, np.uint64),
         np.zeros(blocks, np.uint64), np.full(blocks, layer, np.uint64)]
    key, mask = [SEED, purpose], np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> np.uint64(32)) ^ c[1] ^ np.uint64(key[0]), b & mask,
             (a >> np.uint64(32)) ^ c[3] ^ np.uint64(key[1]), a & mask]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return np.stack(c, axis=1).reshape(-1)[:count]


def masks(rate, purpose, epoch, layer, samples, rows, units):
    """[sample, row, unit]."""
    padded = (units + 15) // 16 * 16
    words = philox(purpose, epoch, layer, samples * rows * padded).reshape(samples, rows, padded)
    return np.where(words < np.uint64(rate * 2**32), 0.0, 1 / (1 - rate))[:, :, :units]


def hard_sigmoid(x):
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


class Net:
    def __init__(self, c):
        self.c, self.layers = c, []
        gates = {"recurrent_activation": hard_sigmoid if c["gates"] == "hard_sigmoid" else "sigmoid"}
        for index, hidden in enumerate(c["hidden"]):
            more = dict(
                dropout=c["input_dropout"], recurrent_dropout=c["recurrent_dropout"],
                stateful=c["state"] == "keras", return_sequences=True)
            if c["cell"] == "lstm":
                layer = keras.layers.LSTM(hidden, **gates, **more)
            elif c["cell"] == "gru":
                layer = keras.layers.GRU(hidden, reset_after=c["form"] == "reset_after", **gates, **more)
            else:
                layer = keras.layers.SimpleRNN(hidden, **more)
            layer.build((c["batch"], c["lookback"], c["features"] if index == 0 else c["hidden"][index - 1]))
            self.layers.append(layer)
        self.head = keras.layers.Dense(1)
        self.head.build((c["batch"], c["hidden"][-1]))
        self.weights = [w for layer in [*self.layers, self.head] for w in layer.trainable_weights]

    def names(self):
        """Tensors in PyTorch's names, order and shapes, from Keras's."""
        found = {}
        for index, layer in enumerate(self.layers):
            values = [w.numpy() if hasattr(w, "numpy") else np.asarray(w) for w in layer.trainable_weights]
            for name, value in zip(("weight_ih", "weight_hh", "bias"), values):
                if name == "bias" and value.ndim == 2:
                    found[f"rnn.bias_ih_l{index}"] = self.turned(value[0][:, None])
                    found[f"rnn.bias_hh_l{index}"] = self.turned(value[1][:, None])
                elif name == "bias":
                    found[f"rnn.bias_ih_l{index}"] = self.turned(value[:, None])
                else:
                    found[f"rnn.{name}_l{index}"] = self.turned(value.T)
        found["head.weight"] = self.head.kernel.numpy().T
        found["head.bias"] = self.head.bias.numpy()
        return found

    def turned(self, rows):
        """z, r, h to r, z, n and back."""
        if self.c["cell"] != "gru":
            return rows
        z, r, h = np.split(rows, 3)
        return np.concatenate([r, z, h])

    def set(self):
        """Each tensor the hash's numbers, stream by stream in the order of `names`."""
        streams = iter(range(10, 100))

        def values(shape):
            return numbers(self.c["key"], next(streams), int(np.prod(shape)), 0.5).reshape(shape)

        for layer in self.layers:
            kernel, recurrent, bias = layer.trainable_weights
            kernel.assign(self.turned(values(kernel.shape[::-1])).T)
            recurrent.assign(self.turned(values(recurrent.shape[::-1])).T)
            parts = [self.turned(values((kernel.shape[1], 1)))[:, 0] for _ in range(bias.ndim)]
            bias.assign(np.stack(parts) if bias.ndim == 2 else parts[0])
        self.head.kernel.assign(values((1, self.c["hidden"][-1])).T)
        self.head.bias.assign(values((1,)))

    def give_masks(self, epoch, samples, part):
        """Puts Pawl's masks where Keras's cells keep their own."""
        c, gates = self.c, GATES[self.c["cell"]]
        order = [1, 0, 2] if c["cell"] == "gru" else list(range(gates))
        self.between = []
        for index, layer in enumerate(self.layers):
            units = c["features"] if index == 0 else c["hidden"][index - 1]
            one_each = c["recurrent_dropout"] > 0
            inputs = recurrent = None
            if c["input_dropout"]:
                drawn = masks(c["input_dropout"], INPUT_DROPOUT, epoch, index, samples,
                              gates if one_each else 1, units)[part]
                inputs = [torch.tensor(drawn[:, g if one_each else 0]) for g in order]
            if c["recurrent_dropout"]:
                drawn = masks(c["recurrent_dropout"], RECURRENT_DROPOUT, epoch, index, samples, gates,
                              c["hidden"][index])[part]
                recurrent = [torch.tensor(drawn[:, g]) for g in order]
            count = getattr(layer.cell, "dropout_mask_count", None)
            # Keras keeps a list of masks where each gate has its own, else one.
            assert (count is not None) == (one_each and gates > 1), "Keras shares masks otherwise"
            if count is None:
                inputs, recurrent = inputs and inputs[0], recurrent and recurrent[0]
            layer.cell.get_dropout_mask = lambda _, m=inputs: m
            layer.cell.get_recurrent_dropout_mask = lambda _, m=recurrent: m
            if c["dropout"]:
                top = index == len(self.layers) - 1
                steps = 1 if top else c["lookback"]
                drawn = masks(c["dropout"], DROPOUT, epoch, index, samples, steps, c["hidden"][index])
                self.between.append(torch.tensor(drawn[part]))

    def forward(self, x):
        for index, layer in enumerate(self.layers):
            # Keras writes the state in place; autograd needs the one that the batch started from.
            state = [s.value.detach().clone() for s in layer.states] if layer.stateful else None
            x = layer(x, initial_state=state, training=True)
            if index == len(self.layers) - 1:
                x = x[:, -1:]
            if self.c["dropout"]:
                x = x * self.between[index]
        return self.head(x[:, 0])


def train(c):
    net = Net(c)
    net.set()
    samples, lookback, batch = c["samples"], c["lookback"], c["batch"]
    rows = numbers(c["key"], 1, (samples + lookback - 1) * c["features"], 2.0).reshape(-1, c["features"])
    windows = torch.tensor(np.stack([rows[s : s + lookback] for s in range(samples)]))
    labels = torch.tensor(numbers(c["key"], 2, samples).reshape(-1, 1))
    optimizer = keras.optimizers.Adam(learning_rate=c["rate"])
    for epoch in range(c["epochs"]):
        for begin in range(0, samples, batch):
            part = slice(begin, begin + batch)
            net.give_masks(epoch, samples, part)
            loss = ((net.forward(windows[part]) - labels[part]) ** 2).mean()
            gradients = torch.autograd.grad(loss, [w.value for w in net.weights])
            optimizer.apply([g.clone() for g in gradients], net.weights)
    return net.names()


BASE = dict(
    cell="lstm", form="reset_after", gates="sigmoid", hidden=[6], features=3, lookback=5, batch=3, samples=9,
    epochs=3, rate=0.002, dropout=0.0, input_dropout=0.0, recurrent_dropout=0.0, state="false")
BOTH = dict(input_dropout=0.25, recurrent_dropout=0.5)
CASES = {
    "lstm-inputs": dict(input_dropout=0.25),
    "lstm-recurrent": dict(recurrent_dropout=0.25),
    "lstm-both": BOTH,
    "gru-after-both": BOTH | dict(cell="gru"),
    "gru-before-both": BOTH | dict(cell="gru", form="reset_before"),
    "gru-before-hard-both": BOTH | dict(cell="gru", form="reset_before", gates="hard_sigmoid"),
    "gru-inputs": dict(cell="gru", input_dropout=0.25),
    "rnn-both": BOTH | dict(cell="rnn"),
    "lstm-hard": dict(gates="hard_sigmoid"),
    "gru-before": dict(cell="gru", form="reset_before", hidden=[17, 4]),
    "stacked-all": BOTH | dict(hidden=[6, 18, 4], dropout=0.25),
    "stacked-gru-all": BOTH | dict(cell="gru", hidden=[5, 7], dropout=0.5),
    "stateful-lstm": dict(state="keras"),
    "stateful-one-by-one": BOTH | dict(state="keras", batch=1, hidden=[8, 8, 8, 8]),
    "stateful-gru": BOTH | dict(state="keras", cell="gru", hidden=[5, 20]),
    "stateful-rnn": dict(state="keras", cell="rnn", batch=9, epochs=6),
}


def main():
    torch.set_num_threads(1)
    for key, (name, changes) in enumerate(CASES.items(), start=1001):
        c = BASE | dict(key=key) | changes
        text = {k: ",".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in c.items()}
        print("case", f"name={name}", *(f"{k}={v}" for k, v in text.items()))
        for tensor, values in train(c).items():
            print(tensor, *(f"{v:.8g}" for v in np.asarray(values).ravel()))


if __name__ == "__main__":
    main()
