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
///
/// Splits and dividends after t, and the finer bars of what is changed, are changed with it.
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
  private let markets: [AuditMarket]
  private let seed: UInt32

  /// An audit of a run.
  ///
  /// The bars that take the place of the real ones are drawn from `seed`.
  ///
  /// - Throws: `RunFailure` where the bars cannot be read into memory.
  public init(_ prepared: PreparedRun, seed: UInt32 = 0) throws(RunFailure) {
    self.prepared = prepared
    self.seed = seed
    let (series, details) = (try prepared.series(), try prepared.details())
    markets = series.indices.map {
      AuditMarket(series: series[$0], actions: prepared.actions[$0], detail: details[$0])
    }
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
    let changes = Change.allCases.filter { $0 != .oneReplaced || markets.count > 1 }
    var done = 1.0
    // The last bar has nothing behind it, so cuts lie before it, each at a bar of its own.
    let cuts = min(cuts, bars - 1)
    let work = 1.0 + Double(cuts * changes.count) / 2
    progress(done / work)
    for index in 0..<cuts {
      let cut = (index + 1) * (bars - 1) / (cuts + 1)
      for change in changes {
        let changed = changed(change, after: times[cut], instrument: index % markets.count)
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

  private func changed(
    _ change: Change, after time: Timestamp, instrument: Int
  ) -> [AuditMarket] {
    markets.enumerated().map { index, market in
      if change == .oneReplaced && index != instrument { return market }
      return market.changed(
        change, after: time, PhiloxStream(seed: seed, purpose: .resampling, layer: UInt16(index)))
    }
  }
}
