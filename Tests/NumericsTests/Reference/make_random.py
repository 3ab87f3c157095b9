"""Writes Tests/NumericsTests/NumPyReference.swift: the first numbers of NumPy's streams.

Run from the package's root: python3 Tests/NumericsTests/Reference/make_random.py
Made with NumPy 2.4.6.
"""
import struct
import numpy as np


def bits(x):
    return "0x%016X" % struct.unpack("<Q", struct.pack("<d", float(x)))[0]


lines = ["// Written by Reference/make_random.py; do not edit.", "",
         "/// The first numbers of NumPy's streams, as bits, by seed.", "enum NumPyReference {"]


def table(name, seeds, draw):
    lines.append(f"  static let {name}: [(seed: UInt32, values: [UInt64])] = [")
    for seed in seeds:
        lines.append("    (")
        lines.append(f"      {seed},")
        lines.append("      [")
        for x in draw(seed):
            lines.append(f"        {bits(x)},")
        lines.append("      ]")
        lines.append("    ),")
    lines.append("  ]")
    lines.append("")


seeds = [0, 1, 42, 20260101, 4294967295]
table("legacyUniforms", seeds, lambda s: np.random.RandomState(s).random_sample(8))
table("legacyNormals", seeds, lambda s: np.random.RandomState(s).randn(40))
table("pcg64Uniforms", seeds, lambda s: np.random.default_rng(s).random(8))
table("pcg64Normals", seeds, lambda s: np.random.default_rng(s).standard_normal(40))
lines.pop()
lines.append("}")
open("Tests/NumericsTests/NumPyReference.swift", "w").write("\n".join(lines) + "\n")
