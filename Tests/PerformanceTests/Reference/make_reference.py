"""Writes returns.txt, edges.txt, trades.txt and forecasts.txt: inputs and the figures that other libraries give for them.

    pip install arch empyrical-reloaded mpmath numpy quantstats scipy statsmodels
    python make_reference.py

A file holds cases: a line `case NAME`, then lines `KEY NUMBER...`. Numbers read back exactly.
"""

import csv
import datetime
import pathlib

import arch.bootstrap
import empyrical
import mpmath
import numpy as np
import pandas as pd
import quantstats.stats
import scipy.stats
import statsmodels.api as sm
import statsmodels.tsa.stattools

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


def agrees(one, other):
    """Two libraries give the same, to 1e-10."""
    assert abs(one - other) <= 1e-10 * abs(other), (one, other)


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
    sharpe = excess.mean() / excess.std(ddof=1)
    skewness = scipy.stats.skew(returns)
    kurtosis = scipy.stats.kurtosis(returns, fisher=False)
    psr = scipy.stats.norm.cdf(sharpe * np.sqrt(len(returns) - 1) / np.sqrt(
        1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe ** 2))
    # statsmodels' rule for the lags of a HAC variance; its autocorrelations.
    lags = int(np.floor(4 * (len(returns) / 100) ** (2 / 9)))
    rho = statsmodels.tsa.stattools.acf(returns, nlags=lags, adjusted=False, fft=False)[1:]
    k = np.arange(1, lags + 1)
    keep = k < per_year
    lo = sharpe * per_year / np.sqrt(
        per_year + 2 * np.sum((per_year - k[keep]) * rho[keep]))
    # QuantStats divides by n - 1, and has the peak before the first bar in front.
    series = pd.Series(returns, index=pd.date_range("2000-01-01", periods=len(returns)))
    if risk_free == 0:
        agrees(quantstats.stats.sharpe(series, periods=per_year), empyrical.sharpe_ratio(
            returns, annualization=per_year))
        if minimum == 0:
            agrees(quantstats.stats.sortino(series, periods=per_year), empyrical.sortino_ratio(
                returns, annualization=per_year))
    agrees(quantstats.stats.volatility(series, periods=per_year), empyrical.annual_volatility(
        returns, annualization=per_year))
    agrees(quantstats.stats.max_drawdown(series), empyrical.max_drawdown(returns))
    ulcer = quantstats.stats.ulcer_index(pd.Series(returns, index=pd.date_range(
        "2000-01-01", periods=len(returns)))) * np.sqrt((len(returns) - 1) / len(returns))
    return {
        "sharpe_lo": lo,
        "probabilistic_sharpe": psr,
        "deflated_sharpe": psr,
        "ulcer": ulcer,
        "var_95": empyrical.value_at_risk(returns, 0.05),
        "cvar_95": empyrical.conditional_value_at_risk(returns, 0.05),
        "var_99": empyrical.value_at_risk(returns, 0.01),
        "cvar_99": empyrical.conditional_value_at_risk(returns, 0.01),
        "skewness": skewness,
        "kurtosis": kurtosis,
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
    returns = tested[1:] / tested[:-1] - 1
    if len(returns) < 1000:
        index = pd.to_datetime(times[start:], unit="ms")
        series = pd.Series(returns, index=index)
        for key in ("monthly", "yearly"):
            lines[key] = empyrical.aggregate_returns(series, key).to_numpy()
        window = 20
        rolling = empyrical.roll_sharpe_ratio(
            series, window, risk_free=risk_free / per_year, annualization=per_year)
        lines["rolling_sharpe"] = rolling.to_numpy()
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


def edge_case(name, equity, cash=100_000.0):
    """A few daily bars, all of them tested; figures where the libraries have one."""
    equity = np.array(equity)
    returns = np.concatenate([[cash], equity])
    returns = returns[1:] / returns[:-1] - 1
    times = [DAY * i for i in range(len(equity))]
    return name, {
        "times": times, "equity": equity,
        "volatility": empyrical.annual_volatility(returns, annualization=365),
        "sharpe": empyrical.sharpe_ratio(returns, annualization=365),
        "sortino": empyrical.sortino_ratio(returns, annualization=365),
        "max_drawdown": empyrical.max_drawdown(returns),
        "var_95": empyrical.value_at_risk(returns, 0.05),
        "cvar_95": empyrical.conditional_value_at_risk(returns, 0.05),
    }


def write_edges():
    """What the libraries cannot say is nan, or infinite."""
    cash = 100_000.0
    with np.errstate(all="ignore"):
        write(HERE / "edges.txt", [
            edge_case("one_bar", [0.9 * cash]),
            edge_case("two_bars", [0.9 * cash, 0.95 * cash]),
            edge_case("loss_on_the_first_bar", [0.9 * cash, 0.99 * cash, 1.05 * cash, 1.02 * cash]),
            edge_case("gains_alone", [1.01 * cash, 1.03 * cash, 1.04 * cash]),
            edge_case("losses_alone", [0.99 * cash, 0.97 * cash, 0.9 * cash]),
            edge_case("constant", [cash] * 5),
            edge_case("nearly_all_lost", [1.1 * cash, 1e-3 * cash, 2e-3 * cash]),
        ])


def trade_case(name, profits, bars_held, mae, mfe):
    pnl = pd.Series(profits, index=pd.date_range("2000-01-01", periods=len(profits)))
    signs = np.sign(profits)

    def longest(sign):
        best = run = 0
        for value in signs:
            run = run + 1 if value == sign else 0
            best = max(best, run)
        return best

    # QuantStats takes any series of gains; it counts p among gains that are not zero.
    plain = dict(prepare_returns=False)
    return name, {
        "pnl": profits, "held": bars_held, "mae": mae, "mfe": mfe,
        "profit_factor": quantstats.stats.profit_factor(pnl, **plain),
        "payoff": quantstats.stats.payoff_ratio(pnl, **plain),
        "kelly": quantstats.stats.kelly_criterion(pnl, **plain),
        "win_rate": quantstats.stats.win_rate(pnl, **plain),
        "best_trade": quantstats.stats.best(pnl, **plain),
        "worst_trade": quantstats.stats.worst(pnl, **plain),
        # backtesting.py: np.sqrt(n_trades) * pl.mean() / pl.std().
        "sqn": np.sqrt(len(pnl)) * pnl.mean() / pnl.std(),
        "expectancy": pnl.mean(),
        "mean_bars_held": np.mean(bars_held), "median_bars_held": np.median(bars_held),
        "most_wins_in_row": longest(1), "most_losses_in_row": longest(-1),
        "mean_mae": np.mean(mae), "worst_mae": np.min(mae),
        "mean_mfe": np.mean(mfe), "best_mfe": np.max(mfe),
    }


def write_trades():
    cases = []
    for name, seed, n, longest in [("few", 1, 7, 5), ("many", 2, 400, 60), ("long", 3, 61, 2000)]:
        random = np.random.default_rng(seed)
        cases.append(trade_case(
            name, random.normal(5, 100, n), random.integers(1, longest, n),
            -random.uniform(0, 0.1, n), random.uniform(0, 0.1, n)))
    write(HERE / "trades.txt", cases)


def write_bootstrap():
    """Intervals of arch's stationary bootstrap; they agree as far as resampling does."""
    random = np.random.default_rng(9)
    shocks = random.normal(5e-4, 0.01, 501)
    returns = shocks[1:] + 0.3 * shocks[:-1]
    profits = random.normal(0.2, 1, 120)

    def sharpe(r):
        return r.mean() / r.std(ddof=1) * np.sqrt(252)

    def depth(r):
        return empyrical.max_drawdown(r)

    def factor(p):
        return p[p > 0].sum() / -p[p < 0].sum()

    def interval(series, figure):
        block = round(len(series) ** (1 / 3))
        bootstrap = arch.bootstrap.StationaryBootstrap(block, series, seed=1)
        values = bootstrap.apply(figure, 20_000)[:, 0]
        return np.percentile(values, [2.5, 97.5])

    write(HERE / "bootstrap.txt", [("stationary", {
        "returns": returns, "pnl": profits,
        "sharpe": interval(returns, sharpe), "max_drawdown": interval(returns, depth),
        "profit_factor": interval(profits, factor),
    })])


def write_deflated():
    """The deflated Sharpe ratio by its paper's formula, on scipy's normal distribution."""
    cases = []
    for trials, variance, correlation, ratio, n, skewness, kurtosis in [
            # The paper's example, of which it gives 0.9004 and 0.9505.
            (100, 1 / 500, 0, 2.5 / np.sqrt(250), 1250, -3, 10),
            (46, 1 / 500, 0, 2.5 / np.sqrt(250), 1250, -3, 10),
            (88, 0.001, 0.3, 0.1, 500, 0.5, 4), (1, 0, 0, 0.05, 300, -0.2, 3.5),
            (2, 0.01, 1, 0.05, 300, -0.2, 3.5)]:
        count = correlation + (1 - correlation) * trials
        best = 0.0
        if count > 1:
            best = np.sqrt(variance) * (
                (1 - np.euler_gamma) * scipy.stats.norm.ppf(1 - 1 / count)
                + np.euler_gamma * scipy.stats.norm.ppf(1 - 1 / (count * np.e)))
        p = scipy.stats.norm.cdf((ratio - best) * np.sqrt(n - 1) / np.sqrt(
            1 - skewness * ratio + (kurtosis - 1) / 4 * ratio ** 2))
        cases.append((f"of_{trials}", {
            "trials": trials, "variance": variance, "correlation": correlation, "ratio": ratio,
            "n": n, "skewness": skewness, "kurtosis": kurtosis, "best": best, "p": p}))
    write(HERE / "deflated.txt", cases)


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


def diebold_mariano(y, f, b, lags):
    """`dm.test` of R's forecast 8: its formula, power 2, alternative greater and two-sided."""
    h, n = lags + 1, len(y)
    d = (y - b) ** 2 - (y - f) ** 2
    cov = statsmodels.tsa.stattools.acovf(d, adjusted=False, fft=False)[:h]
    variance = (cov[0] + 2 * sum(cov[1:])) / n
    if variance <= 0:
        variance = (cov[0] + 2 * sum((1 - np.arange(1, h) / h) * cov[1:])) / n
    statistic = d.mean() / np.sqrt(variance)
    statistic *= np.sqrt((n + 1 - 2 * h + (h / n) * (h - 1)) / n)
    return (statistic, scipy.stats.t.sf(statistic, n - 1),
            2 * scipy.stats.t.sf(abs(statistic), n - 1))


def pesaran_timmermann(fr, yr, lags):
    keep = (fr != 0) & (yr != 0)
    x, y = (fr[keep] > 0).astype(float), (yr[keep] > 0).astype(float)
    n = len(x)
    if lags == 0:
        # The formula of the paper.
        hit, px, py = np.mean(x == y), x.mean(), y.mean()
        expected = px * py + (1 - px) * (1 - py)
        v_hit = expected * (1 - expected) / n
        v_expected = ((2 * py - 1) ** 2 * px * (1 - px) / n + (2 * px - 1) ** 2 * py * (1 - py) / n
                      + 4 * px * py * (1 - px) * (1 - py) / n ** 2)
        statistic = (hit - expected) / np.sqrt(v_hit - v_expected)
    else:
        cov = [statsmodels.tsa.stattools.acovf(v, adjusted=False, fft=False)[: lags + 1]
               for v in (x, y)]
        product = cov[0] * cov[1]
        variance = product[0] + 2 * sum(product[1:])
        if variance <= 0:
            weights = 1 - np.arange(1, lags + 1) / (lags + 1)
            variance = product[0] + 2 * sum(weights * product[1:])
        statistic = np.cov(x, y, ddof=0)[0, 1] * n / np.sqrt(variance * (n - 1))
    return statistic, scipy.stats.norm.sf(statistic)


def echo(y, f, horizon):
    most = horizon + 10
    r = [scipy.stats.pearsonr(f[most:], y[most - k: len(y) - k])[0] for k in range(most + 1)]
    return int(np.argmax(r))


def sklearn_pinball(y, forecast, q):
    """`mean_pinball_loss` of scikit-learn."""
    e = y - forecast
    return np.mean(q * np.maximum(e, 0) + (1 - q) * np.maximum(-e, 0))


def forecast_case(name, y, f, naive, mean, oracle, horizon, overlap):
    random = np.random.default_rng(len(y) + horizon)
    lower, upper = f - random.uniform(0, 2, len(y)), f + random.uniform(0, 1, len(y))
    scale = random.uniform(0.5, 1.5, len(y))
    lags = max(horizon, overlap, 1) - 1
    baselines = {"naive": naive, "mean": mean, "zero": np.zeros(len(y))}
    errors = {key: np.sum((y - b) ** 2) for key, b in baselines.items()}
    best = min(errors, key=errors.get)
    r = baselines[best]
    skills = {key: 1 - np.sum((y - f) ** 2) / error for key, error in errors.items()}
    tests = {key: clark_west(y, f, b, lags) for key, b in baselines.items()}
    oracle_skill = 1 - np.sum((y - oracle) ** 2) / errors[best]
    agree = np.sign(f - r) * np.sign(y - r)
    dm = diebold_mariano(y, f, r, lags)
    pt = pesaran_timmermann(f - r, y - r, lags)
    move_ratio = np.std(f - r) / np.std(y - r)
    lag = echo(y, f, horizon) if best == "naive" else np.nan
    one_sign = min(y.min(), f.min()) >= 0 or max(y.max(), f.max()) <= 0
    # A row of zeros, 0 / 0, has no error.
    size = np.where((y == 0) & (f == 0), 1, np.abs(y) + np.abs(f))
    return name, {
        "y": y, "f": f, "b_naive": naive, "b_mean": mean, "oracle": oracle,
        "scale": scale, "lower": lower, "upper": upper,
        "horizon": horizon, "overlap": overlap,
        "bartlett": int(any(bartlett for _, bartlett in tests.values())),
        "count": len(y),
        "rmse": np.sqrt(np.mean((y - f) ** 2)),
        "mae": np.mean(np.abs(y - f)),
        "mase": np.mean(np.abs(y - f) / scale),
        "smape": np.mean(2 * np.abs(y - f) / size) if one_sign else np.nan,
        "skill": min(skills.values()),
        **{f"skill_{key}": value for key, value in skills.items()},
        "r2_oos": skills["mean"],
        "clark_west_p": max(p for p, _ in tests.values()),
        **{f"clark_west_p_{key}": p for key, (p, _) in tests.items()},
        "diebold_mariano": dm[0], "diebold_mariano_p": dm[1], "diebold_mariano_two_sided_p": dm[2],
        "pesaran_timmermann": pt[0], "pesaran_timmermann_p": pt[1],
        "hit_rate": np.mean(agree[agree != 0] > 0),
        "information_coefficient": scipy.stats.pearsonr(f - r, y - r)[0],
        "rank_information_coefficient": scipy.stats.spearmanr(f - r, y - r)[0],
        "move_ratio": move_ratio,
        "echo": lag,
        "repeats_last_value": (
            np.nan if best != "naive" else int(lag == horizon and move_ratio < 0.1)),
        "interval_coverage": np.mean((lower <= y) & (y <= upper)),
        "interval_nominal": 0.95 - 0.1,
        "pinball_loss": np.mean(
            [sklearn_pinball(y, lower, 0.1), sklearn_pinball(y, upper, 0.95)]),
        "oracle_skill": oracle_skill,
        "skill_share_of_oracle": min(skills.values()) / oracle_skill,
    }


def random_walk(name, seed, n, horizon, noise):
    """A level forecast by its last value and a little noise."""
    random = np.random.default_rng(seed)
    y = 50 + np.cumsum(random.normal(0, 1, n + horizon + 1))
    mean = np.array([y[: i + 1].mean() for i in range(n + 1)])
    known = y[: n + 1]
    f = known + random.normal(0, noise, n + 1)
    return forecast_case(name, y[horizon:], f, known, mean, known, horizon, 1)


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
        random_walk("last_value", 6, 200, 1, 0.05),
        random_walk("last_value_of_three", 7, 200, 3, 0.1),
        random_walk("nearly_the_last_value", 8, 200, 1, 0.5),
    ])


def write_student():
    """P(T > t): degrees, t, p, in Numerics' tests."""
    # Digits enough for 1 minus what is nearly 1.
    mpmath.mp.dps = 400
    with open(ROOT / "Tests/NumericsTests/Reference/student.txt", "w") as out:
        for degrees in [1, 2, 3, 5, 10, 29, 49, 99, 250, 999, 20_000, 3_000_000]:
            for t in [0, 1e-9, 0.01, 0.3, 0.99, 1, 1.01, 1.7, 2.5, 4, 8, 20, 35, 300]:
                square = mpmath.mpf(t) ** 2
                n = mpmath.mpf(degrees)
                if square / n < 1:
                    p = (1 - mpmath.betainc(
                        0.5, n / 2, 0, square / (n + square), regularized=True)) / 2
                else:
                    p = mpmath.betainc(n / 2, 0.5, 0, n / (n + square), regularized=True) / 2
                if p > 1e-290:
                    out.write(f"{degrees} {t!r} {float(p)!r}\n")




write_returns()
write_edges()
write_trades()
write_bootstrap()
write_deflated()
write_forecasts()
write_student()
