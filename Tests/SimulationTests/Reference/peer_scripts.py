"""Bars and seeded order scripts for the parity tests, and the text in which they are kept.

A set is one run of a peer: bars, orders that are given at the close of a stated bar whatever else
happens, the fills that the peer made of them, and its equity at the last close. The files are read
by PeerSets.swift. Lines:

    set NAME
    bars FILE FIRST COUNT      a file of fixtures/market or of Reference/bars; row FIRST is bar 0
    cash 10000000
    fee_bps 0
    give BAR GROUP ORDER until BAR     whatever still waits is cancelled at the close of the second bar
    fill BAR GROUP LEG SIDE QUANTITY PRICE
    equity VALUE

An ORDER is one of

    buy 5 market                       at the next open
    buy 5 on_close                     at the next close
    buy 5 limit 10
    buy 5 stop 10
    buy 5 stop_limit 10 10.5           stop, then limit
    sell 5 trail 2                     an amount
    sell 5 trail_fraction 0.02
    bracket buy 5 limit 10 stop 9 target 12        either exit may be absent
    oco buy 5 limit 9 or buy 5 stop 11

Leg 0 is the order or a bracket's entry, 1 its stop, 2 its target; of an oco, the place. Prices are
written so that reading them gives the same double.
"""

import csv
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
MARKET = os.path.join(HERE, "..", "..", "..", "fixtures", "market")
CASH = 10_000_000


# Bars


def rounded(price, grid):
    # Multiples of 1/20 and 1/100: the nearest double of the decimal number.
    return round(round(price / grid) * grid, 2)


def walk_daily(seed, count, grid):
    """A random walk with gaps. Its grid is coarse, so levels are touched and prices are equal."""
    r = random.Random(seed)
    bars, close = [], 50.0
    for i in range(count):
        open_ = close if r.random() < 0.25 else close * (1 + r.gauss(0, 0.008))
        ways = [open_]
        for _ in range(12):
            ways.append(ways[-1] * (1 + r.gauss(0, 0.005)))
        o, h, l, c = (rounded(p, grid) for p in (open_, max(ways), min(ways), ways[-1]))
        bars.append((i, o, max(o, h, c), min(o, l, c), c))
        close = c
    return bars


def walk_hourly(seed, count, grid):
    """Seven bars a day; the price moves more at the ends of the day and gaps over night."""
    r = random.Random(seed)
    bars, close = [], 80.0
    for i in range(count):
        hour = i % 7
        scale = 0.0035 if hour in (0, 6) else 0.0018
        gap = r.gauss(0, 0.012) if hour == 0 else (0 if r.random() < 0.6 else r.gauss(0, 0.0005))
        ways = [close * (1 + gap)]
        for _ in range(12):
            ways.append(ways[-1] * (1 + r.gauss(0, scale / 2)))
        o, h, l, c = (rounded(p, grid) for p in (ways[0], max(ways), min(ways), ways[-1]))
        bars.append((i, o, max(o, h, c), min(o, l, c), c))
        close = c
    return bars


SYNTHETIC = {
    "walk-1.csv": lambda: walk_daily(1, 700, 0.1),
    "walk-2.csv": lambda: walk_daily(2, 700, 0.05),
    "hourly-1.csv": lambda: walk_hourly(3, 1400, 0.05),
}


def write_synthetic():
    os.makedirs(os.path.join(HERE, "bars"), exist_ok=True)
    for name, make in SYNTHETIC.items():
        with open(os.path.join(HERE, "bars", name), "w") as out:
            out.write("Bar,Open,High,Low,Close\n")
            for row in make():
                out.write(",".join(repr(v) for v in row) + "\n")


def read_bars(name, first, count):
    folder = os.path.join(HERE, "bars") if name in SYNTHETIC else MARKET
    with open(os.path.join(folder, name), newline="") as text:
        rows = list(csv.DictReader(text))[first : first + count]
    bars = [tuple(float(row[k]) for k in ("Open", "High", "Low", "Close")) for row in rows]
    assert len(bars) == count, (name, len(bars))
    for o, h, l, c in bars:
        assert l <= min(o, c) and h >= max(o, c) and l > 0, (name, o, h, l, c)
    return bars


