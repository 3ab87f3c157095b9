"""Writes Sources/Numerics/Elementary+Tables.swift from first principles (mpmath, 400 bits).

Run from the package's root: python3 Tests/NumericsTests/Reference/make_tables.py
"""
from fractions import Fraction
from math import floor
import mpmath as mp

mp.mp.prec = 400


def rounded(value, quantum):
    """The multiple of `quantum` nearest to `value`, as mpf (exact)."""
    return mp.nint(value / quantum) * quantum


def parts(value, quantum, count=3):
    """value as a multiple of quantum, then doubles."""
    out = [float(rounded(value, quantum))]
    rest = value - mp.mpf(out[0])
    for _ in range(count - 1):
        out.append(float(rest))
        rest -= mp.mpf(out[-1])
    return out


def hexed(x):
    x = float(x)
    if x == 0:
        return "0"
    text = x.hex()
    mantissa, exponent = text.split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}p{int(exponent)}"


lines = []
emit = lines.append
emit("// Written by Tests/NumericsTests/Reference/make_tables.py; do not edit.")
emit("")
emit("/// Constants of `Elementary`, each a sum of doubles: the first short enough to multiply exactly.")
emit("enum ElementaryTables {")

# exp: step ln2/128, first part a multiple of 2^-42 (35 bits).
step = mp.log(2) / 128
a, b, c = parts(step, mp.mpf(2) ** -42)
emit("  /// ln 2 / 128.")
emit(f"  static let expStep0: Double = {hexed(a)}")
emit(f"  static let expStep1: Double = {hexed(b)}")
emit(f"  static let expStep2: Double = {hexed(c)}")
emit(f"  /// 128 / ln 2.")
emit(f"  static let expInverseStep: Double = {hexed(float(1 / step))}")

# log: ln2 with a multiple of 2^-42.
a, b, c = parts(mp.log(2), mp.mpf(2) ** -42)
emit("  /// ln 2.")
emit(f"  static let ln2Part0: Double = {hexed(a)}")
emit(f"  static let ln2Part1: Double = {hexed(b)}")
emit(f"  static let ln2Part2: Double = {hexed(c)}")

emit("")
emit("  /// Rests of 1/n, n = 0...9, beyond their nearest double (0 for n = 0).")
emit("  static let reciprocalRests: [Double] = [")
for n in range(0, 10):
    rest = mp.mpf(0) if n == 0 else mp.mpf(1) / n - mp.mpf(1.0 / n)
    emit(f"    {hexed(float(rest))},")
emit("  ]")
emit("")
emit("  /// Rests of 1/n!, n = 0...5, beyond their nearest double.")
emit("  static let factorialRests: [Double] = [")
for n in range(0, 6):
    rest = mp.mpf(1) / mp.factorial(n) - mp.mpf(float(mp.mpf(1) / mp.factorial(n)))
    emit(f"    {hexed(float(rest))},")
emit("  ]")

emit("")
emit("  /// 2^(j/128), j = 0..<128, as three doubles each; the first has 26 bits.")
emit("  static let powersOfTwo: [Double] = [")
for j in range(128):
    p = parts(mp.mpf(2) ** (mp.mpf(j) / 128), mp.mpf(2) ** -25)
    emit("    " + ", ".join(hexed(v) for v in p) + ",")
emit("  ]")

emit("")
emit("  /// For m in [1 + i/128, 1 + (i + 1)/128): a short reciprocal c of m (a multiple of 2^-13), then")
emit("  /// -ln c, or -ln 2c from i = 53 on, as three doubles; the first is a multiple of 2^-42.")
emit("  static let reciprocals: [Double] = [")
for i in range(128):
    if i == 0:
        cc = mp.mpf(1)
    elif i == 127:
        cc = mp.mpf("0.5")
    else:
        centre = 1 + (mp.mpf(i) + mp.mpf("0.5")) / 128
        cc = rounded(1 / centre, mp.mpf(2) ** -13)
    value = -mp.log(cc if i < 53 else 2 * cc)
    p = parts(value, mp.mpf(2) ** -42)
    emit("    " + hexed(cc) + ", " + ", ".join(hexed(v) for v in p) + ",")
emit("  ]")

# Normal upper tail: Q(x) = exp(-x^2/2) * g(t) / (1 + x), t = (x - 3)/(x + 3), x >= 0.
mp.mp.prec = 200
K = 3


def g(t):
    if t >= 1:
        return 1 / mp.sqrt(2 * mp.pi)
    x = K * (1 + t) / (1 - t)
    if x > 1000:
        s, term = mp.mpf(1), mp.mpf(1)
        for k in range(1, 12):
            term *= -(2 * k - 1) / (x * x)
            s += term
        return s * (1 + x) / x / mp.sqrt(2 * mp.pi)
    return mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2)) / 2 * (1 + x)


N = 96
nodes = [mp.cos(mp.pi * (k + mp.mpf("0.5")) / N) for k in range(N)]
values = [g(t) for t in nodes]
coefficients = []
for j in range(40):
    s = sum(values[k] * mp.cos(mp.pi * j * (k + mp.mpf("0.5")) / N) for k in range(N)) * 2 / N
    coefficients.append(s / 2 if j == 0 else s)
last = max(j for j in range(40) if abs(coefficients[j]) > mp.mpf(2) ** -58)
emit("")
emit("  /// Chebyshev coefficients in t = (x - 3)/(x + 3) of exp(x²/2) · Q(x) · (1 + x), where Q(x), x ≥ 0,")
emit("  /// is the normal distribution's upper tail.")
emit("  static let normalTail: [Double] = [")
for j in range(last + 1):
    emit(f"    {hexed(float(coefficients[j]))},")
emit("  ]")
emit("}")
open("Sources/Numerics/Elementary+Tables.swift", "w").write("\n".join(lines) + "\n")
print("normal tail degree", last)
