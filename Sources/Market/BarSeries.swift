/// The bars of one instrument, held in memory, in order of time.
public struct BarSeries: Equatable, Sendable {
  public let instrument: Instrument
  public let bars: [Bar]

  /// - Precondition: each bar closes later than the one before it.
  public init(instrument: Instrument, bars: [Bar]) {
    for index in bars.indices.dropFirst() {
      precondition(bars[index - 1].time < bars[index].time, "the bars of a series rise in time")
    }
    self.instrument = instrument
    self.bars = bars
  }
}
