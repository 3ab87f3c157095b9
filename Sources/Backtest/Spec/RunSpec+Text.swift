import Simulation

extension RunSpec {
  /// The spec as resolved: every default written out, keys in a fixed order, one form for each
  /// value. Equal specs give equal bytes, and reading it gives this spec again.
  ///
  /// Files stand as the user wrote them, relative to the folder that the spec was read with, so
  /// that the text is the same in every checkout; to read it from elsewhere, that folder is given
  /// again. What is not there and has no default is left out.
  public var resolvedText: String {
    var writer = SpecWriter()
    write(to: &writer)
    return writer.text
  }

  private func write(to writer: inout SpecWriter) {
    writer.line("name", name)
    writer.line("seed", Int(seed))
    if span != SpanSpec() {
      writer.section("span") { writer in
        if let from = span.from { writer.line("from", raw: SpecTime.text(from, as: .from)) }
        if let to = span.to { writer.line("to", raw: SpecTime.text(to, as: .to)) }
      }
    }
    switch clock {
    case .union: writer.line("clock", raw: "union")
    case .intersection: writer.line("clock", raw: "intersection")
    case .instrument(let index): writer.line("clock", source.instrumentNames[index])
    }
    source.write(to: &writer)
    if let learning {
      learning.write(to: &writer, allowLeaks: allowLeaks)
    } else if allowLeaks {
      writer.section("training") { $0.line("allow_leaks", true) }
    }
    writer.section("positions") { positions.write(to: &$0, names: source.instrumentNames) }
    if !orders.isEmpty {
      writer.section("orders") { writer in
        for order in orders {
          writer.section(source.instrumentNames[order.instrument]) { order.write(to: &$0) }
        }
      }
    }
    if !exits.isEmpty {
      writer.section("exits") { writer in
        for exit in exits {
          writer.section(source.instrumentNames[exit.instrument]) { exit.write(to: &$0) }
        }
      }
    }
    writer.section("execution") { execution.write(to: &$0, names: source.instrumentNames) }
    writer.section("logs") { writer in
      writer.line("losses", logs.losses)
      writer.line("fitted", logs.fitted)
    }
  }
}

extension SourceSpec {
  fileprivate func write(to writer: inout SpecWriter) {
    switch self {
    case .files(let files):
      writer.section("data") { writer in
        for file in files { writer.section(file.name) { file.write(to: &$0) } }
      }
    case .generate(let generate):
      writer.section("generate") { generate.write(to: &$0) }
    }
  }
}

extension FileInstrument {
  fileprivate func write(to writer: inout SpecWriter) {
    writer.line("kind", kind)
    writer.line("file", file.written)
    writer.line("format", format)
    writer.line("symbol", symbol)
    if let closeTimeMs { writer.line("close_time", SpecTime.text(timeOfDay: closeTimeMs)) }
    writer.write(prices, rescale, accept)
    writer.write(contract)
    if let currency { writer.line("currency", currency) }
    switch calendar {
    case .none: writer.line("calendar", raw: "none")
    case .always: writer.line("calendar", raw: "always")
    case .weekdays: writer.line("calendar", raw: "weekdays")
    case .file(let file): writer.line("calendar", file.written)
    }
    if let actions { writer.line("actions", actions.written) }
    writer.line("adjust", adjust)
    writer.line("fill_missing", fillMissing)
    guard let detail else { return }
    writer.section("detail") { writer in
      writer.line("file", detail.file.written)
      writer.line("format", detail.format)
      writer.line("symbol", detail.symbol)
    }
  }
}

extension GenerateSpec {
  fileprivate func write(to writer: inout SpecWriter) {
    switch kind {
    case .cointPath: writer.line("kind", raw: "coint_path")
    case .randomWalk: writer.line("kind", raw: "random_walk")
    case .ar1: writer.line("kind", raw: "ar1")
    }
    writer.line("bars", bars)
    writer.line("seed", Int(seed))
    writer.line("rng", stream)
    writer.line("start", start)
    switch kind {
    case .cointPath(let delta, let sigma):
      writer.line("delta", delta)
      writer.line("sigma", sigma)
    case .randomWalk(let series): writer.line("series", series)
    case .ar1(let phi): writer.line("phi", phi)
    }
    writer.write(prices, rescale, accept)
    writer.write(contract)
  }
}

