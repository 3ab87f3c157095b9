/// A line through which all prices of an instrument are mapped: [`least`, `greatest`] of the
/// closes to [`low`, `high`].
///
/// The extremes are those of the whole series, so the map knows the future: a leak by design, for
/// rebuilding published results that did the same.
public struct PriceMap: Equatable, Sendable {
  public let least: Double
  public let greatest: Double
  public let low: Double
  public let high: Double

  /// - Precondition: `least < greatest`, `low < high`, all finite.
  public init(least: Double, greatest: Double, low: Double, high: Double) {
    precondition(least < greatest, "the closes that a price map starts from differ")
    precondition(low < high, "a price map keeps the order of prices")
    precondition(
      least.isFinite && greatest.isFinite && low.isFinite && high.isFinite,
      "the ends of a price map are finite")
    self.least = least
    self.greatest = greatest
    self.low = low
    self.high = high
  }

  /// `low + (price − least)·(high − low)/(greatest − least)`, from left to right.
  @inlinable
  public func callAsFunction(_ price: Double) -> Double {
    low + (price - least) * (high - low) / (greatest - least)
  }

  /// The bar with its four prices mapped; volume stays.
  @inlinable
  public func callAsFunction(_ bar: Bar) -> Bar {
    Bar(
      time: bar.time, open: self(bar.open), high: self(bar.high), low: self(bar.low),
      close: self(bar.close), volume: bar.volume)
  }
}