def times(name, count):
    """Of the bars: days, or seven hours a day. The peers need times; no rule here looks at them."""
    import pandas as pd

    if name.startswith("hourly"):
        days = pd.bdate_range("2001-01-01", periods=count // 7 + 1)
        return pd.DatetimeIndex(
            [d + pd.Timedelta(hours=9 + h) for d in days for h in range(7)][:count])
    return pd.bdate_range("2001-01-01", periods=count)


STRETCHES = [
    ("aapl.csv", 1300, 500),
    ("msft.csv", 200, 500),
    ("ibm.csv", 0, 700),
    ("sp500.csv", 3600, 900),
    ("walk-1.csv", 0, 700),
    ("walk-2.csv", 0, 700),
    ("hourly-1.csv", 0, 1400),
]


# Orders


class Script:
    """Seeded orders on given bars. Levels lie near the last close, or on a price of the next bars,
    so that touches, equal levels and gaps occur more often than by chance."""

    def __init__(self, seed, name, bars):
        self.r = random.Random(seed)
        self.bars = bars
        self.grid = {"walk-1.csv": 0.1, "walk-2.csv": 0.05, "hourly-1.csv": 0.05}.get(name, 0.01)

    def spread(self, t):
        recent = self.bars[max(0, t - 9) : t + 1]
        return sum(h - l for _, h, l, _ in recent) / len(recent)

    def level(self, t, up, near=0.0, far=1.6):
        """A price above (below) the last close, mostly."""
        close = self.bars[t][3]
        if self.r.random() < 0.3:
            for _ in range(4):
                later = self.bars[min(len(self.bars) - 1, t + self.r.randint(1, 5))]
                price = later[self.r.choice((0, 1, 2, 3))]
                if (price > close) == up and price != close:
                    return price
        step = self.spread(t) * self.r.uniform(near, far)
        return max(self.grid, rounded(close + (step if up else -step), self.grid))

    def quantity(self):
        return self.r.randint(1, 20)

    def side(self):
        return self.r.choice(("buy", "sell"))

    def plain(self, t, further=()):
        kind = self.r.choice(("market", "limit", "limit", "stop", "stop") + further)
        side, q = self.side(), self.quantity()
        if kind in ("market", "on_close"):
            return f"{side} {q} {kind}"
        # Now and then on the far side of the market: such an order fills at the open.
        ordinary = self.r.random() < 0.9
        up = (kind == "stop") == (side == "buy")
        return f"{side} {q} {kind} {self.level(t, up == ordinary)!r}"

    def stop_limit(self, t):
        side, q = self.side(), self.quantity()
        up = side == "buy"
        stop = self.level(t, up)
        draw = self.r.random()
        if draw < 0.25:
            limit = stop
        else:
            beyond = draw < 0.55
            step = max(self.grid, rounded(self.spread(t) * self.r.uniform(0.05, 0.8), self.grid))
            limit = max(self.grid, round(stop + (step if beyond == up else -step), 6))
        return f"{side} {q} stop_limit {stop!r} {limit!r}"

    def trail(self, t):
        side, q = self.side(), self.quantity()
        distance = self.spread(t) * self.r.uniform(0.3, 2.5)
        if self.r.random() < 0.5:
            return f"{side} {q} trail {max(self.grid, rounded(distance, self.grid))!r}"
        return f"{side} {q} trail_fraction {round(distance / self.bars[t][3], 4)!r}"

    def bracket(self, t, entries, side=None):
        kind = self.r.choice(entries)
        side, q = side or self.side(), self.quantity()
        up = side == "buy"
        entry = self.bars[t][3]
        text = f"bracket {side} {q} {kind}"
        if kind != "market":
            entry = self.level(t, (kind == "stop") == up, far=1.2)
            text += f" {entry!r}"
        sign = 1 if up else -1
        stop = target = None
        while stop is None or target is None or min(stop, target) <= 0:
            away = lambda: max(self.grid, rounded(self.spread(t) * self.r.uniform(0.2, 1.8), self.grid))
            stop, target = round(entry - sign * away(), 6), round(entry + sign * away(), 6)
            if self.r.random() < 0.25:
                price = self.level(t, up)
                target = price if sign * (price - entry) > 0 else target
        draw = self.r.random()
        if draw < 0.9:
            text += f" stop {stop!r}"
        if draw > 0.1:
            text += f" target {target!r}"
        return text

    def oco(self, t):
        q = self.quantity()
        if self.r.random() < 0.6:
            # Out of a position: a target and a stop.
            side = self.side()
            up = side == "sell"
            parts = [
                f"{side} {q} limit {self.level(t, up)!r}",
                f"{side} {q} stop {self.level(t, not up)!r}",
            ]
        else:
            parts = [f"buy {q} stop {self.level(t, True)!r}", f"sell {q} stop {self.level(t, False)!r}"]
        self.r.shuffle(parts)
        return "oco " + " or ".join(parts)

    def orders(self, make, count):
        """(bar, group, order, until), in order of bars."""
        last = len(self.bars) - 2
        given = sorted(self.r.randint(1, last) for _ in range(count))
        return [(t, g + 1, make(t), t + self.r.randint(3, 25)) for g, t in enumerate(given)]


def make_sets(families, seed):
    """(name, file, first, bars, orders, options) of each family on each stretch."""
    for place, (name, first, length) in enumerate(STRETCHES):
        bars = read_bars(name, first, length)
        for index, (family, make, options) in enumerate(families):
            script = Script(1000 * seed + 100 * index + place, name, bars)
            orders = script.orders(lambda t: make(script, t), options["count"])
            yield f"{family} {name.split('.')[0]}", name, first, bars, orders, dict(options)


# Text


def write_sets(path, head, results):
    with open(path, "w") as out:
        out.write("".join(f"# {line}\n" for line in head))
        for name, file, first, bars, orders, options, fills, equity in results:
            out.write(f"\nset {name}\nbars {file} {first} {len(bars)}\n")
            out.write(f"cash {CASH}\nfee_bps {options['fee_bps']}\n")
            for t, group, order, until in orders:
                out.write(f"give {t} {group} {order} until {until}\n")
            for t, group, leg, side, quantity, price in sorted(fills):
                out.write(f"fill {t} {group} {leg} {side} {quantity} {float(price)!r}\n")
            out.write(f"equity {float(equity)!r}\n")


def parse(order):
    """What an order's words say: a list of legs (kind, side, quantity, prices), and how they hang
    together."""
    words = order.split()
    if words[0] == "oco":
        return "oco", [leg(part.split()) for part in order[4:].split(" or ")]
    if words[0] == "bracket":
        words = words[1:]
        at = min([words.index(w) for w in ("stop", "target") if w in words[3:]] or [len(words)])
        if words[2] == "stop":
            # The entry's own word comes first.
            at = 4
        entry, rest = leg(words[:at]), words[at:]
        exits = dict(zip(rest[::2], map(float, rest[1::2])))
        return "bracket", [entry, exits.get("stop"), exits.get("target")]
    return "single", [leg(words)]


def leg(words):
    return words[2], words[0], int(words[1]), [float(w) for w in words[3:]]
