"""Writes Tests/NumericsTests/ElementaryReference.swift: correctly rounded values by mpmath.

Run from the package's root: python3 Tests/NumericsTests/Reference/make_elementary.py
"""
import random
import struct
import mpmath as mp

mp.mp.prec = 600
random.seed(20260101)


def bits(x):
    return "0x%016X" % struct.unpack("<Q", struct.pack("<d", float(x)))[0]


def from_bits(n):
    return struct.unpack("<d", struct.pack("<Q", n))[0]


def spread(low, high):
    """Magnitudes even in their exponent."""
    return 2.0 ** random.uniform(low, high) * (1 + random.random())


def upper(x):
    return mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2


def quantile(p):
    x = mp.mpf(0)
    p = mp.mpf(p)
    target = p if p <= 0.5 else 1 - p
    # Newton on ln Φ, which is concave: it converges from the left.
    x = -mp.sqrt(-2 * mp.log(target)) if target < 0.4 else mp.mpf(-0.5)
    for _ in range(60):
        tail = upper(x)
        density = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
        step = (mp.log(tail) - mp.log(target)) * tail / density
        x -= step
        if abs(step) < mp.mpf(2) ** -120:
            break
    return x if p <= 0.5 else -x


sets = {}
xs = [random.uniform(-708, 709.7) for _ in range(250)]
xs += [random.choice((-1, 1)) * spread(-60, 2) for _ in range(250)]
sets["exponentials"] = [(x, mp.exp(mp.mpf(x))) for x in xs]
xs = [random.uniform(-745, -708.5) for _ in range(60)]
sets["subnormalExponentials"] = [(x, mp.exp(mp.mpf(x))) for x in xs]
xs = [spread(-1074, 1022) for _ in range(150)] + [random.uniform(0.4, 2.5) for _ in range(250)]
xs += [1 + random.choice((-1, 1)) * spread(-52, -8) for _ in range(100)]
sets["logarithms"] = [(x, mp.log(mp.mpf(x))) for x in xs]
xs = [random.choice((-1, 1)) * spread(-60, -2) for _ in range(150)] + [spread(-3, 1000) for _ in range(50)]
sets["logarithmsOnePlus"] = [(x, mp.log1p(mp.mpf(x))) for x in xs]
xs = [random.choice((-1, 1)) * spread(-60, 4) for _ in range(200)]
sets["exponentialsMinusOne"] = [(x, mp.expm1(mp.mpf(x))) for x in xs]
xs = [random.uniform(-37.5, 8) for _ in range(200)] + [random.uniform(-3, 3) for _ in range(100)]
sets["normalCDFs"] = [(x, upper(x)) for x in xs]
mp.mp.prec = 200
ps = [random.random() for _ in range(150)] + [spread(-1022, -2) for _ in range(100)] + [1 - spread(-52, -3) for _ in range(50)]
sets["normalQuantiles"] = [(p, quantile(p)) for p in ps]

lines = ["// Written by Reference/make_elementary.py; do not edit.", "",
         "/// Arguments and correctly rounded values, as bits.", "enum ElementaryReference {"]
for name, rows in sets.items():
    lines.append(f"  static let {name}: [(UInt64, UInt64)] = [")
    for x, y in rows:
        lines.append(f"    ({bits(x)}, {bits(y)}),")
    lines.append("  ]")
    lines.append("")
mp.mp.prec = 600
lines.append("  static let powers: [(UInt64, UInt64, UInt64)] = [")
for _ in range(200):
    a = spread(-8, 8)
    b = random.uniform(-40, 40) * random.random()
    lines.append(f"    ({bits(a)}, {bits(b)}, {bits(mp.power(mp.mpf(a), mp.mpf(b)))}),")
lines += ["  ]", "}"]
open("Tests/NumericsTests/ElementaryReference.swift", "w").write("\n".join(lines) + "\n")
