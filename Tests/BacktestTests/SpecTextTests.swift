import Testing

@testable import Backtest

@Test func aResolvedSpecIsWrittenInOneForm() throws {
  let spec = try SpecFixture.read(SpecFixture.model)
  #expect(
    spec.resolvedText == """
      name: pair
      seed: 7
      span:
        from: 2000-01-01
        to: 2018-12-31
      clock: union
      data:
        X:
          kind: asset
          file: x.csv
          format: pawl
          symbol: X
          close_time: "23:59:59.999"
          prices: positive
          tick: none
          lot: none
          multiplier: 1.0
          calendar: none
          adjust: none
          fill_missing: none
        Y:
          kind: asset
          file: sub/y.csv
          format: closes
          symbol: Y=F
          close_time: "21:00:00.000"
          prices: positive
          tick: none
          lot: none
          multiplier: 1.0
          calendar: none
          adjust: none
          fill_missing: none
      features:
        x: diff(X.close)
        spread: Y.close - X.close
      target:
        value: X.close - at_origin(X.close)
        horizon: 1
      model:
        forecaster: network
        cell: lstm
        hidden: [32]
        lookback: 15
        output: last
        gates: sigmoid
        dropout: 0.3
        input_dropout: 0.0
        recurrent_dropout: 0.0
        stateful: false
        dialect: torch
        ensemble: 1
      training:
        loss: mse
        optimizer: adam
        beta1: 0.9
        beta2: 0.999
        epsilon: 1e-08
        weight_decay: 0.0
        learning_rate: 0.001
        schedule:
          kind: constant
        epochs: 3
        batch: 1
        shuffle: false
        weight_half_life: none
        validation: 0.0
        on_divergence: stop
        scaler: zscore
        scaler_fit: train
        target_scaler: zscore
        allow_leaks: false
      walk_forward:
        train: expanding
        first: 20
        refit_every: 1
        start_from: warm
        max_updates: none
      positions:
        unit: units
        rebalance: every_bar
        on_null: hold
        rebalance_band: 0.0
        legs: legged
        X: 10 * sign(forecast)
        Y: -10 * sign(forecast)
      execution:
        cash: 100000.0
        account: margin
        fill: next_open
        path: worst
        limit_touch: false
        delay_bars: 0
        fee_bps: 1.0
        maker_fee_bps: 1.0
        fee_per_unit: 0.0
        fee_per_order: 0.0
        fee_minimum: 0.0
        slippage_bps: 0.0
        slippage_ticks: 0.0
        impact: 0.0
        participation: none
        max_leverage: 4.0
        max_net: none
        max_position: none
        max_drawdown: none
        initial_margin: none
        maintenance_margin: none
        borrow_bps_year: 0.0
        risk_free: 0.0
      logs:
        losses: false
        fitted: false

      """)
}

@Test func howASpecIsWrittenDoesNotChangeWhatItResolvesTo() throws {
  let other = """
    execution: {fee_bps: 10e-1, cash: +100000.}
    positions:
      Y: "-10 * sign(forecast)"
      unit: 'units'
      X: >-
        10 *
        sign(forecast)
    walk_forward: {first: 020}
    training: {epochs: 3, batch: 1, learning_rate: 1e-3}
    model: {lookback: 15, hidden: [ 32 ], cell: lstm, dropout: .3}
    target: {horizon: 1, value: X.close - at_origin(X.close)}
    features: {x: diff(X.close), spread: Y.close - X.close}
    data:
      X: {format: pawl, file: x.csv}
      Y: {format: closes, file: sub/y.csv, symbol: Y=F, close_time: 21:00}
    span: {from: 2000-01-01T00:00Z, to: 2018-12-31T23:59:59.999Z}
    seed: 7
    name: pair
    """
  #expect(
    try SpecFixture.read(other).resolvedText == SpecFixture.read(SpecFixture.model).resolvedText)
}

@Test func theFolderOfASpecIsNoPartOfItsText() throws {
  let here = try SpecFixture.read(SpecFixture.model, folder: "")
  let there = try SpecFixture.read(SpecFixture.model, folder: "/home/someone/strategies")
  #expect(here != there)
  #expect(here.resolvedText == there.resolvedText)
}

@Test func aRandomSpecReadsBackFromItsText() throws {
  for seed in 0..<400 {
    var random = SpecRandom(seed: seed)
    let spec = random.spec()
    let text = spec.resolvedText
    do {
      let root = try SpecYAML.read(Array(text.utf8), file: "a.yaml")
      let again = try RunSpec.decode(root, folder: "")
      let isEqual = again == spec
      #expect(isEqual, "seed \(seed):\n\(text)")
      #expect(again.resolvedText == text, "seed \(seed)")
    } catch {
      Issue.record("seed \(seed): \(error)\n\(text)")
    }
  }
}

@Test func aDamagedSpecIsReadOrRefusedNeverMore() {
  var readCount = 0
  var messages: Set<String> = []
  for seed in 0..<1500 {
    var random = SpecRandom(seed: seed)
    let bytes = random.damaged(random.chance(70) ? SpecFixture.model : SpecFixture.documented)
    do {
      let spec = try RunSpec(yaml: bytes, file: "a.yaml", folder: "")
      readCount += 1
      let again = try RunSpec(yaml: Array(spec.resolvedText.utf8), file: "a.yaml", folder: "")
      let isEqual = again == spec
      #expect(isEqual, "seed \(seed)")
    } catch {
      messages.insert(error.message)
      #expect(error.description.hasPrefix("a.yaml"), "seed \(seed): \(error)")
      #expect(!error.description.contains("\n"), "seed \(seed): \(error)")
    }
  }
  // The damage is neither harmless nor always the same.
  #expect(readCount > 50)
  #expect(messages.count > 100)
}
