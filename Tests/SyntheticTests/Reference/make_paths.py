"""Writes Tests/SyntheticTests/NumPyPaths.swift: the generators written in NumPy.

Run from the package's root: python3 Tests/SyntheticTests/Reference/make_paths.py
Made with NumPy 2.4.6.
"""
import struct
import numpy as np


def bits(x):
    return "0x%016X" % struct.unpack("<Q", struct.pack("<d", float(x)))[0]


def coint_path(bars, delta, sigma, start, normal):
    x = y = float(start)
    rows = [(x, y)]
    for _ in range(bars - 1):
        x += normal() + delta * (y - x)
        y += normal() + sigma * (x - y)
        rows.append((x, y))
    return np.array(rows)


lines = ["// Written by Reference/make_paths.py; do not edit.", "",
         "/// Closes by NumPy, as bits, bar by bar.", "enum NumPyPaths {"]


def table(name, comment, rows):
    lines.append(f"  /// {comment}")
    lines.append(f"  static let {name}: [[UInt64]] = [")
    for row in rows:
        lines.append("    [" + ", ".join(bits(v) for v in row) + "],")
    lines.append("  ]")
    lines.append("")


table("legacyFromZero", "coint_path(60, .9, .1, 0) at RandomState(0).",
      coint_path(61, .9, .1, 0, np.random.RandomState(0).randn))
table("pcg64FromHundred", "coint_path, delta .2, sigma .05, start 100, at default_rng(7).",
      coint_path(61, .2, .05, 100, np.random.default_rng(7).standard_normal))
walk = [[100.0] * 3]
shocks = np.random.RandomState(3).standard_normal((40, 3))
for row in shocks:
    walk.append([a + b for a, b in zip(walk[-1], row)])
table("legacyWalks", "Three walks from 100 at RandomState(3).", walk)
lines.pop()
lines.append("}")
open("Tests/SyntheticTests/NumPyPaths.swift", "w").write("\n".join(lines) + "\n")
