import Market
import Numerics

/// Proof by trial that no output up to t depends on data after t.
///
/// The run is made once on its own bars. Then, for some bars t, it is made again on bars that are
/// the same up to t and others after it, and every event up to t has to be the same to the bit:
///
/// - the bars end at t (the prefix law);
/// - every bar after t is another valid bar (the poison law);
/// - so is all of t but its open: then all up to the end of the open phase of t has to be the same;
/// - one instrument alone is poisoned, the others keep their bars.
public struct Audit {
  /// How the bars were changed.
  public enum Change: String, CaseIterable, Sendable {
    case ended = "the bars end there"
    case replacedAfter = "all bars after it are replaced"
    case replacedWithin = "high, low, close and volume of it and all bars after it are replaced"
    case oneReplaced = "the bars after it of one instrument are replaced"
  }

  /// An output that saw the future.
  public struct Finding: Equatable, Sendable, CustomStringConvertible {
    public var change: Change
    /// The bar after which, or within which, bars were changed.
    public var cut: Int
    /// The bar of the first output that differs.
    public var bar: Int
    /// What differs there.
    public var output: String

    public var description: String {
      "bar \(bar): the \(output) changes with bar \(cut): \(change.rawValue)"
    }
  }

  private let prepared: PreparedRun
  private let series: [BarSeries]
  private let seed: UInt32

  /// An audit of a run.
  ///
  /// The bars that take the place of the real ones are drawn from `seed`.
  ///
  /// - Throws: `RunFailure` where the bars cannot be read into memory.
  public init(_ prepared: PreparedRun, seed: UInt32 = 0) throws(RunFailure) {
    self.prepared = prepared
    self.seed = seed
    series = try prepared.series()
  }

  /// Audits at `cuts` bars, spread over the run.
  ///
  /// `progress` is called with the share of the work that is done, 0...1.
  ///
  /// - Returns: the first finding of each change at each cut; empty for a run that sees no future.
  /// - Throws: `RunFailure` where a run on changed bars fails.
  public func run(
    cuts: Int, progress: (Double) -> Void = { _ in }
  ) throws(RunFailure) -> [Finding] {
    precondition(cuts >= 1, "an audit has a cut")
    let (reference, times) = try trace(prepared, through: .max)
    let bars = times.count
    guard bars >= 2 else { return [] }
    var findings: [Finding] = []
    let changes = Change.allCases.filter { $0 != .oneReplaced || series.count > 1 }
    var done = 1.0
    // The last bar has nothing behind it, so cuts lie before it, each at a bar of its own.
    let cuts = min(cuts, bars - 1)
    let work = 1.0 + Double(cuts * changes.count) / 2
    progress(done / work)
    for index in 0..<cuts {
      let cut = (index + 1) * (bars - 1) / (cuts + 1)
      for change in changes {
        let changed = changed(change, after: times[cut], instrument: index % series.count)
        let trial = try trace(prepared.replacing(changed), through: cut).trace
        if let finding = compare(reference, trial, change, cut) { findings.append(finding) }
        done += Double(cut) / Double(bars)
        progress(min(1, done / work))
      }
    }
    return findings
  }

  private func compare(
    _ reference: EventTrace, _ trial: EventTrace, _ change: Change, _ cut: Int
  ) -> Finding? {
    let isWithin = change == .replacedWithin
    let expected = isWithin ? reference.throughOpen(of: cut) : reference.through(cut)
    let found = isWithin ? trial.throughOpen(of: cut) : trial.through(cut)
    for (expected, found) in zip(expected, found) where expected != found {
      return Finding(change: change, cut: cut, bar: expected.bar, output: expected.kind)
    }
    guard expected.count != found.count else { return nil }
    let first =
      expected.count > found.count
      ? expected[expected.startIndex + found.count] : found[found.startIndex + expected.count]
    return Finding(change: change, cut: cut, bar: first.bar, output: first.kind)
  }

  /// Runs through a bar and keeps what came out, and when each bar closed.
  private func trace(
    _ prepared: PreparedRun, through bar: Int
  ) throws(RunFailure) -> (trace: EventTrace, times: [Timestamp]) {
    var engine = try prepared.makeEngine()
    var trace = EventTrace()
    var times: [Timestamp] = []
    while engine.bar < bar, try engine.step({ trace.add($0) }) { times.append(engine.time) }
    return (trace, times)
  }

  private func changed(_ change: Change, after time: Timestamp, instrument: Int) -> [BarSeries] {
    series.enumerated().map { index, series in
      if change == .oneReplaced && index != instrument { return series }
      // Bars of one instrument close at the cut or before it, or after it.
      let kept = series.bars.firstIndex { $0.time > time } ?? series.bars.count
      var bars = Array(series.bars[..<kept])
      if change == .ended { return BarSeries(instrument: series.instrument, bars: bars) }
      var poison = Poison(
        PhiloxStream(seed: seed, purpose: .resampling, layer: UInt16(index)), series.instrument,
        lastClose: kept > 0 ? series.bars[kept - 1].close : 100)
      if change == .replacedWithin, kept > 0, series.bars[kept - 1].time == time {
        bars[kept - 1] = poison.next(series.bars[kept - 1], keepsOpen: true)
      }
      for bar in series.bars[kept...] { bars.append(poison.next(bar, keepsOpen: false)) }
      return BarSeries(instrument: series.instrument, bars: bars)
    }
  }
}

/// Valid bars that have nothing to do with those they replace, but for the times.
private struct Poison {
  private let stream: PhiloxStream
  private let allowsSignedPrices: Bool
  private var close: Double
  private var element = 0

  init(_ stream: PhiloxStream, _ instrument: Instrument, lastClose: Double) {
    self.stream = stream
    allowsSignedPrices = instrument.allowsSignedPrices
    close = lastClose
  }

  mutating func next(_ bar: Bar, keepsOpen: Bool) -> Bar {
    let open = keepsOpen ? bar.open : moved(close, by: 0.02)
    let end = moved(open, by: 0.2)
    let reach = 0.01 * max(abs(open), abs(end))
    // The low of a price above zero stays above zero: it is at least 0.99 of the smaller one.
    let low = allowsSignedPrices ? min(open, end) - reach : min(open, end) * 0.99
    close = end
    return Bar(
      time: bar.time, open: open, high: max(open, end) + reach, low: low, close: end,
      volume: bar.volume.isNaN ? .nan : 1 + 1e6 * stream.uniform(at: nextElement()))
  }

  /// A price some way off, pulled towards 100 so that long stretches stay within reason.
  private mutating func moved(_ price: Double, by share: Double) -> Double {
    let step = share * (2 * stream.uniform(at: nextElement()) - 1)
    if allowsSignedPrices { return price + 100 * step - 0.01 * price }
    return price * (1 + step) * (price > 1e4 ? 0.9 : price < 1 ? 1.1 : 1)
  }

  private mutating func nextElement() -> Int {
    element += 1
    return element
  }
}
