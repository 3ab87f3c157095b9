"""Writes returns.txt and forecasts.txt: inputs and the figures that other libraries give for them.

    pip install empyrical-reloaded numpy scipy statsmodels
    python make_reference.py

A file holds cases: a line `case NAME`, then lines `KEY NUMBER...`. Numbers read back exactly.
"""

import csv
import datetime
import pathlib

import empyrical
import numpy as np
import scipy.stats
import statsmodels.api as sm

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
DAY = 86_400_000


def text(value):
    return repr(float(value)) if not isinstance(value, (int, np.integer)) else str(value)


def write(path, cases):
    with open(path, "w") as out:
        for name, lines in cases:
            out.write(f"case {name}\n")
            for key, value in lines.items():
                out.write(" ".join([key, *(text(v) for v in np.atleast_1d(value))]) + "\n")


def drawdowns(equity):
    """(depth, bars, recovered) of each drawdown, found from every peak forward."""
    found = []
    start = 0
    while start < len(equity) - 1:
        if equity[start + 1] >= equity[start]:
            start += 1
            continue
        end = start + 1
        while end < len(equity) and equity[end] < equity[start]:
            end += 1
        depth = min(equity[start:end]) / equity[start] - 1
        recovered = end < len(equity)
        found.append((depth, (end if recovered else end - 1) - start, recovered))
        start = end
    return found


def span_figures(equity, start_ms, end_ms, held, traded, per_year, risk_free, minimum):
    """equity: with the one before the first bar in front."""
    returns = equity[1:] / equity[:-1] - 1
    years = (end_ms - start_ms) / DAY / 365.25
    cagr = (equity[-1] / equity[0]) ** (1 / years) - 1
    excess = returns - risk_free / per_year
    t = excess.mean() / excess.std(ddof=1) * np.sqrt(len(excess))
    found = drawdowns(equity)
    deepest = min(found, key=lambda d: d[0])
    longest = max(found, key=lambda d: d[1])
    depth = empyrical.max_drawdown(returns)
    assert abs(depth - deepest[0]) < 1e-12
    return {
        "bars": len(returns),
        "years": years,
        "final_equity": equity[-1],
        "net_profit": equity[-1] - equity[0],
        "cagr": cagr,
        "volatility": empyrical.annual_volatility(returns, annualization=per_year),
        "sharpe": empyrical.sharpe_ratio(
            returns, risk_free=risk_free / per_year, annualization=per_year),
        "sharpe_p": scipy.stats.norm.sf(t),
        "sortino": empyrical.sortino_ratio(
            returns, required_return=minimum, annualization=per_year),
        "max_drawdown": depth,
        "max_drawdown_bars": deepest[1],
        "max_drawdown_recovered": int(deepest[2]),
        "longest_drawdown_bars": longest[1],
        "longest_drawdown_recovered": int(longest[2]),
        "calmar": cagr / abs(depth),
        "exposure": np.mean(held),
        "turnover": traded / equity.mean() / years,
    }


def return_case(times, equity, start, held, traded, per_year, cash, risk_free=0.0, minimum=0.0):
    whole = np.concatenate([[cash], equity])
    tested = whole[start:]
    before = times[max(start - 1, 0)]
    lines = {"per_year": per_year}
    figures = span_figures(
        tested, before, times[-1], held[start:], traded, per_year, risk_free, minimum)
    lines |= figures
    figures = span_figures(
        whole, times[0], times[-1], held, traded, per_year, risk_free, minimum)
    lines |= {"whole_" + key: value for key, value in figures.items()}
    return lines


def random_returns(name, seed, times, start, per_year, risk_free, minimum):
    random = np.random.default_rng(seed)
    cash = 100_000.0
    returns = np.where(np.arange(len(times)) < start, 0.0, random.normal(4e-4, 0.01, len(times)))
    equity = cash * np.cumprod(1 + returns)
    held = (random.random(len(times)) < 0.7) & (np.arange(len(times)) >= start)
    traded = 1e6
    inputs = {
        "times": times, "equity": equity, "held": held.astype(int), "start": start,
        "traded": traded, "risk_free": risk_free, "minimum": minimum,
    }
    return name, inputs | return_case(
        times, equity, start, held, traded, per_year, cash, risk_free, minimum)


def sp500():
    times, closes = [], []
    with open(ROOT / "fixtures/market/sp500.csv") as file:
        for row in csv.DictReader(file):
            if row["Close"] in ("", "null"):
                continue
            date = datetime.datetime.strptime(row["Date"], "%m/%d/%Y")
            days = (date - datetime.datetime(1970, 1, 1)).days
            times.append(days * DAY + DAY - 1)
            closes.append(float(row["Close"]))
    equity = np.array(closes)
    held = np.ones(len(equity), bool)
    lines = return_case(times, equity, 20, held, 1e6, 252, equity[0], 0.02, 0.0001)
    return "sp500", {"rows": len(times), "start": 20, "traded": 1e6, "risk_free": 0.02,
                     "minimum": 0.0001} | lines


