"""Writes ../ReferenceValues.swift: each function as NumPy and pandas compute it.

Run with numpy and pandas: python3 make_windows.py
"""
import os
import numpy as np
import pandas as pd

rng = np.random.default_rng(11)
x = pd.Series(np.round(100 + np.cumsum(rng.standard_normal(24)), 3))
y = pd.Series(np.round(50 + 0.4 * (x - 100) + rng.standard_normal(24), 3))


def regress(n, what):
    out = [np.nan] * len(x)
    for i in range(n - 1, len(x)):
        a, b = x[i - n + 1 : i + 1].to_numpy(), y[i - n + 1 : i + 1].to_numpy()
        slope, intercept = np.polyfit(a - 100, b, 1)  # shifted: polyfit's own conditioning
        out[i] = slope if what == "slope" else intercept - slope * 100
    return pd.Series(out)


def ema(series, n):
    out = [np.nan] * len(series)
    value = series[:n].mean()
    out[n - 1] = value
    for i in range(n, len(series)):
        value = value + 2 / (n + 1) * (series[i] - value)
        out[i] = value
    return pd.Series(out)


roll = x.rolling(7)
cases = {
    "lag(X.close, 3)": x.shift(3),
    "diff(X.close)": x.diff(),
    "diff(X.close, 4)": x.diff(4),
    "log(X.close)": np.log(x),
    "exp(X.close / 50)": np.exp(x / 50),
    "sqrt(X.close)": np.sqrt(x),
    "abs(X.close - 100)": (x - 100).abs(),
    "sign(X.close - 100)": np.sign(x - 100),
    "min(X.close, Y.close * 2, 100)": np.minimum(np.minimum(x, y * 2), 100),
    "max(X.close, Y.close * 2, 100)": np.maximum(np.maximum(x, y * 2), 100),
    "clip(X.close, 99, 101)": x.clip(99, 101),
    "where(X.close > Y.close * 2, X.close, Y.close)": x.where(x > y * 2, y),
    "sma(X.close, 7)": roll.mean(),
    "sum(X.close, 7)": roll.sum(),
    "std(X.close, 7)": roll.std(ddof=1),
    "highest(X.close, 7)": roll.max(),
    "lowest(X.close, 7)": roll.min(),
    "zscore(X.close, 7)": (x - roll.mean()) / roll.std(ddof=1),
    "ema(X.close, 5)": ema(x, 5),
    "slope(X.close, Y.close, 9)": regress(9, "slope"),
    "intercept(X.close, Y.close, 9)": regress(9, "intercept"),
    "corr(X.close, Y.close, 9)": x.rolling(9).corr(y),
}


def row(values):
    return ", ".join(".nan" if np.isnan(v) else repr(float(v)) for v in values)


def array(values, indent):
    text, line = "", " " * indent
    for part in row(values).split(", "):
        if len(line) + len(part) + 2 > 98:
            text += line.rstrip() + "\n"
            line = " " * indent
        line += part + ", "
    return text + line.rstrip().rstrip(",") + ",\n"


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ReferenceValues.swift")
with open(path, "w") as out:
    out.write("// Written by Reference/make_windows.py with NumPy and pandas; do not edit.\n\n")
    out.write("enum ReferenceValues {\n")
    for name, series in (("x", x), ("y", y)):
        out.write(f"  static let {name}: [Double] = [\n{array(series, 4)}  ]\n")
    out.write("  static let cases: [(text: String, values: [Double])] = [\n")
    for text, series in cases.items():
        out.write(f'    (\n      "{text}",\n      [\n{array(series, 8)}      ]\n    ),\n')
    out.write("  ]\n}\n")
