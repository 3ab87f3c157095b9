"""What backtrader 1.9.78.123 makes of the scripted orders: writes backtrader.txt.

    pip install backtrader==1.9.78.123 pandas
    python make_backtrader.py
"""

import os

import backtrader as bt
import pandas as pd

import peer_scripts as scripts

FEE_BPS = 2
TYPES = {
    "market": bt.Order.Market,
    "on_close": bt.Order.Close,
    "limit": bt.Order.Limit,
    "stop": bt.Order.Stop,
    "stop_limit": bt.Order.StopLimit,
    "trail": bt.Order.StopTrail,
    "trail_fraction": bt.Order.StopTrail,
}


class Scripted(bt.Strategy):
    params = (("orders", None),)

    def __init__(self):
        self.waiting = list(self.p.orders)
        self.until = {group: until for _, group, _, until in self.p.orders}
        self.given = {}
        self.of = {}
        self.fills = []

    def send(self, leg, **how):
        kind, side, quantity, prices = leg
        how["exectype"] = TYPES[kind]
        if kind in ("limit", "stop", "stop_limit"):
            how["price"] = prices[0]
        if kind == "stop_limit":
            how["plimit"] = prices[1]
        if kind == "trail":
            how["trailamount"] = prices[0]
        if kind == "trail_fraction":
            how["trailpercent"] = prices[0]
        return (self.buy if side == "buy" else self.sell)(size=quantity, **how)

    def give(self, group, text):
        form, legs = scripts.parse(text)
        if form == "bracket":
            entry, stop, target = legs
            other = "sell" if entry[1] == "buy" else "buy"
            exits = [(1, "stop", stop), (2, "limit", target)]
            exits = [(place, kind, price) for place, kind, price in exits if price is not None]
            parent = self.send(entry, transmit=False)
            sent = [(0, parent)]
            for place, kind, price in exits:
                sent.append((place, self.send(
                    (kind, other, entry[2], [price]), parent=parent,
                    transmit=place == exits[-1][0])))
        elif form == "oco":
            first = self.send(legs[0])
            sent = [(0, first), (1, self.send(legs[1], oco=first))]
        else:
            sent = [(0, self.send(legs[0]))]
        self.given[group] = [order for _, order in sent]
        for place, order in sent:
            self.of[order.ref] = (group, place)

    def next(self):
        t = len(self) - 1
        for group, orders in self.given.items():
            if self.until[group] == t:
                for order in orders:
                    self.cancel(order)
        while self.waiting and self.waiting[0][0] == t:
            _, group, text, _ = self.waiting.pop(0)
            self.give(group, text)

    def notify_order(self, order):
        assert order.status not in (order.Margin, order.Rejected, order.Partial), order
        if order.status == order.Completed:
            group, leg = self.of[order.ref]
            side = "buy" if order.isbuy() else "sell"
            # The notice comes before `next` of the bar that made the fill. `executed.price` is a mean
            # that has been divided by the size; the execution itself has the price as it was.
            (fill,) = order.executed.exbits
            self.fills.append((len(self) - 1, group, leg, side, abs(int(fill.size)), fill.price))


def run(name, file, bars, orders, options):
    frame = pd.DataFrame(bars, columns=["open", "high", "low", "close"])
    frame["volume"] = 0.0
    frame.index = scripts.times(file, len(bars))
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.broker.setcash(scripts.CASH)
    cerebro.broker.setcommission(commission=options["fee_bps"] / 1e4)
    cerebro.addstrategy(Scripted, orders=orders)
    strategy = cerebro.run()[0]
    assert len(strategy) == len(bars)
    return strategy.fills, cerebro.broker.getvalue()


def daily(script):
    # Its orders on the close wait for the end of the day.
    return () if len(script.bars) == 1400 else ("on_close",)


FAMILIES = [
    ("orders", lambda s, t: s.plain(t, daily(s)), {"count": 50, "fee_bps": FEE_BPS}),
    ("stop-limits", lambda s, t: s.stop_limit(t), {"count": 120, "fee_bps": 0}),
    ("trailing stops", lambda s, t: s.trail(t), {"count": 50, "fee_bps": 0}),
    ("brackets", lambda s, t: s.bracket(t, ["market", "limit", "stop"]), {"count": 50, "fee_bps": FEE_BPS}),
    ("one cancels other", lambda s, t: s.oco(t), {"count": 50, "fee_bps": 0}),
]

HEAD = [
    "Made by make_backtrader.py with backtrader 1.9.78.123. The head of peer_scripts.py says how to read",
    "it. A bracket's stop is submitted before its target.",
]


def main():
    scripts.write_synthetic()
    results = []
    for name, file, first, bars, orders, options in scripts.make_sets(FAMILIES, seed=2):
        fills, equity = run(name, file, bars, orders, options)
        results.append((name, file, first, bars, orders, options, fills, equity))
        print(name, len(orders), len(fills), equity)
    scripts.write_sets(os.path.join(scripts.HERE, "backtrader.txt"), HEAD, results)


main()
