import Testing

@testable import Backtest

/// One wrong spec: `-` is replaced by `+` in the fixture, and `=` is what the user reads.
/// `\n` and `\t` in it stand for themselves.
struct WrongSpec: CustomTestStringConvertible {
  var old = ""
  var new = ""
  var message = ""

  var testDescription: String { "\(old) → \(new)" }

  static let all: [WrongSpec] = table.split(separator: "\n\n").map { block in
    var row = WrongSpec()
    for line in block.split(separator: "\n") {
      let text = String(line.dropFirst(2))
      switch line.first {
      case "-": row.old = unescaped(text)
      case "+": row.new = unescaped(text)
      default: row.message = text
      }
    }
    return row
  }

  private static func unescaped(_ text: String) -> String {
    text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
      .split(separator: "\\t", omittingEmptySubsequences: false).joined(separator: "\t")
  }

  private static let table = #"""
    - name: pair
    + name: Pair
    = a.yaml:1:7: name was Pair, a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - name: pair
    + name: [a]
    = a.yaml:1:7: name was [a], a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - name: pair
    + nam: pair
    = a.yaml:1:1: nam is not a key of a spec; did you mean name?

    - name: pair\n
    + 
    = a.yaml:1:1: name was missing, a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - name: pair
    + name:
    = a.yaml:1:6: name was empty, a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - name: pair
    + name: ''
    = a.yaml:1:7: name was "", a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - name: pair
    + name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    = a.yaml:1:7: name was aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…, a name of a to z, 0 to 9 and -, at most 64 letters, is needed

    - seed: 7
    + seed: -1
    = a.yaml:2:7: seed was -1, at least 0 is needed

    - seed: 7
    + seed: 4294967296
    = a.yaml:2:7: seed was 4294967296, at most 4294967295 is needed

    - seed: 7
    + seed: 99999999999999999999
    = a.yaml:2:7: seed was 99999999999999999999, at most 4294967295 is needed

    - seed: 7
    + seed: "7"
    = a.yaml:2:7: seed was "7", a whole number is needed

    - seed: 7
    + seed: 1e3
    = a.yaml:2:7: seed was 1e3, a whole number is needed

    - seed: 7
    + seed: 0x10
    = a.yaml:2:7: seed was 0x10, a whole number is needed

    - seed: 7
    + seed: 7.0
    = a.yaml:2:7: seed was 7.0, a whole number is needed

    - seed: 7
    + seed: 1_000
    = a.yaml:2:7: seed was 1_000, a whole number is needed

    - seed: 7
    + seed: 7\nseed: 8
    = a.yaml:3:1: seed stands there a second time, first at a.yaml:2:1

    - seed: 7
    + seed: 7\n"seed": 8
    = a.yaml:3:1: seed stands there a second time, first at a.yaml:2:1

    - seed: 7
    + seed: 7\nseed: 8\nseed: 9
    = a.yaml:3:1: seed stands there a second time, first at a.yaml:2:1

    - from: 2000-01-01
    + from: 2000-02-30
    = a.yaml:3:15: span.from was 2000-02-30, a date like 2018-12-31 or a time like 2018-12-31T21:00:00Z is needed

    - from: 2000-01-01
    + from: 2020-01-01
    = a.yaml:3:31: span.to was 2018-12-31, a time that is not before span.from, 2020-01-01, is needed

    - from: 2000-01-01
    + from: 1/1/2000
    = a.yaml:3:15: span.from was 1/1/2000, a date like 2018-12-31 or a time like 2018-12-31T21:00:00Z is needed

    - { from: 2000-01-01, to: 2018-12-31 }
    + 2000
    = a.yaml:3:7: span was 2000, a mapping is needed

    - from: 2000
    + since: 2000
    = a.yaml:3:9: span.since is not a key of span; its keys are from, to

    - from: 2000-01-01
    + from: 2000-01-01T10:00:00
    = a.yaml:3:15: span.from was 2000-01-01T10:00:00, a date like 2018-12-31 or a time like 2018-12-31T21:00:00Z is needed

    - clock: union
    + clock: Z
    = a.yaml:4:8: clock was Z, union, intersection or an instrument is needed

    - clock: union
    + clock: unoin
    = a.yaml:4:8: clock was unoin, union, intersection or an instrument is needed; did you mean union?

    -   X: { file: x.csv, format: pawl }
    +   x: { file: x.csv, format: pawl }
    = a.yaml:6:3: data.x is not a name of an instrument: a capital letter is needed, then letters, digits or _, at most 32 in all

    - format: pawl
    + format: csv
    = a.yaml:6:29: data.X.format was csv, one of pawl, yahoo, closes is needed

    - format: pawl
    + fromat: pawl
    = a.yaml:6:21: data.X.fromat is not a key of data.X; did you mean format?

    - , format: pawl
    + 
    = a.yaml:6:6: data.X.format was missing, one of pawl, yahoo, closes is needed

    - file: x.csv, 
    + 
    = a.yaml:6:6: data.X.file was missing, a file is needed

    - X: { file: x.csv, format: pawl }
    + X: x.csv
    = a.yaml:6:6: data.X was x.csv, a mapping is needed

