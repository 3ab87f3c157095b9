import Market

/// Where the bars of a run come from.
public enum SourceSpec: Equatable, Sendable {
  case files([FileInstrument])
  case generate(GenerateSpec)
}

/// A file that a spec names.
///
/// `written` is what a resolved spec repeats, so that equal runs of different checkouts have equal
/// specs; `path` is where to open it. Two are equal if both are, wherever the spec names them.
public struct FileReference: Equatable, Sendable {
  /// As the spec has it: relative to the spec's folder, or absolute.
  public var written: String
  /// `written` joined to the spec's folder.
  public var path: String
  /// Where in the spec.
  public var place: SpecPlace
  /// `data.X.file`.
  public var keyPath: String

  public static func == (left: FileReference, right: FileReference) -> Bool {
    left.written == right.written && left.path == right.path
  }
}

/// Which prices an instrument may have.
public enum PriceRule: String, CaseIterable, Sendable {
  /// Above zero.
  case positive
  /// Any finite number; traded in units only.
  case signed
}

/// The range that all prices of an instrument are mapped to, by the extremes of the closes of its
/// whole series: a leak.
public struct RescaleSpec: Equatable, Sendable {
  public var low: Double
  /// Above `low`.
  public var high: Double
}

/// The steps in which an instrument is traded, and what a unit of it is worth.
public struct ContractSpec: Equatable, Sendable {
  /// The step of prices, above 0; nil where they are not rounded.
  public var tick: Double?
  /// The step of quantities, above 0; nil where they are not rounded.
  public var lot: Double?
  /// Money that a unit gains as its price rises by 1, above 0.
  public var multiplier = 1.0
}

/// When an instrument's market is open.
public enum CalendarSpec: Equatable, Sendable {
  /// Nothing is known of it.
  case none
  /// Every day.
  case always
  /// Monday to Friday.
  case weekdays
  /// The sessions of an exchange.
  case file(FileReference)
}

/// A file of finer bars of an instrument.
public struct DetailSpec: Equatable, Sendable {
  public var file: FileReference
  public var format: FileInstrument.Format
  /// By default that of the instrument.
  public var symbol: String
}

/// An instrument whose bars are read from a file.
public struct FileInstrument: Equatable, Sendable {
  public enum Format: String, CaseIterable, Sendable {
    case pawl
    case yahoo
    case closes
  }

  /// What the prices are of.
  public enum Kind: String, CaseIterable, Sendable {
    case asset
    /// A number that nobody can buy, and that pays no dividends: a stated caveat where it is traded.
    case index
  }

  /// `[A-Z][A-Za-z0-9_]*`, at most 32 letters.
  public var name: String
  public var kind: Kind = .asset
  public var file: FileReference
  public var format: Format
  /// The name that the source has for it (for `closes`, its column); by default `name`.
  public var symbol: String
  /// Milliseconds after midnight UTC at which a bar closes whose file holds only its date,
  /// 0..<86 400 000; nil is the close of the calendar's session.
  public var closeTimeMs: Int64?
  public var prices: PriceRule
  public var rescale: RescaleSpec?
  /// Vetting rules and caveats that are waived, in the order of the spec.
  public var accept: [String]
  public var contract = ContractSpec()
  /// The currency of its prices; nil is the account's.
  public var currency: String?
  public var calendar = CalendarSpec.none
  /// Splits and dividends; not beside prices that are signed or rescaled.
  public var actions: FileReference?
  /// `none` without `actions`.
  public var adjust = Adjustment.none
  public var fillMissing = FillMissing.none
  /// Finer bars, read by `path: detail` alone.
  public var detail: DetailSpec?

  /// What features see of an instrument at a step at which it has no bar.
  public enum FillMissing: String, CaseIterable, Sendable {
    /// Null.
    case none
    /// The fields of its last bar.
    case last
  }

  /// 23:59:59.999.
  public static let defaultCloseTimeMs: Int64 = 86_399_999
}

/// Instruments whose bars are made by a seeded generator with known truth.
public struct GenerateSpec: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// A cointegrated pair X, Y.
    case cointPath(delta: Double, sigma: Double)
    /// Independent walks.
    case randomWalk(series: Int)
    /// One price that returns to where it started.
    case ar1(phi: Double)
  }

  public enum Stream: String, CaseIterable, Sendable {
    case philox
    case numpyLegacy = "numpy-legacy"
    case numpyPCG64 = "numpy-pcg64"
  }

  public var kind: Kind
  /// Rows, the start row first; at least 1.
  public var bars: Int
  public var seed: UInt32
  public var stream: Stream
  /// The first price of every series.
  public var start: Double
  public var prices: PriceRule
  public var rescale: RescaleSpec?
  public var accept: [String]
  /// Of each of its instruments.
  public var contract = ContractSpec()

  /// X and Y; of more than two walks X1, X2, …; of one walk X.
  public var instrumentNames: [String] {
    switch kind {
    case .ar1: ["X"]
    case .cointPath: ["X", "Y"]
    case .randomWalk(let series):
      switch series {
      case 1: ["X"]
      case 2: ["X", "Y"]
      default: (1...series).map { "X\($0)" }
      }
    }
  }
}
