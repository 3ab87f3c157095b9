"""Holds Pawl's files of weights against PyTorch, Keras and onnxruntime.

    python weights_parity.py PAWL [FOLDER]

PAWL is the built tool; files are left in FOLDER, where one is given. For random networks of each kind
of cell and form, one to three layers deep: PyTorch writes the weights, `pawl model convert` turns them
to Keras's layout and ONNX and back, and the frameworks make the same forecast from all of them:
within 1e-6 of the largest, in Float64 for PyTorch and Keras and Float32 for onnxruntime.

Needs torch, keras with tensorflow, onnx, onnxruntime, safetensors.
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file as load_numpy
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
TOLERANCE = 1e-6
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


def sigmoid(gates):
    return torch.sigmoid if gates == "sigmoid" else lambda x: torch.clip(0.2 * x + 0.5, 0, 1)


def forecast_torch(tensors, cell, form, gates, x, states=None):
    """The definitions written out in Float64, which takes what nn.GRU does not have.

    To `states` go (h, c) after each step of each layer, with room for their gradients.
    """
    tensors = {name: value.double() for name, value in tensors.items()}
    bound = sigmoid(gates)
    steps = torch.tensor(x).double()
    layer = 0
    while f"rnn.weight_ih_l{layer}" in tensors:
        w, u, b, d = (
            tensors[f"rnn.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        units = u.shape[1]
        h = c = torch.zeros(len(x), units).double().requires_grad_(states is not None)
        outputs, cells = [], []
        for t in range(steps.shape[1]):
            a, s = steps[:, t] @ w.T + b, h @ u.T + d
            if cell == "rnn":
                h = torch.tanh(a + s)
            elif cell == "lstm":
                i, f, g, o = (a + s).split(units, 1)
                c = bound(f) * c + bound(i) * torch.tanh(g)
                h = bound(o) * torch.tanh(c)
            else:
                r, z = bound((a + s)[:, : 2 * units]).split(units, 1)
                if form == "reset_after":
                    n = torch.tanh(a[:, 2 * units :] + r * s[:, 2 * units :])
                else:
                    n = torch.tanh(a[:, 2 * units :] + (r * h) @ u[2 * units :].T + d[2 * units :])
                h = (1 - z) * n + z * h
            outputs.append(h)
            cells.append(c)
        if states is not None:
            for state in outputs + cells:
                state.retain_grad()
            states.append((outputs, cells))
        steps = torch.stack(outputs, 1)
        layer += 1
    forecast = steps[:, -1] @ tensors["head.weight"].T + tensors["head.bias"]
    return forecast if states is not None else forecast.numpy()


class Net(torch.nn.Module):
    def __init__(self, cell, features, hidden, layers, outputs):
        super().__init__()
        self.rnn = LAYERS[cell](features, hidden, layers, batch_first=True)
        self.head = torch.nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def random_tensors(random, cell, features, hidden, outputs):
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[cell]
    tensors = {}

    def draw(name, *shape):
        scale = 1 / np.sqrt(shape[-1]) if len(shape) == 2 else 0.5
        tensors[name] = torch.tensor(random.normal(0, scale, shape).astype("float32"))

    inputs = features
    for layer, units in enumerate(hidden):
        draw(f"rnn.weight_ih_l{layer}", gates * units, inputs)
        draw(f"rnn.weight_hh_l{layer}", gates * units, units)
        draw(f"rnn.bias_ih_l{layer}", gates * units)
        draw(f"rnn.bias_hh_l{layer}", gates * units)
        inputs = units
    draw("head.weight", outputs, inputs)
    draw("head.bias", outputs)
    return tensors


def keras_model(cell, form, gates, features, hidden, outputs, lookback):
    """As docs/weights.md says it."""
    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}[cell]
    name = {"lstm": "lstm", "gru": "gru", "rnn": "simple_rnn"}[cell]
    options = {"reset_after": form == "reset_after"} if cell == "gru" else {}
    if gates == "hard_sigmoid":
        options["recurrent_activation"] = lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1)
    model = keras.Sequential([keras.Input((lookback, features))])
    for index, units in enumerate(hidden):
        options["name"] = name if index == 0 else f"{name}_{index}"
        model.add(kind(units, return_sequences=index < len(hidden) - 1, **options))
    model.add(keras.layers.Dense(outputs, name="dense"))
    return model


def forecast_keras(path, cell, form, gates, features, hidden, outputs, x):
    tensors = load_numpy(path)
    model = keras_model(cell, form, gates, features, hidden, outputs, x.shape[1])
    for weight in model.weights:
        weight.assign(tensors.pop(weight.path.split("/", 1)[1]))
    assert not tensors, f"the model took no {list(tensors)}"
    return model(x.astype("float64"), training=False).numpy()


def golden():
    """The networks of weights.txt: name, window, Keras's forecast."""
    for line in (HERE / "weights.txt").read_text().splitlines():
        key, *words = line.split()
        if key == "case":
            name, features = words[0], int(words[5])
        elif key == "rows":
            x = np.array(words, "float32").reshape(1, -1, features)
        elif key == "forecast":
            yield name, x, np.array([words], "float64")


