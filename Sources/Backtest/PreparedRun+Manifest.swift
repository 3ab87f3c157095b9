import Bytes
import Journal
import Market
import Simulation

extension PreparedRun {
  /// The manifest of a run that begins.
  func manifest(environment: [String: JSONValue]) -> Manifest {
    var manifest = Manifest(
      status: .running, name: spec.name, seed: Int(spec.seed),
      specSHA256: SHA256.hex(of: Array(spec.resolvedText.utf8)))
    manifest.inputs = zip(spec.instruments, supplies).map { instrument, supply in
      InputRecord(
        instrument: instrument.name, file: supply.source, rows: supply.rows, sha256: supply.sha256)
    }
    manifest.inputs += supplies.flatMap(\.furtherInputs)
    if let initialWeights, let file = spec.learning?.network?.initialWeights {
      manifest.inputs.append(
        InputRecord(
          instrument: file.keyPath, file: file.written, rows: 0,
          sha256: SHA256.hex(of: initialWeights)))
    }
    if let truthInput { manifest.inputs.append(truthInput) }
    manifest.leaks = statements.leaks.map(\.description)
    manifest.caveats = statements.caveats.map(\.description)
    manifest.omitted = statements.omitted
    manifest.environment = environment
    manifest.environment["isa"] = .string(variant.rawValue)
    return manifest
  }

  /// What went other than its user may think, known after the last bar.
  func warnings(after engine: Engine, _ metrics: RunMetrics) -> [String] {
    var warnings: [String] = []
    if metrics.forecastCount == 0 { warnings += noForecast(engine) }
    if let crossed = engine.learner?.walk.crossedCount, crossed > 0 {
      warnings.append(
        "\(crossed) forecasts had quantiles out of order, which were sorted")
    }
    warnings += endsOfPositions(engine.broker)
    for (instrument, dropped) in zip(spec.instruments, engine.panel.dropped) where dropped > 0 {
      warnings.append(
        "\(dropped) bars of \(instrument.name) closed between the steps of the clock and were left "
          + "out")
    }
    for (index, supply) in supplies.enumerated() {
      warnings += supply.warnings(name: spec.instruments[index].name)
      if let fallbacks = engine.detail?.fallbacks[index], fallbacks > 0 {
        warnings.append(
          "\(fallbacks) \(fallbacks == 1 ? "bar" : "bars") of \(spec.instruments[index].name) "
            + "\(fallbacks == 1 ? "was" : "were") not made up of finer ones, and went the worst way"
        )
      }
    }
    return warnings
  }

  /// Positions that were closed whatever the strategy wanted.
  private func endsOfPositions(_ broker: Broker) -> [String] {
    var warnings: [String] = []
    if broker.marginCallCount > 0 {
      let times = broker.marginCallCount == 1 ? "once" : "\(broker.marginCallCount) times"
      warnings.append(
        "margin was short \(times): all positions were closed at the next open, at twice the slippage"
      )
    }
    if broker.stoppedAtBar >= 0 {
      warnings.append(
        "the drawdown stop ended all trading at bar \(broker.stoppedAtBar): equity lay "
          + "\(SpecWriter.number(spec.execution.settings.maxDrawdown ?? 0)) below its peak or further"
      )
    }
    return warnings
  }

  /// Why a run with a model made no forecast: too few bars, or too many gaps.
  private func noForecast(_ engine: Engine) -> [String] {
    guard let timeline, let learner = engine.learner, let learning = spec.learning else {
      return []
    }
    let bars = engine.bar + 1
    if bars < timeline.barsNeeded {
      return [
        "no forecast was made: at least \(timeline.barsNeeded) bars are needed for the first, "
          + "\(bars) were there"
      ]
    }
    var text =
      "no forecast was made: \(learner.walk.ledger.mature.count) samples matured in \(bars) bars, "
      + "\(learning.walk.first) are needed"
    if let most = learner.nullCounts.max(), most > 0,
      let index = learner.nullCounts.firstIndex(of: most)
    {
      text += "; the feature \(learning.features[index].name) was null at \(most) bars"
    }
    return [text]
  }

  func describe(_ orders: [WorkingOrder]) -> [JSONValue] {
    orders.map { working in
      var entry: [String: JSONValue] = [
        "order_id": .int(working.order.id),
        "instrument": .string(spec.instruments[working.order.instrument].name),
        "side": .string(working.order.side.name), "type": .string(working.order.type.name),
        "quantity": .number(working.remaining), "decided_at_bar": .int(working.order.decidedAtBar),
        "time_in_force": .string(working.order.timeInForce.name),
      ]
      if let limit = working.order.limitPrice { entry["limit_price"] = .number(limit) }
      if let stop = working.order.stopPrice { entry["stop_price"] = .number(stop) }
      return .object(entry)
    }
  }
}

extension BarSupply {
  /// What vetting saw and let pass.
  fileprivate func warnings(name: String) -> [String] {
    guard case .file(let vetted) = origin else { return [] }
    var warnings: [String] = []
    if vetted.skippedRows > 0 {
      warnings.append("\(vetted.skippedRows) rows of \(name) held a time and no prices")
    }
    for jump in vetted.splitJumps {
      warnings.append(
        "\(name) jumped at \(jump.time.iso8601) as by a split of \(jump.ratio), taken as a true move"
      )
    }
    for split in vetted.splitsWithoutJump {
      warnings.append(
        "\(name) did not jump at \(split.time.iso8601), where a split of ratio "
          + "\(logText(split.ratio)) is given")
    }
    let sessions = vetted.sessions
    if sessions.missing > 0 {
      let days = sessions.firstMissing.map { CivilDate(day: $0).iso8601 }.joined(separator: ", ")
      warnings.append(
        "\(sessions.missing) sessions of its calendar had no bar of \(name): \(days)"
          + (sessions.missing > sessions.firstMissing.count ? ", …" : ""))
    }
    if sessions.strayBars > 0 {
      warnings.append(
        "\(sessions.strayBars) bars of \(name) lay on days without a session, taken as they are")
    }
    return warnings
  }
}
