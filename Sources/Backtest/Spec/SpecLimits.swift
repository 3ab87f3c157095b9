/// The largest values that a spec may hold. They are far above any use; beyond them a run would
/// fail in memory or in arithmetic, where no place in the spec could be named.
enum SpecLimits {
  /// Of a network with all that its training needs.
  static let networkBytes = 8 << 30
  /// Bars of all generated series together.
  static let generatedBars = 50_000_000
  static let instruments = 4096
  static let features = 4096
  static let horizon = 1_000_000
  static let lookback = 100_000
  static let layers = 64
  static let unitsOfALayer = 8192
  /// Networks that forecast together.
  static let ensemble = 1024
  static let quantiles = 99
  /// Epochs, samples and bars.
  static let count = 1_000_000_000
  /// Returns of an instrument that its size is made of.
  static let returns = 100_000
  /// The same of all instruments together.
  static let allReturns = 10_000_000
  static let nameLetters = 64
  static let instrumentLetters = 32
}