def run_examples(pawl, folder):
    """The blocks of Python in docs/weights.md, one after the other, on files of a network of theirs."""
    text = (HERE.parents[2] / "docs" / "weights.md").read_text()
    random = np.random.default_rng(2)
    tensors = random_tensors(random, "lstm", 2, [32], 1)
    save_file(tensors, folder / "model.safetensors", {"pawl.lookback": "15"})
    for to, name in [("keras", "keras.safetensors"), ("onnx", "model.onnx")]:
        command = [pawl, "model", "convert", "--to", to, folder / "model.safetensors", folder / name]
        subprocess.run(command, check=True)
    names, home = {}, os.getcwd()
    keras.backend.clear_session()
    keras.config.set_dtype_policy("float32")
    os.chdir(folder)
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    for block in blocks:
        exec(block, names)
    zeros = torch.zeros(1, 15, 2)
    with torch.no_grad():
        expected = names["net"](zeros).numpy()
    assert np.allclose(names["forecast"], expected, rtol=1e-6)
    assert np.allclose(names["model"](zeros.numpy()), expected, rtol=1e-6)
    subprocess.run([pawl, "model", "convert", "--to", "keras", "weights.safetensors", "b"], check=True)
    back, sent = load_numpy("b"), load_numpy("keras.safetensors")
    assert all(np.array_equal(back[name], sent[name]) for name in sent)
    os.chdir(home)
    print(f"{len(blocks)} examples of docs/weights.md")


def main():
    pawl = os.path.abspath(sys.argv[1])
    scratch = tempfile.TemporaryDirectory()
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else scratch.name)
    folder.mkdir(parents=True, exist_ok=True)
    keras.config.set_dtype_policy("float64")
    random = np.random.default_rng(1)
    worst = {}

    def convert(to, source, target):
        command = [pawl, "model", "convert", "--to", to, source, target]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    def check(what, found, expected):
        distance = np.abs(found - expected).max() / np.abs(expected).max()
        worst[what] = max(worst.get(what, 0), distance)
        if not distance <= TOLERANCE:
            sys.exit(f"{case}: {what} was {distance:.1e} from PyTorch, {TOLERANCE:.0e} is allowed")

    cases = 0
    for cell in LAYERS:
        for form in ["reset_after", "reset_before"] if cell == "gru" else [None]:
            for gates in ["sigmoid", "hard_sigmoid"] if cell != "rnn" else [None]:
                for depth in [1, 2, 3]:
                    for zero_bias in [False, True]:
                        features, outputs = map(int, random.integers(1, 5, 2))
                        lookback = int(random.integers(1, 12))
                        hidden = [int(units) for units in random.integers(1, 40, depth)]
                        case = f"{cell} {form} {gates} {features} {hidden} {outputs} {lookback} {zero_bias}"
                        cases += 1
                        tensors = random_tensors(random, cell, features, hidden, outputs)
                        if zero_bias and form != "reset_after":
                            for layer in range(depth):
                                tensors[f"rnn.bias_hh_l{layer}"].zero_()
                        facts = {"pawl.cell": cell, "pawl.lookback": str(lookback)}
                        if gates:
                            facts["pawl.gates"] = gates
                        if form:
                            facts["pawl.gru_form"] = form
                        paths = {
                            name: folder / f"{cases}-{name}"
                            for name in ["in", "torch", "keras", "back", "again", "model.onnx"]
                        }
                        save_file(tensors, paths["in"], facts)
                        convert("torch", paths["in"], paths["torch"])
                        convert("keras", paths["torch"], paths["keras"])
                        convert("torch", paths["keras"], paths["back"])
                        convert("keras", paths["back"], paths["again"])
                        convert("onnx", paths["torch"], paths["model.onnx"])
                        assert paths["again"].read_bytes() == paths["keras"].read_bytes(), case

                        x = random.normal(0, 1, (5, lookback, features)).astype("float32")
                        expected = forecast_torch(tensors, cell, form, gates, x)
                        written, back = load_file(paths["torch"]), load_file(paths["back"])
                        assert all(torch.equal(written[name], tensors[name]) for name in tensors), case
                        back = load_file(paths["back"])
                        if zero_bias or form == "reset_after":
                            assert paths["back"].read_bytes() == paths["torch"].read_bytes(), case
                        check("back from Keras", forecast_torch(back, cell, form, gates, x), expected)
                        check(
                            "Keras",
                            forecast_keras(paths["keras"], cell, form, gates, features, hidden, outputs, x),
                            expected,
                        )
                        if gates != "hard_sigmoid" and form != "reset_before" and len(set(hidden)) == 1:
                            net = Net(cell, features, hidden[0], depth, outputs).double()
                            net.load_state_dict(written, strict=True)
                            with torch.no_grad():
                                check("nn", net(torch.tensor(x).double()).numpy(), expected)
                        onnx.checker.check_model(onnx.load(paths["model.onnx"]), full_check=True)
                        session = onnxruntime.InferenceSession(
                            paths["model.onnx"], providers=["CPUExecutionProvider"]
                        )
                        check("onnxruntime", session.run(["forecast"], {"x": x})[0], expected)
    for case, x, expected in golden():
        convert("onnx", HERE / f"keras_{case}.safetensors", folder / f"{case}.onnx")
        session = onnxruntime.InferenceSession(
            folder / f"{case}.onnx", providers=["CPUExecutionProvider"]
        )
        check("onnxruntime", session.run(["forecast"], {"x": x})[0], expected)
        print(case, hashlib.sha256((folder / f"{case}.onnx").read_bytes()).hexdigest())
    run_examples(pawl, folder)
    print(f"{cases} networks;", ", ".join(f"{what} {d:.1e}" for what, d in sorted(worst.items())))


if __name__ == "__main__":
    main()
