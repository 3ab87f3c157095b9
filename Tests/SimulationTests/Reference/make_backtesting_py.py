"""What backtesting.py 0.6.6 makes of the scripted orders: writes backtesting-py.txt.

    pip install backtesting==0.6.6
    python make_backtesting_py.py
"""

import inspect
import os
import warnings

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting import backtesting as source

import peer_scripts as scripts

warnings.filterwarnings("ignore")
FEE_BPS = 2


class Recorder(source._Broker):
    """Notes each fill with the order that made it."""

    log = None

    def note(self, trade_size, price):
        frame = inspect.currentframe().f_back
        while frame.f_code.co_name != "_process_orders":
            frame = frame.f_back
        order = frame.f_locals["order"]
        leg = 0
        if order.parent_trade:
            # A stop-loss has lost its stop price by now: that is how it became a market order.
            leg = 2 if order.limit else 1
        key = (self._i, order.tag, leg, "buy" if order.is_long else "sell", price)
        Recorder.log[key] = Recorder.log.get(key, 0) + abs(int(trade_size))

    def _open_trade(self, price, size, *rest):
        self.note(size, price)
        super()._open_trade(price, size, *rest)

    def _close_trade(self, trade, price, time_index):
        self.note(trade.size, price)
        super()._close_trade(trade, price, time_index)


class Scripted(Strategy):
    orders = None

    def init(self):
        self.waiting = list(self.orders)

    def next(self):
        t = len(self.data) - 1
        broker = self._broker
        for order in list(broker.orders):
            if self.until[order.tag] == t and order in broker.orders:
                order.cancel()
        while self.waiting and self.waiting[0][0] == t:
            _, group, text, _ = self.waiting.pop(0)
            form, legs = scripts.parse(text)
            kind, side, quantity, prices = legs[0]
            how = {"tag": group, "size": quantity}
            if kind != "market":
                how[kind] = prices[0]
            if form == "bracket":
                how["sl"], how["tp"] = legs[1], legs[2]
            (self.buy if side == "buy" else self.sell)(**how)
        self.final = self.equity


def run(name, file, bars, orders, options):
    frame = pd.DataFrame(bars, columns=["Open", "High", "Low", "Close"])
    frame.index = scripts.times(file, len(bars))
    Recorder.log = {}
    Scripted.orders = orders
    Scripted.until = {group: until for _, group, _, until in orders}
    test = Backtest(
        frame, Scripted, cash=scripts.CASH, commission=options["fee_bps"] / 1e4, margin=0.01,
        hedging=options["hedging"])
    # The broker that `Backtest.run` makes, with the arguments above, is to take notes.
    test._broker = type(test._broker)(Recorder, **test._broker.keywords)
    strategy = test.run()._strategy
    fills = [(t, g, leg, side, q, p) for (t, g, leg, side, p), q in Recorder.log.items()]
    return fills, strategy.final


FAMILIES = [
    ("orders", lambda s, t: s.plain(t), {"count": 70, "fee_bps": 0, "hedging": False}),
    ("market brackets", lambda s, t: s.bracket(t, ["market"]),
     {"count": 70, "fee_bps": FEE_BPS, "hedging": True}),
    ("brackets", lambda s, t: s.bracket(t, ["limit", "stop"]),
     {"count": 70, "fee_bps": 0, "hedging": True}),
    ("long brackets", lambda s, t: s.bracket(t, ["market", "limit", "stop"], "buy"),
     {"count": 50, "fee_bps": FEE_BPS, "hedging": False}),
]

HEAD = [
    "Made by make_backtesting_py.py with backtesting.py 0.6.6. The head of peer_scripts.py says how to",
    "read it. Entries are Strategy.buy and .sell, exits their sl and tp. `brackets` and `market brackets`",
    "run with hedging=True, so that an entry of the other side does not take another's exits with it.",
]


def main():
    scripts.write_synthetic()
    results = []
    for name, file, first, bars, orders, options in scripts.make_sets(FAMILIES, seed=1):
        fills, equity = run(name, file, bars, orders, options)
        results.append((name, file, first, bars, orders, options, fills, equity))
        print(name, len(orders), len(fills), equity)
    scripts.write_sets(os.path.join(scripts.HERE, "backtesting-py.txt"), HEAD, results)


main()
