"""Bars a second of other engines on the strategy of `pawl bench bars`: a moving-average cross.

    python bars_peers.py vectorbt|backtesting|nautilus|backtrader|backtrader_observed --file X.csv
        [--bars N] [--repeats 5]

The file is one of `pawl generate random_walk --bars 1000000 --seed 1 --set series=1 --set start=100000`:
the bars of `pawl bench bars`. After the close of a bar whose means of 10 and 30 closes have crossed, the
position becomes all of the equity, long or short, at the next open, for a fee of 1 bps. Prints one line
of JSON: bars a second of processor time, best and median over repeats after a pass that does not
count; the result of a pass; how many seconds each took. Reading and preparing the data is not timed;
computing the means, the signals, the fills and the equity is. `backtrader_observed` is backtrader as it
comes, with its standard observers; `backtrader` goes without them.

Versions: vectorbt 1.2.0, backtesting 0.6.6, nautilus_trader 1.221.0, backtrader 1.9.78.123. The first
three do not go into one environment together.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import statistics
import time
import warnings

import numpy as np
import pandas as pd

FAST, SLOW = 10, 30
FEE = 1e-4
CASH = 100_000.0


def read(path, count):
    frame = pd.read_csv(path, usecols=["open", "high", "low", "close"], nrows=count)
    if len(frame) < count:
        raise SystemExit(f"{path} has {len(frame)} bars, {count} are needed")
    # Minutes: days would leave the range of pandas' times. No rule looks at them.
    frame.index = pd.date_range("2000-01-01", periods=count, freq="min")
    return frame


# Each makes a pass: a function that runs the whole back-test and returns the final equity over the
# starting cash, and the final position's sign.


def vectorbt_pass(bars):
    import vectorbt as vbt

    close, open_ = bars["close"], bars["open"].to_numpy()

    def go():
        fast = vbt.MA.run(close, FAST).ma.to_numpy()
        slow = vbt.MA.run(close, SLOW).ma.to_numpy()
        known = ~np.isnan(slow)
        up, down = (fast > slow) & known, ~(fast > slow) & known
        # Decided at a close, carried out at the next open.
        up, down = (np.concatenate(([False], s[:-1])) for s in (up, down))
        portfolio = vbt.Portfolio.from_signals(
            close, entries=up, short_entries=down, price=open_, fees=FEE, init_cash=CASH,
            upon_opposite_entry="reverse", freq="min")
        return portfolio.value().iloc[-1] / CASH, np.sign(portfolio.assets().iloc[-1])

    return go


def backtesting_pass(bars):
    from backtesting import Backtest, Strategy

    frame = bars.rename(columns=str.capitalize)
    # Whole units only: enough money for the roundings not to count.
    cash = CASH * 1e7

    def mean(values, n):
        return pd.Series(values).rolling(n).mean()

    class Cross(Strategy):
        def init(self):
            self.fast = self.I(mean, self.data.Close, FAST)
            self.slow = self.I(mean, self.data.Close, SLOW)
            self.above = None

        def next(self):
            above = self.fast[-1] > self.slow[-1]
            if above != self.above:
                self.above = above
                size = int(self.equity / self.data.Close[-1])
                (self.buy if above else self.sell)(size=size)

    def go():
        # Every order closes what is held first.
        test = Backtest(
            frame, Cross, cash=cash, commission=FEE, margin=0.25, exclusive_orders=True)
        stats = test.run()
        size = stats._strategy.position.size
        return stats["Equity Final [$]"] / cash, float(np.sign(size))

    return go


def backtrader_pass(bars, observed=False):
    import backtrader as bt

    class Cross(bt.Strategy):
        def __init__(self):
            self.fast = bt.ind.SMA(period=FAST)
            self.slow = bt.ind.SMA(period=SLOW)
            self.above = None

        def next(self):
            above = self.fast[0] > self.slow[0]
            if above != self.above:
                self.above = above
                target = self.broker.getvalue() / self.data.close[0]
                difference = (target if above else -target) - self.position.size
                (self.buy if difference > 0 else self.sell)(size=abs(difference))

    def go():
        cerebro = bt.Cerebro(stdstats=observed)
        cerebro.adddata(bt.feeds.PandasData(dataname=bars, volume=None, openinterest=None))
        cerebro.broker.setcash(CASH)
        # The leverage lets a full position pass that costs a little more than the cash.
        cerebro.broker.setcommission(commission=FEE, leverage=4)
        cerebro.addstrategy(Cross)
        strategy = cerebro.run()[0]
        return cerebro.broker.getvalue() / CASH, float(np.sign(strategy.position.size))

    return go


def nautilus_pass(bars):
    from decimal import Decimal

    from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
    from nautilus_trader.backtest.models import MakerTakerFeeModel
    from nautilus_trader.config import LoggingConfig, StrategyConfig
    from nautilus_trader.indicators import SimpleMovingAverage
    from nautilus_trader.model.currencies import BTC, USD
    from nautilus_trader.model.data import BarType
    from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
    from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
    from nautilus_trader.model.instruments import CurrencyPair
    from nautilus_trader.model.objects import Money, Price, Quantity
    from nautilus_trader.persistence.wranglers import BarDataWrangler
    from nautilus_trader.trading.strategy import Strategy

    venue = Venue("SIM")
    # Prices on a grid fine enough not to count; the fee in the quote currency.
    instrument = CurrencyPair(
        instrument_id=InstrumentId(Symbol("X/USD"), venue), raw_symbol=Symbol("X/USD"),
        base_currency=BTC, quote_currency=USD, price_precision=4, size_precision=6,
        price_increment=Price.from_str("0.0001"), size_increment=Quantity.from_str("0.000001"),
        ts_event=0, ts_init=0, margin_init=Decimal(0), margin_maint=Decimal(0),
        maker_fee=Decimal(str(FEE)), taker_fee=Decimal(str(FEE)))
    bar_type = BarType.from_str("X/USD.SIM-1-MINUTE-LAST-EXTERNAL")
    frame = bars.round(4)
    frame["volume"] = 1e6
    frame.index = frame.index.tz_localize("UTC")
    data = BarDataWrangler(bar_type, instrument).process(frame)

    class CrossConfig(StrategyConfig, frozen=True):
        pass

    class Cross(Strategy):
        def on_start(self):
            self.fast = SimpleMovingAverage(FAST)
            self.slow = SimpleMovingAverage(SLOW)
            self.register_indicator_for_bars(bar_type, self.fast)
            self.register_indicator_for_bars(bar_type, self.slow)
            self.above = None
            self.subscribe_bars(bar_type)

        def value(self):
            money = self.cache.account_for_venue(venue).balance_total(USD).as_double()
            open_ = self.portfolio.unrealized_pnl(instrument.id)
            return money + (open_.as_double() if open_ else 0.0)

        def on_bar(self, bar):
            if not self.slow.initialized:
                return
            above = self.fast.value > self.slow.value
            if above != self.above:
                self.above = above
                target = self.value() / bar.close.as_double()
                held = float(self.portfolio.net_position(instrument.id))
                difference = (target if above else -target) - held
                self.submit_order(self.order_factory.market(
                    instrument.id, OrderSide.BUY if difference > 0 else OrderSide.SELL,
                    instrument.make_qty(abs(difference))))

    def go():
        engine = BacktestEngine(
            BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
        engine.add_venue(
            venue, oms_type=OmsType.NETTING, account_type=AccountType.MARGIN, base_currency=USD,
            starting_balances=[Money(CASH, USD)], default_leverage=Decimal(4),
            fee_model=MakerTakerFeeModel())
        engine.add_instrument(instrument)
        engine.add_data(data)
        strategy = Cross(CrossConfig())
        engine.add_strategy(strategy)
        start = time.process_time()
        engine.run()
        took = time.process_time() - start
        result = strategy.value() / CASH, float(np.sign(float(
            engine.portfolio.net_position(instrument.id))))
        engine.dispose()
        return *result, took

    return go


# Bars that take each a few seconds.
PEERS = {
    "vectorbt": (vectorbt_pass, 1_000_000, "vectorbt"),
    "backtesting": (backtesting_pass, 200_000, "backtesting"),
    "nautilus": (nautilus_pass, 50_000, "nautilus_trader"),
    "backtrader": (backtrader_pass, 20_000, "backtrader"),
    "backtrader_observed": (lambda bars: backtrader_pass(bars, True), 20_000, "backtrader"),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--file", required=True)
    parser.add_argument("--bars", type=int)
    parser.add_argument("--repeats", type=int, default=5)
    a = parser.parse_args()
    warnings.filterwarnings("ignore")
    make, bars, package = PEERS[a.peer]
    bars = a.bars or bars
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        go = make(read(a.file, bars))
        seconds, results = [], set()
        for _ in range(a.repeats + 1):
            start = time.process_time()
            equity, position, *took = go()
            seconds.append(took[0] if took else time.process_time() - start)
            results.add((float(equity), float(position)))
    if len(results) != 1:
        raise SystemExit(f"passes differed in their results: {results}")
    equity, position = results.pop()
    # The first pass compiles and warms up.
    seconds = seconds[1:]
    print(json.dumps({
        "peer": a.peer, "version": importlib.metadata.version(package), "bars": bars,
        "bars_per_second": bars / statistics.median(seconds),
        "bars_per_second_best": bars / min(seconds), "seconds": seconds,
        "final_equity_of_cash": equity, "position": position,
    }))


main()