extension SpecWriter {
  fileprivate mutating func write(_ prices: PriceRule, _ rescale: RescaleSpec?, _ accept: [String])
  {
    line("prices", prices)
    if let rescale {
      line("rescale", list: [SpecWriter.number(rescale.low), SpecWriter.number(rescale.high)])
    }
    if !accept.isEmpty { line("accept", list: accept) }
  }

  fileprivate mutating func write(_ contract: ContractSpec) {
    line("tick", contract.tick, or: "none")
    line("lot", contract.lot, or: "none")
    line("multiplier", contract.multiplier)
  }
}

extension LearningSpec {
  fileprivate func write(to writer: inout SpecWriter, allowLeaks: Bool) {
    writer.section("features") { writer in
      for feature in features { writer.line(feature.name, feature.expression.text) }
    }
    writer.section("target") { writer in
      writer.line("value", target.value.text)
      if target.isList {
        writer.line("horizons", list: target.horizons.map(String.init))
      } else {
        writer.line("horizon", target.horizons[0])
      }
    }
    writer.section("model") { forecaster.write(walk, to: &$0) }
    writer.section("training") { writer in
      switch forecaster {
      case .network(let network):
        network.writeTraining(walk, to: &writer)
        walk.writeScaling(to: &writer)
      case .ridge, .ar, .ecm: writer.line("weight_half_life", walk.weightHalfLife, or: "none")
      case .naive, .drift, .mean, .seasonalNaive: break
      }
      writer.line("allow_leaks", allowLeaks)
    }
    writer.section("walk_forward") { writer in
      walk.write(firstFraction: firstFraction, to: &writer)
      if let network {
        writer.line("start_from", walk.start)
        writer.line("max_updates", network.training.maxUpdates, or: "none")
      }
    }
  }
}

extension ExecutionSpec {
  fileprivate func write(to writer: inout SpecWriter, names: [String]) {
    let settings = settings
    writer.line("cash", settings.cash)
    if let currency {
      writer.line("currency", currency)
      if !rates.isEmpty {
        writer.section("rates") { writer in
          for rate in rates { writer.line(rate.currency, names[rate.instrument]) }
        }
      }
    }
    writer.line("account", settings.limits.account)
    writer.line("fill", settings.fill)
    writer.line("path", settings.path)
    writer.line("limit_touch", settings.limitTouch)
    writer.line("delay_bars", settings.delayBars)
    settings.fees.write(to: &writer)
    writer.line("slippage_bps", settings.slippageBps)
    writer.line("slippage_ticks", settings.slippageTicks)
    writer.line("impact", settings.impact)
    writer.line("participation", settings.participation, or: "none")
    writer.line("max_leverage", settings.limits.maxLeverage)
    writer.line("max_net", settings.limits.maxNet, or: "none")
    writer.line("max_position", settings.limits.maxPosition, or: "none")
    writer.line("max_drawdown", settings.maxDrawdown, or: "none")
    writer.line("initial_margin", settings.limits.initialMargin, or: "none")
    writer.line("maintenance_margin", settings.maintenanceMargin, or: "none")
    writer.line("borrow_bps_year", settings.borrowBpsYear)
    writer.line("risk_free", settings.riskFree)
    if let barsPerYear { writer.line("bars_per_year", barsPerYear) }
  }
}

extension FeeSchedule {
  fileprivate func write(to writer: inout SpecWriter) {
    writer.line("fee_bps", takerBps)
    writer.line("maker_fee_bps", makerBps ?? takerBps)
    writer.line("fee_per_unit", perUnit)
    writer.line("fee_per_order", perOrder)
    writer.line("fee_minimum", minimum)
    guard !tiers.isEmpty else { return }
    let list = tiers.map { tier in
      "{ volume: \(SpecWriter.number(tier.volume)), fee_bps: \(SpecWriter.number(tier.takerBps)), "
        + "maker_fee_bps: \(SpecWriter.number(tier.makerBps)) }"
    }
    writer.line("fee_tiers", list: list)
  }
}
