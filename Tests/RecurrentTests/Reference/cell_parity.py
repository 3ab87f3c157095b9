"""Writes cell_parity.txt: forecasts and gradients of small networks by PyTorch and by Keras.

    python cell_parity.py > cell_parity.txt

Each case: `case LIBRARY CELL FORM GATES OUTPUT FEATURES LOOKBACK OUTPUTS SAMPLES HIDDEN...`, then
lines `NAME v v v ...`, tensors flat in PyTorch's names and order. The loss is the mean squared error
of all forecasts, of the last step (OUTPUT last) or of each (sequence). Computed in Float64 from
Float32 inputs. Keras's gates are moved from z, r, h to r, z, n; its hard sigmoid is that of Keras
before 2.3, clip(0.2 x + 0.5).
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import torch

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def line(name, values):
    values = np.asarray(values, dtype=np.float64).reshape(-1)
    print(name, *(f"{v:.9g}" for v in values))


class Case:
    def __init__(self, library, cell, form, gates, output, features, lookback, outputs, samples,
                 hidden, seed):
        self.cell, self.form, self.gates, self.output = cell, form, gates, output
        self.features, self.lookback, self.outputs = features, lookback, outputs
        self.hidden = hidden
        random = np.random.default_rng(seed)
        f32 = lambda *shape: random.standard_normal(shape).astype(np.float32)
        steps = lookback if output == "sequence" else 1
        self.rows = f32(lookback + samples - 1, features)
        self.labels = f32(samples, steps, outputs)
        self.tensors = {}
        inputs = features
        two = library == "torch" or (cell == "gru" and form == "reset_after")
        for layer, h in enumerate(hidden):
            g = GATES[cell]
            self.tensors[f"rnn.weight_ih_l{layer}"] = f32(g * h, inputs)
            self.tensors[f"rnn.weight_hh_l{layer}"] = f32(g * h, h) / np.float32(np.sqrt(h))
            self.tensors[f"rnn.bias_ih_l{layer}"] = f32(g * h)
            self.tensors[f"rnn.bias_hh_l{layer}"] = f32(g * h) * np.float32(two)
            inputs = h
        self.tensors["head.weight"] = f32(outputs, inputs)
        self.tensors["head.bias"] = f32(outputs)
        self.windows = np.stack([self.rows[i : i + lookback] for i in range(samples)])
        print("case", library, cell, form, gates, output, features, lookback, outputs, samples,
              *hidden)
        line("rows", self.rows)
        line("labels", self.labels)
        for name, values in self.tensors.items():
            line("start " + name, values)

    def finish(self, forecasts, gradients):
        line("forecast", forecasts)
        for name in self.tensors:
            if name in gradients:
                line("gradient " + name, gradients[name])


def by_torch(case):
    module = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[case.cell]
    # One module a layer, because PyTorch's own stack has one size.
    layers, inputs = [], case.features
    for layer, hidden in enumerate(case.hidden):
        net = module(inputs, hidden, batch_first=True).double()
        net.load_state_dict({
            f"{kind}_l0": torch.tensor(case.tensors[f"rnn.{kind}_l{layer}"]).double()
            for kind in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]})
        layers.append(net)
        inputs = hidden
    head = torch.nn.Linear(inputs, case.outputs).double()
    head.load_state_dict({
        "weight": torch.tensor(case.tensors["head.weight"]).double(),
        "bias": torch.tensor(case.tensors["head.bias"]).double()})
    x = torch.tensor(case.windows).double()
    for net in layers:
        x = net(x)[0]
    if case.output == "last":
        x = x[:, -1:]
    y = head(x)
    torch.nn.functional.mse_loss(y, torch.tensor(case.labels).double()).backward()
    gradients = {
        f"rnn.{kind}_l{layer}": getattr(net, f"{kind}_l0").grad
        for layer, net in enumerate(layers)
        for kind in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]}
    gradients |= {"head.weight": head.weight.grad, "head.bias": head.bias.grad}
    case.finish(y.detach(), {name: value.numpy() for name, value in gradients.items()})


def by_keras(case):
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    hard = lambda x: tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)
    gate = hard if case.gates == "hard_sigmoid" else "sigmoid"
    order = {"rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}[case.cell]

    def swap(matrix):  # gates of the last axis between Keras's order and ours, its own inverse
        parts = np.split(np.asarray(matrix), len(order), axis=-1)
        return np.concatenate([parts[g] for g in order], axis=-1)

    layers = []
    x = tf.constant(case.windows.astype(np.float64))
    for hidden in case.hidden:
        more = dict(return_sequences=True)
        if case.cell != "rnn":
            more |= dict(recurrent_activation=gate)
        if case.cell == "gru":
            more |= dict(reset_after=case.form == "reset_after")
        layers.append({"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU,
                       "lstm": keras.layers.LSTM}[case.cell](hidden, **more))
    head = keras.layers.Dense(case.outputs)
    stack = keras.Sequential(layers + [head])
    stack.build(x.shape)
    for number, layer in enumerate(layers):
        get = lambda kind: case.tensors[f"rnn.{kind}_l{number}"].astype(np.float64)
        bias = swap(get("bias_ih"))
        if case.cell == "gru" and case.form == "reset_after":
            bias = np.stack([bias, swap(get("bias_hh"))])
        layer.set_weights([swap(get("weight_ih").T), swap(get("weight_hh").T), bias])
    head.set_weights([case.tensors["head.weight"].T, case.tensors["head.bias"]])
    with tf.GradientTape() as tape:
        y = stack(x)
        if case.output == "last":
            y = y[:, -1:]
        loss = tf.reduce_mean((y - case.labels.astype(np.float64)) ** 2)
    found = [g.numpy() for g in tape.gradient(loss, stack.trainable_variables)]
    gradients = {}
    for number in range(len(layers)):
        kernel, recurrent, bias = found[3 * number : 3 * number + 3]
        gradients[f"rnn.weight_ih_l{number}"] = swap(kernel).T
        gradients[f"rnn.weight_hh_l{number}"] = swap(recurrent).T
        if bias.ndim == 2:
            gradients[f"rnn.bias_hh_l{number}"] = swap(bias[1])
            bias = bias[0]
        gradients[f"rnn.bias_ih_l{number}"] = swap(bias)
    gradients |= {"head.weight": found[-2].T, "head.bias": found[-1]}
    case.finish(y, gradients)


def main():
    torch.set_num_threads(1)
    any_form, plain, hard = "reset_after", "sigmoid", "hard_sigmoid"
    by_torch(Case("torch", "rnn", any_form, plain, "last", 3, 5, 2, 4, [7], 1))
    by_torch(Case("torch", "rnn", any_form, plain, "sequence", 2, 4, 1, 3, [5, 18], 2))
    by_torch(Case("torch", "gru", any_form, plain, "last", 3, 5, 2, 4, [7], 3))
    by_torch(Case("torch", "gru", any_form, plain, "sequence", 2, 4, 1, 3, [18, 5], 4))
    by_torch(Case("torch", "lstm", any_form, plain, "last", 3, 4, 2, 4, [6, 5, 4], 5))
    by_torch(Case("torch", "lstm", any_form, plain, "sequence", 2, 4, 2, 3, [5, 17], 6))
    by_keras(Case("keras", "gru", "reset_before", hard, "last", 3, 5, 2, 4, [7], 7))
    by_keras(Case("keras", "gru", "reset_before", plain, "sequence", 2, 4, 1, 3, [18, 5], 8))
    by_keras(Case("keras", "gru", "reset_after", plain, "last", 3, 5, 1, 4, [6], 9))
    by_keras(Case("keras", "lstm", any_form, hard, "last", 3, 5, 1, 4, [6, 5], 10))
    by_keras(Case("keras", "rnn", any_form, plain, "last", 2, 5, 1, 3, [6], 11))


if __name__ == "__main__":
    sys.exit(main())
