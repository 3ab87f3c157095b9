import Market

/// A run as its spec describes it, checked, with every default filled in.
///
/// Instruments are named by their index in the order of `instruments` everywhere below. Nothing
/// here depends on where the spec lies, except the `path` of its files.
public struct RunSpec: Equatable, Sendable {
  /// `[a-z0-9-]`, at most 64 letters.
  public var name: String
  public var seed: UInt32
  public var span: SpanSpec
  /// Which times are steps of the panel.
  public var clock: PanelClock
  public var source: SourceSpec
  /// Features, target, model, training and schedule; nil is a rule strategy.
  public var learning: LearningSpec?
  /// `training.allow_leaks`, which a rule strategy may say too.
  public var allowLeaks: Bool
  public var positions: PositionsSpec
  /// In the order of instruments; an instrument without one is traded by market orders.
  public var orders: [OrderSpec] = []
  /// In the order of instruments.
  public var exits: [ExitSpec] = []
  public var execution: ExecutionSpec
  public var logs = LogsSpec()

  /// The instruments, in the order that their indices count. Their zones are in the files of their
  /// calendars, and not looked up here.
  public var instruments: [Instrument] {
    switch source {
    case .files(let files):
      files.map { file in
        Instrument(
          file.name, file.prices, file.contract, rate: rateInstrument(of: file.currency))
      }
    case .generate(let generate):
      generate.instrumentNames.map { Instrument($0, generate.prices, generate.contract) }
    }
  }

  /// The instrument that converts a currency; nil where that is the account's.
  private func rateInstrument(of currency: String?) -> Int? {
    guard let currency, currency != execution.currency else { return nil }
    return execution.rates.first { $0.currency == currency }?.instrument
  }
}

extension Instrument {
  fileprivate init(
    _ name: String, _ prices: PriceRule, _ contract: ContractSpec, rate: Int? = nil
  ) {
    self.init(
      name: name, allowsSignedPrices: prices == .signed, tick: contract.tick, lot: contract.lot,
      multiplier: contract.multiplier, rate: rate)
  }
}

extension RunSpec {
  /// Whether some instrument has a file of splits and dividends.
  var hasActions: Bool {
    if case .files(let files) = source { return files.contains { $0.actions != nil } }
    return false
  }
}

/// The times that are read into a run; both ends are included, nil is open.
public struct SpanSpec: Equatable, Sendable {
  public var from: Timestamp?
  /// The last millisecond of the day where the spec gave a date.
  public var to: Timestamp?

  public func contains(_ time: Timestamp) -> Bool {
    if let from, time < from { return false }
    if let to, to < time { return false }
    return true
  }
}

/// The tables that a run writes only when asked.
public struct LogsSpec: Equatable, Sendable {
  /// One row an update of the training.
  public var losses = false
  /// Forecasts on the samples of the last refit.
  public var fitted = false
}
