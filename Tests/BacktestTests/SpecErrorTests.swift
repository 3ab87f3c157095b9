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
    = a.yaml:6:44: data.X.accept was stale-opens, one of stale-open, split-jump, high-low, negative-volume, adjusted-close, time-unit is needed; did you mean stale-open?

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
    + horizons: [1, 2]
    = a.yaml:13:13: target.horizons was [1, 2], this version has one horizon

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
    + cell: gru
    = a.yaml:15:9: model.cell was gru, this version has lstm

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
    + hidden: [32, 16]
    = a.yaml:16:11: model.hidden was [32, 16], this version has one layer

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

    - stateful: false
    + stateful: true
    = a.yaml:19:13: model.stateful was true, this version has false

    - stateful: false
    + stateful: no
    = a.yaml:19:13: model.stateful was no, true or false is needed

    - stateful: false
    + stateful: keras
    = a.yaml:19:13: model.stateful was keras, true or false is needed

    - dialect: torch
    + dialect: keras2
    = a.yaml:20:12: model.dialect was keras2, this version has torch and keras3

    - learning_rate: 0.001
    + learning_rate: 0
    = a.yaml:22:18: training.learning_rate was 0, above 0 is needed

    - learning_rate: 0.001
    + learning_rate: fast
    = a.yaml:22:18: training.learning_rate was fast, a number is needed

    - learning_rate: 0.001
    + optimizer: sgd\n  learning_rate: 0.1
    = a.yaml:22:14: training.optimizer was sgd, this version has adam

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

    - scaler: zscore
    + scaler: robust
    = a.yaml:26:11: training.scaler was robust, this version has none, minmax and zscore

    - scaler: zscore
    + loss: huber
    = a.yaml:26:9: training.loss was huber, this version has mse

    - scaler_range: [-1, 1]
    + scaler_range: [1]
    = a.yaml:27:17: training.scaler_range was [1], a list of two numbers, the lower first, is needed

    - scaler_range: [-1, 1]
    + scaler_range: [2, 1]
    = a.yaml:27:17: training.scaler_range was [2, 1], a list of two numbers, the lower first, is needed

    - scaler_fit: train
    + scaler_fit: all
    = a.yaml:28:15: training.scaler_fit was all, train, first or window is needed: all fits the scaler on the whole series: a leak; allow_leaks: true under training accepts it

    - scaler_fit: train
    + target_scaler: robust
    = a.yaml:28:18: training.target_scaler was robust, this version has none, minmax and zscore

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
    = a.yaml:33:16: walk_forward.refit_every was nevr, a whole number or never is needed

    - refit_every: 1
    + start_from: hot
    = a.yaml:33:15: walk_forward.start_from was hot, one of warm, warm-reset-moments, cold is needed

    - unit: units
    + unit: shares
    = a.yaml:35:9: positions.unit was shares, one of weight, units, notional is needed

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
    = a.yaml:2:1: << is not a key of a spec; its keys are name, seed, span, clock, data, generate, features, target, model, training, walk_forward, positions, execution

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
    """#
}

@Test(arguments: WrongSpec.all)
func aWrongSpecIsNamedByPlaceFoundAndNeeded(row: WrongSpec) {
  let text = SpecFixture.changing(SpecFixture.model, row.old, row.new)
  #expect(SpecFixture.message(text) == row.message)
}

@Test func theTableOfWrongSpecsIsReadWhole() {
  #expect(WrongSpec.all.count == 148)
  #expect(WrongSpec.all.allSatisfy { !$0.old.isEmpty && $0.message.hasPrefix("a.yaml:") })
}

@Test(arguments: [SpecFixture.model, SpecFixture.rule])
func theFixtureItselfIsRight(text: String) {
  #expect(SpecFixture.message(text) == "(no error)")
}