    - X: { file: x.csv
    + Y: { file: x.csv
    = a.yaml:7:3: data.Y stands there a second time, first at a.yaml:6:3

    - close_time: "21:00"
    + close_time: 25:00
    = a.yaml:7:68: data.Y.close_time was 25:00, a time of day like "21:00" is needed

    - close_time: "21:00"
    + close_time: 9
    = a.yaml:7:68: data.Y.close_time was 9, a time of day like "21:00" is needed

    - format: pawl
    + format: pawl, rescale: [-1, 1]
    = a.yaml:6:44: data.X.rescale was [-1, 1], none is allowed: rescale maps prices by extremes of the whole series: a leak; allow_leaks: true under training accepts it

    - format: pawl
    + format: pawl, rescale: [1, 1]
    = a.yaml:6:44: data.X.rescale was [1, 1], a list of two numbers, the lower first, is needed

    - format: pawl
    + format: pawl, rescale: 1
    = a.yaml:6:44: data.X.rescale was 1, a list of two numbers, the lower first, is needed

    - format: pawl
    + format: pawl, accept: [stale-opens]
    = a.yaml:6:44: data.X.accept was stale-opens, one of stale-open, split-jump, high-low, negative-volume, adjusted-close, time-unit, no-session is needed; did you mean stale-open?

    - format: pawl
    + format: pawl, accept: stale-open
    = a.yaml:6:43: data.X.accept was stale-open, a list of rules of vetting is needed

    - format: pawl
    + format: pawl, accept: [stale-open, stale-open]
    = a.yaml:6:56: data.X.accept names stale-open twice

    - format: pawl
    + format: pawl, prices: any
    = a.yaml:6:43: data.X.prices was any, positive or signed is needed

    - data:\n
    + generate: { kind: coint_path }\ndata:\n
    = a.yaml:6:1: data was given beside generate, one of the two is needed

    -   x: diff(X.close)
    +   x:
    = a.yaml:9:5: features.x was empty, an expression is needed

    -   x: diff(X.close)
    +   1x: diff(X.close)
    = a.yaml:9:3: features.1x is not a name of a feature: a letter is needed, then letters, digits, _ or -, at most 64 in all

    -   x: diff(X.close)
    +   x: [diff]
    = a.yaml:9:6: features.x was [diff], an expression is needed

    -   spread
    +   x
    = a.yaml:10:3: features.x stands there a second time, first at a.yaml:9:3

    -   value: X.close - at_origin(X.close)\n
    + 
    = a.yaml:12:3: target.value was missing, an expression is needed

    -   horizon: 1\n
    + 
    = a.yaml:12:3: target.horizon was missing, a whole number of at least 0, or horizons, is needed

    - horizon: 1
    + horizon: -1
    = a.yaml:13:12: target.horizon was -1, at least 0 is needed

    - horizon: 1
    + horizons: [0, 2]
    = a.yaml:13:13: target.horizons was [0, 2], 0 is allowed only where it is alone

    - horizon: 1
    + horizons: [2, 0]
    = a.yaml:13:17: target.horizons was [2, 0], 0 is allowed only where it is alone

    - horizon: 1
    + horizons: [2, 2]
    = a.yaml:13:17: target.horizons names 2 twice

    - horizon: 1
    + horizons: []
    = a.yaml:13:13: target.horizons was [], at least one horizon is needed

    - horizon: 1
    + horizons: 2
    = a.yaml:13:13: target.horizons was 2, a list of whole numbers is needed

    - horizon: 1
    + horizon: 1\n  horizons: [2]
    = a.yaml:13:3: target.horizon was given beside target.horizons, one of the two is needed

    - horizon: 1
    + horizon: 1.5
    = a.yaml:13:12: target.horizon was 1.5, a whole number is needed

    - cell: lstm
    + cell: lstn
    = a.yaml:15:9: model.cell was lstn, one of rnn, gru, lstm is needed; did you mean lstm?

    -   cell: lstm\n
    + 
    = a.yaml:15:3: model.cell was missing, one of rnn, gru, lstm is needed

    - hidden: [32]
    + hidden: 32
    = a.yaml:16:11: model.hidden was 32, a list of whole numbers, one a layer, is needed

    - hidden: [32]
    + hidden: [0]
    = a.yaml:16:12: model.hidden was 0, at least 1 is needed

    - hidden: [32]
    + hidden: []
    = a.yaml:16:11: model.hidden was [], at least one layer is needed

    - hidden: [32]
    + hidden: [a]
    = a.yaml:16:12: model.hidden was a, a whole number is needed

    - lookback: 15
    + lookback: 0
    = a.yaml:17:13: model.lookback was 0, at least 1 is needed

    - dropout: 0.3
    + dropout: 1
    = a.yaml:18:12: model.dropout was 1, at least 0 and below 1 is needed

    - dropout: 0.3
    + dropout: -0.1
    = a.yaml:18:12: model.dropout was -0.1, at least 0 and below 1 is needed

    - dropout: 0.3
    + dropout: .nan
    = a.yaml:18:12: model.dropout was .nan, a number is needed

    - dropout: 0.3
    + dropout: 1e400
    = a.yaml:18:12: model.dropout was 1e400, a finite number is needed

    - learning_rate: 0.001
    + learning_rate: 0
    = a.yaml:22:18: training.learning_rate was 0, above 0 is needed

    - learning_rate: 0.001
    + learning_rate: fast
    = a.yaml:22:18: training.learning_rate was fast, a number is needed

    - epochs: 3
    + epochs: 0
    = a.yaml:23:11: training.epochs was 0, at least 1 is needed

    - epochs: 3
    + epoch: 3
    = a.yaml:23:3: training.epoch is not a key of training; did you mean epochs?

    - epochs: 3
    + epochs: many
    = a.yaml:23:11: training.epochs was many, a whole number is needed

    - epochs: 3
    + epochs: [3]
    = a.yaml:23:11: training.epochs was [3], a whole number is needed

    - epochs: 3
    + epochs: {a: 3}
    = a.yaml:23:11: training.epochs was a mapping, a whole number is needed

    - batch: 1
    + batch: 0
    = a.yaml:24:10: training.batch was 0, at least 1 is needed

    - batch: 1
    + batch: some
    = a.yaml:24:10: training.batch was some, a whole number or all is needed

    - shuffle: false
    + shuffle: 1
    = a.yaml:25:12: training.shuffle was 1, true or false is needed

    - scaler_range: [-1, 1]
    + scaler_range: [1]
    = a.yaml:27:17: training.scaler_range was [1], a list of two numbers, the lower first, is needed

    - scaler_range: [-1, 1]
    + scaler_range: [2, 1]
    = a.yaml:27:17: training.scaler_range was [2, 1], a list of two numbers, the lower first, is needed

    - scaler_fit: train
    + scaler_fit: all
    = a.yaml:28:15: training.scaler_fit was all, train, first or window is needed: all fits the scaler on the whole series: a leak; allow_leaks: true under training accepts it

    - train: expanding
    + train: rolling
    = a.yaml:31:3: walk_forward.window was missing, a whole number of at least 1 is needed

    - train: expanding
    + train: expanding\n  window: 3
    = a.yaml:32:3: walk_forward.window was given without train: rolling, which it needs

    - train: expanding
    + train: incremental\n  replay: -1
    = a.yaml:32:11: walk_forward.replay was -1, at least 0 is needed

    - train: expanding
    + replay: 1
    = a.yaml:31:3: walk_forward.replay was given without train: incremental, which it needs

    - train: expanding
    + train: rolling\n  window: 0
    = a.yaml:32:11: walk_forward.window was 0, at least 1 is needed

    -   first: 20\n
    + 
    = a.yaml:31:3: walk_forward.first was missing, a whole number of at least 1, or a fraction above 0 and below 1, is needed

    - first: 20
    + first: 0
    = a.yaml:32:10: walk_forward.first was 0, at least 1 is needed

    - first: 20
    + first: 1.0
    = a.yaml:32:10: walk_forward.first was 1.0, a whole number of at least 1, or a fraction above 0 and below 1, is needed

    - first: 20
    + first: 1.5
    = a.yaml:32:10: walk_forward.first was 1.5, a whole number of at least 1, or a fraction above 0 and below 1, is needed

    - first: 20
    + first: -0.5
    = a.yaml:32:10: walk_forward.first was -0.5, a whole number of at least 1, or a fraction above 0 and below 1, is needed

    - refit_every: 1
    + refit_every: 0
    = a.yaml:33:16: walk_forward.refit_every was 0, at least 1 is needed

    - refit_every: 1
    + refit_every: nevr
    = a.yaml:33:16: walk_forward.refit_every was nevr, a whole number, never, weekly, monthly or drift is needed; did you mean never?

    - refit_every: 1
    + start_from: hot
    = a.yaml:33:15: walk_forward.start_from was hot, one of warm, warm-reset-moments, cold is needed

    - unit: units
    + unit: shares
    = a.yaml:35:9: positions.unit was shares, one of weight, units, notional, volatility, risk, kelly is needed

    -   X: 10 *
    +   Z: 10 *
    = a.yaml:36:3: positions.Z is not an instrument of this spec; its instruments are X, Y

    -   X: 10 *
    +   x: 10 *
    = a.yaml:36:3: positions.x is not a key of positions; did you mean X?

    - unit: units
    + units: 1
    = a.yaml:35:3: positions.units is not a key of positions; did you mean unit?

    - unit: units
    + rebalance: daily
    = a.yaml:35:14: positions.rebalance was daily, every_bar or on_change is needed

    - unit: units
    + unit: weight\n  unit: units
    = a.yaml:36:3: positions.unit stands there a second time, first at a.yaml:35:3

    - cash: 100000
    + cash: 0
    = a.yaml:39:9: execution.cash was 0, above 0 is needed

    -   cash: 100000\n
    + 
    = a.yaml:39:3: execution.cash was missing, a number is needed

    - fill: next_open
    + fill: now
    = a.yaml:40:9: execution.fill was now, one of next_open, next_close, this_close is needed

    - fee_bps: 1
    + fee_bps: -1
    = a.yaml:41:12: execution.fee_bps was -1, at least 0 and below 10000 is needed

    - fee_bps: 1
    + fee_bps: 10000
    = a.yaml:41:12: execution.fee_bps was 10000, at least 0 and below 10000 is needed

    - fee_bps: 1
    + slippage_bps: x
    = a.yaml:41:17: execution.slippage_bps was x, a number is needed

    - fee_bps: 1
    + max_leverage: 0
    = a.yaml:41:17: execution.max_leverage was 0, above 0 is needed

    - fee_bps: 1
    + delay_bars: -1
    = a.yaml:41:15: execution.delay_bars was -1, at least 0 is needed

    - fill: next_open
    + fill: this_close\n  delay_bars: 1
    = a.yaml:41:15: execution.delay_bars was 1, 0 is needed with fill: this_close

    - participation: none
    + participation: 0
    = a.yaml:42:18: execution.participation was 0, above 0 and at most 1 is needed

    - participation: none
    + participation: all
    = a.yaml:42:18: execution.participation was all, none or a number is needed

    - participation: none
    + risk_free: -1
    = a.yaml:42:14: execution.risk_free was -1, above -1 is needed

    - participation: none
    + bars_per_year: 0
    = a.yaml:42:18: execution.bars_per_year was 0, above 0 is needed

    - participation: none
    + borrow_bps_year: -1
    = a.yaml:42:20: execution.borrow_bps_year was -1, at least 0 is needed

    - participation: none
    + path: best
    = a.yaml:42:9: execution.path was best, one of worst, ohlc, olhc, adaptive, detail is needed

    - participation: none
    + limit_touch: 1
    = a.yaml:42:16: execution.limit_touch was 1, true or false is needed

    - participation: none
    + maker_fee_bps: -1
    = a.yaml:42:18: execution.maker_fee_bps was -1, at least 0 and below 10000 is needed

    - participation: none
    + fee_per_unit: -0.1
    = a.yaml:42:17: execution.fee_per_unit was -0.1, at least 0 is needed

    - participation: none
    + fee_per_order: x
    = a.yaml:42:18: execution.fee_per_order was x, a number is needed

    - participation: none
    + fee_minimum: -1
    = a.yaml:42:16: execution.fee_minimum was -1, at least 0 is needed

    - participation: none
    + fee_tiers: 3
    = a.yaml:42:14: execution.fee_tiers was 3, a list of tiers is needed

    - participation: none
    + fee_tiers: [{ volume: 5, fee_bps: 1 }, { volume: 5, fee_bps: 1 }]
    = a.yaml:42:52: execution.fee_tiers.volume was 5, above 5 is needed

    - participation: none
    + fee_tiers: [{ volume: 5, fee_bps: -1 }]
    = a.yaml:42:37: execution.fee_tiers.fee_bps was -1, at least 0 and below 10000 is needed

    - participation: none
    + fee_tiers: [{ volume: 5 }]
    = a.yaml:42:15: execution.fee_tiers.fee_bps was missing, a number is needed

    - participation: none
    + slippage_ticks: -1
    = a.yaml:42:19: execution.slippage_ticks was -1, at least 0 is needed

    - participation: none
    + impact: -1
    = a.yaml:42:11: execution.impact was -1, at least 0 is needed

    - participation: none
    + max_net: 0
    = a.yaml:42:12: execution.max_net was 0, above 0 is needed

    - participation: none
    + max_position: -1
    = a.yaml:42:17: execution.max_position was -1, above 0 is needed

    - participation: none
    + max_drawdown: 2
    = a.yaml:42:17: execution.max_drawdown was 2, above 0 and at most 1 is needed

    - participation: none
    + initial_margin: 1.5
    = a.yaml:42:19: execution.initial_margin was 1.5, above 0 and at most 1 is needed

    - participation: none
    + maintenance_margin: 0
    = a.yaml:42:23: execution.maintenance_margin was 0, above 0 and at most 1 is needed

    - participation: none
    + initial_margin: 0.5\n  maintenance_margin: 0.6
    = a.yaml:43:23: execution.maintenance_margin was 0.6, at most initial_margin, 0.5, is needed

    - participation: none
    + account: futures
    = a.yaml:42:12: execution.account was futures, margin or cash is needed

    - participation: none
    + currency: usd
    = a.yaml:42:13: execution.currency was usd, a name of three capital letters, as in USD, is needed

    - participation: none
    + rates: { EUR: X }
    = a.yaml:42:12: execution.rates needs execution.currency beside it

    - participation: none
    + currency: USD\n  rates: { USD: X }
    = a.yaml:43:12: execution.rates.USD is not a currency other than the account's, three capital letters are needed

    - participation: none
    + currency: USD\n  rates: { EUR: Z }
    = a.yaml:43:17: execution.rates.EUR was Z, an instrument is needed; its instruments are X, Y

    - model:\n  cell
    + mode:\n  cell
    = a.yaml:14:1: mode is not a key of a spec; did you mean model?

    - seed: 7
    + seed: &a 7
    = a.yaml:2:7: an anchor is not allowed in a spec

    - seed: 7
    + seed: *a
    = a.yaml:2:7: an alias is not allowed in a spec

    - seed: 7
    + seed: !!int 7
    = a.yaml:2:7: an explicit tag is not allowed in a spec

    - seed: 7
    + seed: ! 7
    = a.yaml:2:7: an explicit tag is not allowed in a spec

    - seed: 7
    + seed: !!str "7"
    = a.yaml:2:7: an explicit tag is not allowed in a spec

    - data:\n
    + data: !x\n
    = a.yaml:5:7: an explicit tag is not allowed in a spec

    - data:\n
    + data: &d\n
    = a.yaml:5:7: an anchor is not allowed in a spec

    - features:\n
    + features: *d\n
    = a.yaml:8:11: an alias is not allowed in a spec

    - seed: 7
    + <<: 7
    = a.yaml:2:1: << is not a key of a spec; its keys are name, seed, span, clock, calendar, data, generate, features, target, model, training, walk_forward, positions, orders, exits, execution, logs

    - seed: 7
    + ? [a]\n: 7
    = a.yaml:2:3: a key was [a], a name is needed

    - seed: 7
    + ? \n: 7
    = a.yaml:2:2: a key was empty, a name is needed

    - seed: 7
    + seed: 7\n---\nname: b
    = a.yaml:3:1: a second document is not allowed in a spec

    -   horizon: 1
    + \thorizon: 1
    = a.yaml:13:1: a tab stands there, spaces are needed

    - horizon: 1
    + horizon: 1\tx
    = a.yaml:13:12: target.horizon was 1\tx, a whole number is needed

    - seed: 7
    + seed:\n\t7
    = a.yaml:3:1: a tab stands there, spaces are needed

    - seed: 7
    + seed: [7
    = a.yaml:3:5: the YAML could not be read: while parsing a flow sequence, did not find expected ',' or ']'

    - seed: 7
    + seed: {{7}}
    = a.yaml:2:8: a key was a mapping, a name is needed

    - seed: 7
    + seed: 'a
    = a.yaml:43:1: the YAML could not be read: while scanning a quoted scalar, found unexpected end of stream

    - seed: 7
    + seed: @7
    = a.yaml:2:7: the YAML could not be read: while scanning for the next token, found character that cannot start any token

    - seed: 7
    + seed: %7
    = a.yaml:2:7: the YAML could not be read: while scanning for the next token, found character that cannot start any token

    - seed: 7
    + seed 7
    = a.yaml:3:1: the YAML could not be read: while scanning a simple key, could not find expected ':'

    - seed: 7
    + seed: a: b
    = a.yaml:2:8: the YAML could not be read: mapping values are not allowed in this context

    - cell: lstm
    + cell: rnn\n  gates: sigmoid
    = a.yaml:16:3: model.gates was given without cell: gru or lstm, which it needs

    - cell: lstm
    + cell: lstm\n  gru_form: reset_after
    = a.yaml:16:3: model.gru_form was given without cell: gru, which it needs

    - cell: lstm
    + cell: gru\n  gru_form: reset
    = a.yaml:16:13: model.gru_form was reset, reset_after or reset_before is needed

    - cell: lstm
    + cell: gru\n  gates: hard
    = a.yaml:16:10: model.gates was hard, sigmoid or hard_sigmoid is needed

    - cell: lstm
    + cell: gru\n  output: all
    = a.yaml:16:11: model.output was all, last or sequence is needed

    - cell: lstm
    + cell: gru\n  ensemble: 0
    = a.yaml:16:13: model.ensemble was 0, at least 1 is needed

    - cell: lstm
    + cell: gru\n  ensemble: 2000
    = a.yaml:16:13: model.ensemble was 2000, at most 1024 is needed

    - cell: lstm
    + cell: gru\n  ensemble: 4\n  init: w.safetensors
    = a.yaml:16:13: model.ensemble was 4, 1 is needed with model.init: all members would start from w.safetensors

    - cell: lstm
    + forecaster: ridge\n  cell: lstm
    = a.yaml:16:3: model.cell was given with forecaster: ridge, it belongs to network

    - cell: lstm
    + forecaster: rige\n  cell: lstm
    = a.yaml:15:15: model.forecaster was rige, one of network, naive, drift, mean, seasonal_naive, ridge, ar, ecm is needed; did you mean ridge?

    - cell: lstm
    + cell: lstm\n  season: 5
    = a.yaml:16:3: model.season was given with forecaster: network, it belongs to seasonal_naive

    - cell: lstm
    + cell: lstm\n  order: 5
    = a.yaml:16:3: model.order was given with forecaster: network, it belongs to ar

    - stateful: false
    + stateful: no
    = a.yaml:19:13: model.stateful was no, one of false, true, keras is needed

    - stateful: false
    + stateful: true\n  output: last
    = a.yaml:20:3: model.output was given without stateful: false or keras, which it needs

    - stateful: false
    + state_bars: 100
    = a.yaml:19:3: model.state_bars was given without stateful: true, which it needs

    - stateful: false
    + stateful: true\n  state_bars: some
    = a.yaml:20:15: model.state_bars was some, a whole number or all is needed

    - learning_rate: 0.001
    + optimizer: sgdd\n  learning_rate: 0.1
    = a.yaml:22:14: training.optimizer was sgdd, one of sgd, rmsprop, adagrad, adam, adamw, nadam is needed; did you mean sgd?

    - learning_rate: 0.001
    + momentum: 0.9\n  learning_rate: 0.1
    = a.yaml:22:3: training.momentum was given without optimizer: sgd, which it needs

    - learning_rate: 0.001
    + optimizer: sgd\n  nesterov: true\n  learning_rate: 0.1
    = a.yaml:23:13: training.nesterov was true, false, or a momentum above 0, is needed

    - learning_rate: 0.001
    + optimizer: sgd\n  momentum: 1\n  learning_rate: 0.1
    = a.yaml:23:13: training.momentum was 1, at least 0 and below 1 is needed

    - learning_rate: 0.001
    + optimizer: sgd\n  beta1: 0.9\n  learning_rate: 0.1
    = a.yaml:23:3: training.beta1 was given without optimizer: adam, adamw or nadam, which it needs

    - learning_rate: 0.001
    + optimizer: sgd\n  epsilon: 1e-8\n  learning_rate: 0.1
    = a.yaml:23:3: training.epsilon was given without optimizer: rmsprop, adagrad, adam, adamw or nadam, which it needs

    - learning_rate: 0.001
    + rho: 0.9\n  learning_rate: 0.1
    = a.yaml:22:3: training.rho was given without optimizer: rmsprop, which it needs

    - learning_rate: 0.001
    + beta2: 1\n  learning_rate: 0.1
    = a.yaml:22:10: training.beta2 was 1, at least 0 and below 1 is needed

    - learning_rate: 0.001
    + epsilon: 0\n  learning_rate: 0.1
    = a.yaml:22:12: training.epsilon was 0, at least 1e-45 is needed

    - learning_rate: 0.001
    + weight_decay: -1\n  learning_rate: 0.1
    = a.yaml:22:17: training.weight_decay was -1, at least 0 is needed

    - learning_rate: 0.001
    + clip_norm: 1\n  clip_value: 1\n  learning_rate: 0.1
    = a.yaml:23:3: training.clip_value was given beside training.clip_norm, one of clip_value, clip_norm and clip_global_norm is needed at most

    - learning_rate: 0.001
    + clip_global_norm: 0\n  learning_rate: 0.1
    = a.yaml:22:21: training.clip_global_norm was 0, above 0 is needed

    - learning_rate: 0.001
    + schedule: cosine\n  learning_rate: 0.1
    = a.yaml:22:13: training.schedule was cosine, a mapping is needed

    - learning_rate: 0.001
    + schedule: {}\n  learning_rate: 0.1
    = a.yaml:22:13: training.schedule.kind was missing, one of constant, exponential, inverse_time, cosine, polynomial, plateau is needed

    - learning_rate: 0.001
    + schedule: { kind: cosin }\n  learning_rate: 0.1
    = a.yaml:22:21: training.schedule.kind was cosin, one of constant, exponential, inverse_time, cosine, polynomial, plateau is needed; did you mean cosine?

    - learning_rate: 0.001
    + schedule: { kind: cosine, rate: 0.5 }\n  learning_rate: 0.1
    = a.yaml:22:29: training.schedule.rate is not a key of cosine, it belongs to exponential and inverse_time

    - learning_rate: 0.001
    + schedule: { kind: cosine, step: 5 }\n  learning_rate: 0.1
    = a.yaml:22:29: training.schedule.step is not a key of training.schedule; did you mean steps?

    - learning_rate: 0.001
    + schedule: { kind: cosine }\n  learning_rate: 0.1
    = a.yaml:22:13: training.schedule.steps was missing, a whole number of at least 1 is needed

    - learning_rate: 0.001
    + schedule: { kind: plateau, patience: 2, factor: 1 }\n  learning_rate: 0.1
    = a.yaml:22:51: training.schedule.factor was 1, above 0 and below 1 is needed

    - learning_rate: 0.001
    + schedule: { kind: exponential, rate: 2, steps: 10 }\n  learning_rate: 0.1
    = a.yaml:22:40: training.schedule.rate was 2, above 0 and at most 1 is needed

    - learning_rate: 0.001
    + early_stopping: { patience: 3 }\n  learning_rate: 0.1
    = a.yaml:22:3: training.early_stopping was given without validation above 0, which it needs

    - learning_rate: 0.001
    + after_validation: keep\n  learning_rate: 0.1
    = a.yaml:22:3: training.after_validation was given without validation above 0, which it needs

    - learning_rate: 0.001
    + validation: 0.2\n  early_stopping: { patience: 0 }\n  learning_rate: 0.1
    = a.yaml:23:31: training.early_stopping.patience was 0, at least 1 is needed

    - learning_rate: 0.001
    + validation: 0.2\n  early_stopping: {}\n  learning_rate: 0.1
    = a.yaml:23:19: training.early_stopping.patience was missing, a whole number of at least 1 is needed

    - learning_rate: 0.001
    + validation: 1\n  learning_rate: 0.1
    = a.yaml:22:15: training.validation was 1, at least 0 and below 1 is needed

    - learning_rate: 0.001
    + validation: 0.96\n  learning_rate: 0.1
    = a.yaml:22:15: training.validation was 0.96, a share that leaves samples on both sides is needed: of 20 at the first refit 0 would be trained on and 20 held out

    - learning_rate: 0.001
    + weight_half_life: 0\n  learning_rate: 0.1
    = a.yaml:22:21: training.weight_half_life was 0, above 0 is needed

    - learning_rate: 0.001
    + weight_half_life: never\n  learning_rate: 0.1
    = a.yaml:22:21: training.weight_half_life was never, none or a number is needed

    - learning_rate: 0.001
    + on_divergence: go\n  learning_rate: 0.1
    = a.yaml:22:18: training.on_divergence was go, stop or keep is needed

    - learning_rate: 0.001
    + loss: quantile\n  learning_rate: 0.1
    = a.yaml:22:3: training.quantiles was missing, a list of rising numbers above 0 and below 1, as [0.1, 0.5, 0.9], is needed

    - learning_rate: 0.001
    + loss: quantile\n  quantiles: [0.5, 0.1]\n  learning_rate: 0.1
    = a.yaml:23:20: training.quantiles was 0.1, a number above 0.5, the one before it, is needed

    - learning_rate: 0.001
    + loss: quantile\n  quantiles: [0.5, 1]\n  learning_rate: 0.1
    = a.yaml:23:20: training.quantiles was 1, above 0 and below 1 is needed

    - learning_rate: 0.001
    + loss: quantile\n  quantiles: []\n  learning_rate: 0.1
    = a.yaml:23:14: training.quantiles was [], at least one is needed

    - learning_rate: 0.001
    + quantiles: [0.5]\n  learning_rate: 0.1
    = a.yaml:22:3: training.quantiles was given without loss: quantile, which it needs

    - learning_rate: 0.001
    + huber_delta: 2\n  learning_rate: 0.1
    = a.yaml:22:3: training.huber_delta was given without loss: huber, which it needs

    - learning_rate: 0.001
    + loss: huber\n  huber_delta: 0\n  learning_rate: 0.1
    = a.yaml:23:16: training.huber_delta was 0, above 0 is needed

    - refit_every: 1
    + refit_every: drift
    = a.yaml:31:3: walk_forward.drift was missing, a mapping with window and factor is needed

    - refit_every: 1
    + refit_every: weekly\n  drift: { window: 20, factor: 2 }
    = a.yaml:34:3: walk_forward.drift was given without refit_every: drift, which it needs

    - refit_every: 1
    + refit_every: drift\n  drift: { window: 0, factor: 2 }
    = a.yaml:34:20: walk_forward.drift.window was 0, at least 1 is needed

    - refit_every: 1
    + refit_every: drift\n  drift: { window: 20, factor: 0 }
    = a.yaml:34:32: walk_forward.drift.factor was 0, above 0 is needed

    - refit_every: 1
    + refit_every: drift\n  drift: { window: 20 }
    = a.yaml:34:10: walk_forward.drift.factor was missing, a number is needed

    - refit_every: 1
    + max_updates: 0
    = a.yaml:33:16: walk_forward.max_updates was 0, at least 1 is needed

    - refit_every: 1
    + max_updates: many
    = a.yaml:33:16: walk_forward.max_updates was many, a whole number or none is needed

    - unit: units
    + on_null: flatt
    = a.yaml:35:12: positions.on_null was flatt, hold or flat is needed; did you mean flat?

    - unit: units
    + rebalance_band: -0.01
    = a.yaml:35:19: positions.rebalance_band was -0.01, at least 0 is needed

    - unit: units
    + rebalance_bands: 0.01
    = a.yaml:35:3: positions.rebalance_bands is not a key of positions; did you mean rebalance_band?

    - unit: units
    + legs: both
    = a.yaml:35:9: positions.legs was both, legged or all_or_none is needed

    - unit: units
    + unit: volatility
    = a.yaml:35:3: positions.volatility_target was missing, a number is needed

    - unit: units
    + unit: volatility\n  volatility_target: 0
    = a.yaml:36:22: positions.volatility_target was 0, above 0 is needed

    - unit: units
    + unit: volatility\n  volatility_target: 0.1\n  volatility_window: 1
    = a.yaml:37:22: positions.volatility_window was 1, at least 2 is needed

    - unit: units
    + unit: volatility\n  volatility_target: 0.1\n  volatility_window: 20
    = a.yaml:35:9: positions.unit was volatility, execution.bars_per_year is needed beside it

    - unit: units
    + volatility_window: 20
    = a.yaml:35:3: positions.volatility_window was given without unit: volatility or kelly, which it needs

    - unit: units
    + unit: kelly\n  volatility_window: 20\n  kelly_fraction: 1.5
    = a.yaml:37:19: positions.kelly_fraction was 1.5, above 0 and at most 1 is needed

    - unit: units
    + unit: kelly\n  volatility_window: 20\n  kelly_fraction: 0.5\n  kelly_cap: 0
    = a.yaml:38:14: positions.kelly_cap was 0, above 0 is needed

    - unit: units
    + kelly_cap: 1
    = a.yaml:35:3: positions.kelly_cap was given without unit: kelly, which it needs

    - unit: units
    + unit: risk
    = a.yaml:35:9: positions.unit was risk, exits.X.stop_loss is needed beside it

    - execution:
    + orders: { Z: { type: limit } }\nexecution:
    = a.yaml:38:11: orders.Z is not an instrument of this spec; its instruments are X, Y

    - execution:
    + orders: { X: { typ: limit } }\nexecution:
    = a.yaml:38:16: orders.X.typ is not a key of orders.X; did you mean type?

    - execution:
    + orders: { X: { type: trailing_stop } }\nexecution:
    = a.yaml:38:22: orders.X.type was trailing_stop, one of market, limit, stop, stop_limit, market_on_open, market_on_close is needed

    - execution:
    + orders: { X: { type: limit } }\nexecution:
    = a.yaml:38:14: orders.X.limit was missing, an expression is needed

    - execution:
    + orders: { X: { type: stop_limit, limit: 0.1 } }\nexecution:
    = a.yaml:38:14: orders.X.stop was missing, an expression is needed

    - execution:
    + orders: { X: { type: stop, stop: 0.1, limit: 0.1 } }\nexecution:
    = a.yaml:38:39: orders.X.limit was given without type: limit or stop_limit, which it needs

    - execution:
    + orders: { X: { unit: price } }\nexecution:
    = a.yaml:38:16: orders.X.unit was given without type: limit, stop or stop_limit, which it needs

    - execution:
    + orders: { X: { type: stop, stop: 0.1, time_in_force: fok } }\nexecution:
    = a.yaml:38:54: orders.X.time_in_force was fok, gtc, day or gtd with type: stop is needed

    - execution:
    + orders: { X: { time_in_force: gtd } }\nexecution:
    = a.yaml:38:14: orders.X.good_for was missing, a whole number of at least 1 is needed

    - execution:
    + orders: { X: { time_in_force: gtd, good_for: 0 } }\nexecution:
    = a.yaml:38:46: orders.X.good_for was 0, at least 1 is needed

    - execution:
    + orders: { X: { good_for: 3 } }\nexecution:
    = a.yaml:38:16: orders.X.good_for was given without time_in_force: gtd, which it needs

    - execution:
    + exits: { X: { unit: distance } }\nexecution:
    = a.yaml:38:13: exits.X had no exit, stop_loss, take_profit or trailing_stop is needed

    - execution:
    + exits: { X: { stop_los: 0.1 } }\nexecution:
    = a.yaml:38:15: exits.X.stop_los is not a key of exits.X; did you mean stop_loss?

    - execution:
    + exits: { X: { stop_loss: 0.1, trailing_stop: 0.1 } }\nexecution:
    = a.yaml:38:31: exits.X.trailing_stop was given beside stop_loss; a trailing stop is the stop

    - execution:
    + exits: { X: { trailing_stop: 90, unit: price } }\nexecution:
    = a.yaml:38:40: exits.X.unit was price, fraction or distance with a trailing_stop is needed

    - execution:
    + exits: { X: { stop_loss: } }\nexecution:
    = a.yaml:38:26: exits.X.stop_loss was empty, an expression is needed

    - Y: -10 * sign(forecast)
    + exits: { Y: { stop_loss: 0.1 } }
    = a.yaml:37:3: positions.exits is not a key of positions; its keys are unit, rebalance, on_null, rebalance_band, legs, volatility_target, volatility_window, kelly_fraction, kelly_cap, X, Y

    - Y: -10 * sign(forecast)\nexecution:
    + legs: legged\norders: { Y: { type: market } }\nexecution:
    = a.yaml:38:14: orders.Y was given without positions.Y

    - unit: units\n  X: 10 * sign(forecast)\n  Y: -10 * sign(forecast)
    + legs: all_or_none\n  X: 1\norders: { X: { type: market_on_open } }
    = a.yaml:37:22: orders.X.type was market_on_open, market is needed with legs: all_or_none

    - unit: units\n  X: 10 * sign(forecast)\n  Y: -10 * sign(forecast)
    + legs: all_or_none\n  X: 1\norders: { X: { time_in_force: ioc } }
    = a.yaml:37:31: orders.X.time_in_force was ioc, gtc is needed with legs: all_or_none

    - unit: units\n  X: 10 * sign(forecast)\n  Y: -10 * sign(forecast)
    + legs: all_or_none\n  X: 1\nexits: { X: { stop_loss: 0.1 } }
    = a.yaml:37:13: exits.X was given, none is needed with legs: all_or_none: an exit would part the legs

    - seed: 7
    + logs: { loses: true }
    = a.yaml:2:9: logs.loses is not a key of logs; did you mean losses?

    - seed: 7
    + logs: { losses: yes }
    = a.yaml:2:17: logs.losses was yes, true or false is needed
    """#
}

@Test(arguments: WrongSpec.all)
func aWrongSpecIsNamedByPlaceFoundAndNeeded(row: WrongSpec) {
  let text = SpecFixture.changing(SpecFixture.model, row.old, row.new)
  #expect(SpecFixture.message(text) == row.message)
}

@Test func theTableOfWrongSpecsIsReadWhole() {
  #expect(WrongSpec.all.count == 255)
  #expect(WrongSpec.all.allSatisfy { !$0.old.isEmpty && $0.message.hasPrefix("a.yaml:") })
}

@Test(arguments: [SpecFixture.model, SpecFixture.rule])
func theFixtureItselfIsRight(text: String) {
  #expect(SpecFixture.message(text) == "(no error)")
}

@Test(arguments: [
  (
    ["training.batch=4"],
    "--set training.batch=4: training.batch was 4, 1 is needed with model.stateful: true"
  ),
  (
    ["training.batch=all"],
    "--set training.batch=all: training.batch was all, 1 is needed with model.stateful: true"
  ),
  (
    ["training.shuffle=true"],
    "--set training.shuffle=true: training.shuffle was true, false is needed with model.stateful: true"
  ),
  (
    ["walk_forward.train=incremental", "walk_forward.replay=5"],
    "--set walk_forward.replay=5: walk_forward.replay was 5, 0 is needed with model.stateful: true"
  ),
  (["walk_forward.train=incremental"], "(no error)"),
  (
    ["training.scaler_fit=window"],
    "--set training.scaler_fit=window: training.scaler_fit was window, train or first is needed with model.stateful: true"
  ),
  ([], "(no error)"),
  (["model.state_bars=100", "walk_forward.train=rolling", "walk_forward.window=50"], "(no error)"),
])
func trainingWithStateGoesInTimeOrder(set: [String], message: String) {
  #expect(SpecFixture.message(SpecFixture.model, set: ["model.stateful=true"] + set) == message)
}

@Test(arguments: [
  (["training.validation=0.25", "target.horizon=15"], "(no error)"),
  (
    ["training.validation=0.25", "target.horizon=16"],
    "--set training.validation=0.25: training.validation was 0.25, a share that leaves samples on "
      + "both sides is needed: of 20 at the first refit 0 would be trained on and 5 held out, and "
      + "15 between them are left out"
  ),
  (
    ["training.validation=0.1", "walk_forward.train=rolling", "walk_forward.window=1"],
    "--set training.validation=0.1: training.validation was 0.1, a share that leaves samples on "
      + "both sides is needed: of 1 at the first refit 0 would be trained on and 1 held out"
  ),
  (["training.validation=0.9", "walk_forward.first=0.5"], "(no error)"),
])
func validationLeavesSamplesOnBothSides(set: [String], message: String) {
  #expect(SpecFixture.message(SpecFixture.model, set: set) == message)
}

@Test(arguments: [
  ("model={ forecaster: naive }", "training={}", "(no error)"),
  ("model={ forecaster: ridge, lookback: 5 }", "training={ weight_half_life: 50 }", "(no error)"),
  (
    "model={ forecaster: ridge, lookback: 5 }", "training={ scaler: none }",
    "--set training={ scaler: none }: training.scaler was given with forecaster: ridge, it belongs to network"
  ),
  (
    "model={ forecaster: drift }", "training={ weight_half_life: 50 }",
    "--set training={ weight_half_life: 50 }: training.weight_half_life was given with forecaster: drift, it belongs to network, ridge, ar and ecm"
  ),
  (
    "model={ forecaster: ecm, order: 1 }", "training={}",
    "--set model={ forecaster: ecm, order: 1 }: model.order was given with forecaster: ecm, it belongs to ar"
  ),
  ("model={ forecaster: ecm }", "training={}", "(no error)"),
  (
    "model={ forecaster: ridge }", "training={}",
    "--set model={ forecaster: ridge }: model.lookback was missing, a whole number of at least 1 is needed"
  ),
  (
    "model={ forecaster: seasonal_naive }", "training={}",
    "--set model={ forecaster: seasonal_naive }: model.season was missing, a whole number of at least 1 is needed"
  ),
  (
    "model={ forecaster: mean }", "training={ epochs: 3 }",
    "--set training={ epochs: 3 }: training.epochs was given with forecaster: mean, it belongs to network"
  ),
  (
    "model={ forecaster: ridge, lookback: 5, penalty: -1 }", "training={}",
    "--set model={ forecaster: ridge, lookback: 5, penalty: -1 }: model.penalty was -1, at least 0 is needed"
  ),
])
func otherForecastersHaveKeysOfTheirOwn(model: String, training: String, message: String) {
  #expect(SpecFixture.message(SpecFixture.model, set: [model, training]) == message)
}

@Test func anErrorCorrectionModelNeedsAPair() {
  let set = ["model={ forecaster: ecm }", "training={}", "features.z=Y.close"]
  #expect(
    SpecFixture.message(SpecFixture.model, set: set)
      == "a.yaml:9:3: features had 3 entries, 2 are needed with forecaster: ecm: the levels of a pair"
  )
}

@Test func aTableThatNothingFillsIsRefused() {
  #expect(
    SpecFixture.message(SpecFixture.rule, set: ["logs.losses=true"])
      == "--set logs.losses=true: logs.losses was true, false is needed where no network is trained"
  )
  #expect(
    SpecFixture.message(SpecFixture.rule, set: ["logs.fitted=true"])
      == "--set logs.fitted=true: logs.fitted was true, false is needed without a model")
}

@Test func legsThatGoTogetherHaveNoDelay() {
  #expect(
    SpecFixture.message(
      SpecFixture.rule, set: ["positions.legs=all_or_none", "execution.delay_bars=1"])
      == "--set execution.delay_bars=1: execution.delay_bars was 1, 0 is needed with legs: all_or_none"
  )
}

@Test func fractionsOfSignedPricesAreRefused() {
  let set = [
    "generate.prices=signed", "positions={ unit: units, X: 1 }", "exits={ X: { stop_loss: 0.1 } }",
  ]
  #expect(
    SpecFixture.message(SpecFixture.rule, set: set)
      == "--set exits={ X: { stop_loss: 0.1 } }: exits.X.unit was fraction, distance or price is needed: X has prices: signed"
  )
}

@Test(arguments: [
  (
    "orders={ X: { type: stop, stop: -0.01 } }",
    "orders.X.stop was -0.01, at least 0 and below 1 is needed"
  ),
  (
    "orders={ X: { type: stop, stop: 1 - 2, unit: distance } }",
    "orders.X.stop was 1 - 2, at least 0 is needed"
  ),
  (
    "orders={ X: { type: limit, limit: 1 } }",
    "orders.X.limit was 1, at least 0 and below 1 is needed"
  ),
  (
    "orders={ X: { type: limit, limit: 0, unit: price } }",
    "orders.X.limit was 0, above 0 is needed"
  ),
  (
    "orders={ X: { type: stop_limit, stop: 0.1, limit: -1 } }",
    "orders.X.limit was -1, above -1 and below 1 is needed"
  ),
  (
    "exits={ X: { stop_loss: -0.02 } }",
    "exits.X.stop_loss was -0.02, above 0 and below 1 is needed"
  ),
  ("exits={ X: { take_profit: 0 } }", "exits.X.take_profit was 0, above 0 is needed"),
  (
    "exits={ X: { trailing_stop: 1 } }",
    "exits.X.trailing_stop was 1, above 0 and below 1 is needed"
  ),
  (
    "exits={ X: { trailing_stop: 0, unit: distance } }",
    "exits.X.trailing_stop was 0, above 0 is needed"
  ),
  ("exits={ X: { stop_loss: 2, unit: distance } }", "(no error)"),
  ("exits={ X: { take_profit: 2 } }", "(no error)"),
  (
    "exits={ X: { stop_loss: X.clos } }",
    "exits.X.stop_loss: 'clos' is not a field of X; did you mean 'close'?"
  ),
  (
    "exits={ X: { stop_loss: 'hedge_ratio(Y, X)' } }",
    "exits.X.stop_loss: 'hedge_ratio' needs a model, whose refits make it, and this spec has none"
  ),
])
func aLevelThatCanBeKnownIsCheckedBeforeTheRun(set: String, message: String) throws {
  let spec = try SpecFixture.read(SpecFixture.rule, set: [set])
  do {
    _ = try RunPrograms(spec)
    #expect(message == "(no error)")
  } catch {
    #expect(error.description == "--set \(set): \(message)")
  }
}
