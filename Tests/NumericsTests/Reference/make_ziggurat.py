"""Writes Sources/Numerics/NumPyPCG64Random+Tables.swift: the layers of the normal ziggurat.

256 layers of equal area v under exp(-x²/2), the lowest with the tail beyond r. NumPy's widths
differ from the true ones in the last bits, as they were once computed in short arithmetic; so that
the streams are equal bit for bit, the widths are read off NumPy's own draws, and the rest follows
from them. Run from the package's root (a minute):
python3 Tests/NumericsTests/Reference/make_ziggurat.py
"""
from fractions import Fraction

import mpmath as mp
import numpy as np

mp.mp.prec = 300
r = mp.mpf("3.6541528853610087963519472518")


def density(x):
    return mp.exp(-x * x / 2)


def closing(r):
    """How far the topmost layer misses the peak."""
    v = r * density(r) + mp.sqrt(mp.pi / 2) * mp.erfc(r / mp.sqrt(2))
    x = r
    for _ in range(254):
        x = mp.sqrt(-2 * mp.log(v / x + density(x)))
    return v / x + density(x) - 1


r = mp.findroot(closing, (r, r + mp.mpf(10) ** -20))
v = r * density(r) + mp.sqrt(mp.pi / 2) * mp.erfc(r / mp.sqrt(2))
x = [mp.mpf(0)] * 257
x[256] = v / density(r)  # the lowest layer's width if it were a rectangle
x[255] = r
for i in range(254, 0, -1):
    x[i] = mp.sqrt(-2 * mp.log(v / x[i + 1] + density(x[i + 1])))

two52 = mp.mpf(2) ** 52
true_width = [float(x[256] / two52)] + [float(x[i] / two52) for i in range(1, 256)]

# A draw's magnitude is draw * width, rounded: each narrows the interval in which the width lies.
low = [Fraction(0)] * 256
high = [Fraction(1)] * 256
bit_generator = np.random.PCG64(3)
generator = np.random.Generator(bit_generator)
for _ in range(400_000):
    state = bit_generator.state
    raw = int(bit_generator.random_raw())
    bit_generator.state = state
    value = abs(generator.standard_normal())
    layer, draw = raw & 255, (raw >> 9) & ((1 << 52) - 1)
    if draw == 0 or abs(value / draw / true_width[layer] - 1) > 1e-12:
        continue  # the first draw was rejected
    half = Fraction(float(np.spacing(value))) / 2
    low[layer] = max(low[layer], (Fraction(value) - half) / draw)
    high[layer] = min(high[layer], (Fraction(value) + half) / draw)

width = []
for layer in range(256):
    middle = float((low[layer] + high[layer]) / 2)
    fits = [w for w in (np.nextafter(middle, 0), middle, np.nextafter(middle, 1))
            if low[layer] <= Fraction(float(w)) <= high[layer]]
    assert len(fits) == 1, f"layer {layer} needs more draws"
    width.append(float(fits[0]))

edge = [mp.mpf(w) * two52 for w in width]
accept = [int(mp.floor(r / edge[0] * two52)), 0]
accept += [int(mp.floor(edge[i - 1] / edge[i] * two52)) for i in range(2, 256)]
height = [1.0] + [float(density(edge[i])) for i in range(1, 256)]


def table(name, comment, values, type_name, text):
    lines = [f"  /// {comment}", f"  static let {name}: [{type_name}] = ["]
    for i in range(0, 256, 4):
        lines.append("    " + ", ".join(text(value) for value in values[i:i + 4]) + ",")
    return lines + ["  ]"]


lines = ["// Written by Tests/NumericsTests/Reference/make_ziggurat.py; do not edit.", "",
         "/// The normal ziggurat of 256 layers; layer 0 is the lowest and holds the tail."]
lines += ["enum ZigguratTables {", f"  /// Where the tail begins.",
          f"  static let tailStart: Double = {float(r)!r}",
          f"  static let inverseTailStart: Double = {float(1 / r)!r}", ""]
lines += table("accept", "A 52-bit draw below this lies under the curve without a test.", accept,
               "UInt64", lambda n: "0x%X" % n)
lines.append("")
lines += table("width", "A layer's width / 2^52.", width, "Double", repr)
lines.append("")
lines += table("height", "exp(-x²/2) at the layer's edge.", height, "Double", repr)
lines.append("}")
open("Sources/Numerics/NumPyPCG64Random+Tables.swift", "w").write("\n".join(lines) + "\n")
print(accept[:3], width[:2], float(r), float(1 / r))
