@testable import Backtest

/// A spec that names most keys, one a line, so that a test can change one and know its line.
enum SpecFixture {
  static let model = """
    name: pair
    seed: 7
    span: { from: 2000-01-01, to: 2018-12-31 }
    clock: union
    data:
      X: { file: x.csv, format: pawl }
      Y: { file: sub/y.csv, format: closes, symbol: "Y=F", close_time: "21:00" }
    features:
      x: diff(X.close)
      spread: Y.close - X.close
    target:
      value: X.close - at_origin(X.close)
      horizon: 1
    model:
      cell: lstm
      hidden: [32]
      lookback: 15
      dropout: 0.3
      stateful: false
      dialect: torch
    training:
      learning_rate: 0.001
      epochs: 3
      batch: 1
      shuffle: false
      scaler: zscore
      scaler_range: [-1, 1]
      scaler_fit: train
      allow_leaks: false
    walk_forward:
      train: expanding
      first: 20
      refit_every: 1
    positions:
      unit: units
      X: 10 * sign(forecast)
      Y: -10 * sign(forecast)
    execution:
      cash: 100000
      fill: next_open
      fee_bps: 1
      participation: none

    """

  static let rule = """
    name: rule
    generate: { kind: random_walk, bars: 100 }
    positions: { X: 1 }
    execution: { cash: 1000 }

    """

  /// The sample that the documentation explains, every key with its comment.
  static let documented = #"""
    name: coint-lstm               # [a-z0-9-], at most 64
    seed: 7
    span: { from: 2000-01-01, to: 2018-12-31 }   # optional: bars outside are not read into the run
    clock: union                   # union, intersection, or an instrument: which times are steps of the panel

    data:                          # instruments: [A-Z][A-Za-z0-9_]*, at most 32 letters, at most 4096 of them
      X: { file: ../fixtures/synthetic/coint/X.csv, format: pawl }   # relative to the spec
      Y: { file: ../fixtures/synthetic/coint/Y.csv, format: pawl, symbol: "Y=F" }
      # further keys of an instrument: close_time: "21:00" (UTC, for files that hold dates only),
      # prices: signed (any finite number; traded in units only), rescale: [-1, 1] (all prices mapped by the
      # extremes of the closes of the whole series, outside `span` too: a leak, needs allow_leaks),
      # accept: [stale-open] (vetting rules and caveats waived by name)
    # or, instead of data:
    # generate: { kind: coint_path, bars: 61, start: 100, delta: 0.9, sigma: 0.1, rng: numpy-legacy, seed: 0 }
    # (prices, rescale and accept may stand there too, for all its instruments)

    features:                      # the model's inputs, in this order
      x: diff(X.close)
      spread: Y.close - X.close

    target:                        # evaluated at s + horizon; here alone, `h` is the horizon and at_origin(e) is e at s
      value: X.close - at_origin(X.close)
      horizon: 1                   # or horizons: [1, 2, 3], one output each (no 0 among several)

    model:
      cell: lstm                   # rnn, gru, lstm
      hidden: [32]                 # one number a layer
      lookback: 15
      dropout: 0.3                 # on each recurrent layer's output: between layers and before the head
      input_dropout: 0.0           # Keras's `dropout`: on a layer's inputs, one mask for all time steps
      recurrent_dropout: 0.0       # Keras's: on the recurrent state, one mask for all time steps
      stateful: false
      dialect: torch               # torch, keras3, keras2, keras1: docs/model.md
      init: weights.safetensors    # optional: weights to start from, relative to the spec

    training:
      loss: mse                    # mse, mae, huber, logcosh, quantile
      optimizer: adam              # sgd, rmsprop, adagrad, adam, adamw, nadam
      learning_rate: 0.001
      epochs: 3
      batch: 1                     # or all
      shuffle: false
      scaler: zscore               # none, minmax, zscore, robust
      scaler_range: [-1, 1]        # of minmax
      scaler_fit: train            # train, first, window; all = leaks, and is refused without:
      allow_leaks: false
      target_scaler: zscore

    walk_forward:
      train: expanding             # expanding; rolling (needs window: N); incremental (new samples, replay: N old ones)
      first: 20                    # matured samples needed before the first refit (a fraction below 1: of the span)
      refit_every: 1               # or never: one fit
      start_from: warm             # warm, warm-reset-moments, cold

    positions:
      unit: units                  # weight (of equity), units, notional
      rebalance: every_bar         # every_bar, on_change (only when the expression's value differs from that of the last order)
      X: 10 * sign(forecast)       # forecast is the first horizon's; forecast(3) that of horizon 3; both are series
      Y: -10 * sign(forecast)

    execution:
      cash: 100000
      fill: next_open              # next_open, next_close; this_close is stamped into the manifest as a caveat
      fee_bps: 1
      slippage_bps: 1
      max_leverage: 4              # gross exposure over equity, at the fill
    """#

  static func read(
    _ text: String, set: [String] = [], folder: String = "strategies"
  ) throws(SpecError) -> RunSpec {
    var overrides: [SpecOverride] = []
    for text in set { overrides.append(try SpecOverride(set: text)) }
    return try RunSpec(
      yaml: Array(text.utf8), file: "a.yaml", folder: folder, overrides: overrides)
  }

  /// The message of the error that reading gives, or what was read instead.
  static func message(_ text: String, set: [String] = []) -> String {
    do {
      _ = try read(text, set: set)
      return "(no error)"
    } catch {
      return error.description
    }
  }

  /// `text` with one occurrence of `old` replaced; a test that names another is wrong.
  static func changing(_ text: String, _ old: String, _ new: String) -> String {
    let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    precondition(parts.count == 2, "the fixture has \(old)")
    return parts[0] + new + parts[1]
  }
}
