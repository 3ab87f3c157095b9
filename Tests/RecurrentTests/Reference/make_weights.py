"""Makes keras_*.safetensors, weights as Keras itself saves them, and weights.txt: forecasts of these
networks by Keras, and the norms of their gradients by PyTorch's autograd.

    python make_weights.py

weights.txt, a network: `case NAME cell gru_form gates lookback features outputs hidden ...` (- where a
cell has no such thing), `rows`, `forecast`, and by layer `h` and `c`: the norm of the derivative of the
sum of the outputs by the state, the last step first.
"""

import pathlib

import keras
import numpy as np
import torch
from safetensors.numpy import save_file
from weights_parity import forecast_torch, keras_model

FOLDER = pathlib.Path(__file__).parent
CASES = [
    ("lstm", "lstm", None, "sigmoid", [4, 3], 6, 2, 2),
    ("gru_after", "gru", "reset_after", "sigmoid", [3, 4], 5, 3, 1),
    ("gru_before", "gru", "reset_before", "hard_sigmoid", [4, 3], 6, 2, 2),
    ("rnn", "rnn", None, None, [5], 7, 1, 3),
    ("lstm_hard", "lstm", None, "hard_sigmoid", [5], 4, 2, 1),
    ("gru_hard", "gru", "reset_after", "hard_sigmoid", [3], 4, 2, 1),
    ("gru_before_sigmoid", "gru", "reset_before", "sigmoid", [3], 4, 2, 1),
]


def torch_tensors(tensors, cell):
    """Keras's tensors in PyTorch's layout."""
    name = {"lstm": "lstm", "gru": "gru", "rnn": "simple_rnn"}[cell]
    order = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2], "rnn": [0]}[cell]

    def turned(columns):
        return torch.tensor(np.concatenate([np.split(columns, len(order), -1)[k].T for k in order]))

    result = {}
    layer = 0
    while (path := f"{name}{f'_{layer}' if layer else ''}/{name}_cell") + "/kernel" in tensors:
        bias = np.atleast_2d(tensors[f"{path}/bias"])
        result[f"rnn.weight_ih_l{layer}"] = turned(tensors[f"{path}/kernel"])
        result[f"rnn.weight_hh_l{layer}"] = turned(tensors[f"{path}/recurrent_kernel"])
        result[f"rnn.bias_ih_l{layer}"] = turned(bias[0])
        result[f"rnn.bias_hh_l{layer}"] = turned(bias[1] if len(bias) == 2 else 0 * bias[0])
        layer += 1
    result["head.weight"] = torch.tensor(tensors["dense/kernel"].T)
    result["head.bias"] = torch.tensor(tensors["dense/bias"])
    return result


def main():
    random = np.random.default_rng(3)
    lines = []
    for name, cell, form, gates, hidden, lookback, features, outputs in CASES:
        keras.backend.clear_session()
        keras.backend.set_floatx("float64")
        model = keras_model(cell, form, gates, features, hidden, outputs, lookback)
        for weight in model.weights:
            weight.assign(random.normal(0, 0.6, weight.shape).astype("float32"))
        tensors = {
            weight.path.split("/", 1)[1]: weight.numpy().astype("float32") for weight in model.weights
        }
        metadata = {"pawl.gates": gates} if gates == "hard_sigmoid" else None
        save_file(tensors, FOLDER / f"keras_{name}.safetensors", metadata)
        x = random.normal(0, 1, (1, lookback, features)).astype("float32")
        forecast = model(x.astype("float64"), training=False).numpy()
        states = []
        again = forecast_torch(torch_tensors(tensors, cell), cell, form, gates, x, states)
        assert np.abs(again.detach().numpy() - forecast).max() < 1e-12
        again.sum().backward()
        numbers = [lookback, features, outputs, *hidden]
        lines.append(f"case {name} {cell} {form or '-'} {gates or '-'} {' '.join(map(str, numbers))}")
        lines.append("rows " + " ".join(map(repr, x.ravel().astype(float).tolist())))
        lines.append("forecast " + " ".join(map(repr, forecast[0].tolist())))
        for layer in states:
            for letter, steps in zip("hc" if cell == "lstm" else "h", layer):
                norms = [step.grad.norm().item() for step in reversed(steps)]
                lines.append(f"{letter} " + " ".join(map(repr, norms)))
    (FOLDER / "weights.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
