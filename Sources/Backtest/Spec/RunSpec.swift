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

  /// The instruments, in the order that their indices count.
  public var instruments: [Instrument] {
    switch source {
    case .files(let files):
      files.map { Instrument(name: $0.name, allowsSignedPrices: $0.prices == .signed) }
    case .generate(let generate):
      generate.instrumentNames.map {
        Instrument(name: $0, allowsSignedPrices: generate.prices == .signed)
      }
    }
  }
}

extension RunSpec {
  /// Whether some instrument has a file of splits and dividends.
  var hasActions: Bool { false }
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