def write_returns():
    origin = np.datetime64("2015-01-01")
    weekdays = [int(d.astype("datetime64[ms]").astype(int)) + DAY - 1
                for d in np.busday_offset(origin, np.arange(300), roll="forward")]
    first = int(origin.astype("datetime64[ms]").astype(int))
    daily = [first + DAY * i for i in range(300)]
    weekly = [first + 7 * DAY * i for i in range(150)]
    monthly = [int(np.datetime64(f"{2000 + i // 12}-{i % 12 + 1:02d}-01").astype("datetime64[ms]")
                   .astype(int)) for i in range(90)]
    hourly = [first + DAY // 24 * i for i in range(500)]
    hours_per_year = 499 / ((hourly[-1] - hourly[0]) / DAY / 365.25)
    write(HERE / "returns.txt", [
        random_returns("weekdays", 1, weekdays, 40, 252, 0.03, 2e-4),
        random_returns("every_day", 2, daily, 1, 365, 0.0, 0.0),
        random_returns("weekly", 3, weekly, 10, 52, 0.01, 0.0),
        random_returns("monthly", 4, monthly, 0, 12, 0.0, 1e-3),
        random_returns("hourly", 5, hourly, 100, hours_per_year, 0.0, 0.0),
        sp500(),
    ])


def clark_west(y, f, b, lags):
    c = (y - b) ** 2 - (y - f) ** 2 + (b - f) ** 2

    def deviation(kernel):
        fit = sm.OLS(c, np.ones(len(c))).fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "kernel": kernel})
        return fit.params[0], fit.cov_params()[0, 0]

    mean, variance = deviation("uniform")
    bartlett = variance <= 0
    if bartlett:
        mean, variance = deviation("bartlett")
    return scipy.stats.norm.sf(mean / np.sqrt(variance)), bartlett


def forecast_case(name, y, f, naive, mean, oracle, horizon, overlap):
    lags = max(horizon, overlap, 1) - 1
    baselines = {"naive": naive, "mean": mean, "zero": np.zeros(len(y))}
    errors = {key: np.sum((y - b) ** 2) for key, b in baselines.items()}
    best = min(errors, key=errors.get)
    r = baselines[best]
    skills = {key: 1 - np.sum((y - f) ** 2) / error for key, error in errors.items()}
    tests = {key: clark_west(y, f, b, lags) for key, b in baselines.items()}
    oracle_skill = 1 - np.sum((y - oracle) ** 2) / errors[best]
    agree = np.sign(f - r) * np.sign(y - r)
    return name, {
        "y": y, "f": f, "b_naive": naive, "b_mean": mean, "oracle": oracle,
        "horizon": horizon, "overlap": overlap,
        "bartlett": int(any(bartlett for _, bartlett in tests.values())),
        "count": len(y),
        "rmse": np.sqrt(np.mean((y - f) ** 2)),
        "mae": np.mean(np.abs(y - f)),
        "skill": min(skills.values()),
        **{f"skill_{key}": value for key, value in skills.items()},
        "r2_oos": skills["mean"],
        "clark_west_p": max(p for p, _ in tests.values()),
        **{f"clark_west_p_{key}": p for key, (p, _) in tests.items()},
        "hit_rate": np.mean(agree[agree != 0] > 0),
        "information_coefficient": scipy.stats.pearsonr(f - r, y - r)[0],
        "rank_information_coefficient": scipy.stats.spearmanr(f - r, y - r)[0],
        "move_ratio": np.std(f - r) / np.std(y - r),
        "oracle_skill": oracle_skill,
        "skill_share_of_oracle": min(skills.values()) / oracle_skill,
    }


def random_forecasts(name, seed, n, horizon, overlap, level=0.0, rounded=False, grow=0.0):
    random = np.random.default_rng(seed)
    signal = random.normal(0, 0.5, n + 20)
    noise = random.normal(0, 1, n + 20)
    span = max(horizon, overlap, 1)
    summed = np.convolve(signal + noise, np.ones(span), "full")[: n + 20]
    y = level + grow * np.arange(n + 20) + summed
    known = np.array([y[max(i - span, 0)] for i in range(n + 20)])
    mean = np.array([y[: max(i - span, 0) + 1].mean() for i in range(n + 20)])
    oracle = level + grow * np.arange(n + 20) + np.convolve(signal, np.ones(span), "full")[: n + 20]
    f = oracle + random.normal(0, 0.3, n + 20)
    values = [v[20:] for v in (y, f, known, mean, oracle)]
    if rounded:
        values = [np.round(v) for v in values]
    return forecast_case(name, *values, horizon, overlap)


def with_bartlett():
    """The first seed at which the uniform weights give no positive variance."""
    for seed in range(1000):
        case = random_forecasts("bartlett", seed, 30, 9, 1)
        if case[1]["bartlett"]:
            return case
    raise AssertionError("no seed needs Bartlett's weights")


def write_forecasts():
    write(HERE / "forecasts.txt", [
        random_forecasts("one_step", 1, 200, 1, 1),
        random_forecasts("five_steps", 2, 300, 5, 1),
        random_forecasts("overlapping", 3, 300, 1, 4),
        random_forecasts("levels", 4, 250, 2, 1, level=1000.0, grow=3.0),
        random_forecasts("ties", 5, 250, 1, 1, rounded=True),
        with_bartlett(),
    ])


write_returns()
write_forecasts()
