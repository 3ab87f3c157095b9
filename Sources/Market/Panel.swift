import Bytes

/// Which times are steps of a panel.
public enum PanelClock: Equatable, Sendable {
  /// Every time at which any instrument has a bar.
  case union
  /// The times at which all instruments have one.
  case intersection
  /// The times of one instrument, by its index.
  case instrument(Int)
}

/// Instruments on one clock: a cursor that goes forward, and has no way to look ahead.
///
///     var panel = Panel(streams, clock: .union, span: span)
///     while try panel.advance() {
///       if panel.present[0] { use(panel.bars[0]) }
///     }
///
/// An instrument without a bar at a step simply has none there; nothing is carried forward. A bar
/// that closes at no step (under `intersection` or `instrument`) is no part of the run: it can be
/// neither seen nor traded, as if the file did not have it, and is counted in `dropped`. Bars
/// outside the span are not read into the run at all, and are not counted.
public struct Panel {
  /// Index of the step, from 0; -1 before the first.
  public private(set) var step = -1
  /// When the step's bars closed. Means nothing before the first step.
  public private(set) var time = Timestamp(milliseconds: 0)
  /// By instrument: the bar that closed at `time`; stale where `present` is false.
  public private(set) var bars: [Bar]
  /// By instrument: whether it has a bar at this step.
  public private(set) var present: [Bool]
  /// By instrument: its last bar as expressions see it, adjusted by what was known before its open;
  /// empty where no instrument has splits or dividends.
  public private(set) var adjustedBars: [Bar] = []
  /// By instrument: how many bars so far closed between the steps of the clock.
  public private(set) var dropped: [Int]
  public let clock: PanelClock
  public let span: TimeSpan
  /// How many steps come at most, where the streams know their length. Exact for one instrument
  /// and for the clock of one; for `union` it is the sum.
  public let stepCountUpperBound: Int?

  /// Whether any instrument has splits or dividends.
  // Stored, as the spine asks at every step, and a call from another module would copy the panel.
  public let hasActions: Bool

  // One an instrument.
  private var lanes: [Lane]
  // One an instrument, or none at all.
  private var adjustments: [FieldAdjustment]
  private let fills: [Bool]
  private let last: Int64

  /// Reads the first bars; the panel stands before its first step.
  ///
  /// - Parameters:
  ///   - streams: one an instrument, in the order of the spec, none begun.
  ///   - clock: which times are steps.
  ///   - span: bars outside are passed over.
  ///   - plans: splits and dividends of each instrument; empty where there are none.
  ///   - fillsMissing: of each instrument, whether a reader may take its last bar where it has none;
  ///     empty where of none.
  /// - Throws: `BarError` where the first bars of a file cannot be read.
  /// - Precondition: there is a stream, and the clock's index is that of one.
  public init(
    _ streams: [BarStream], clock: PanelClock = .union, span: TimeSpan = TimeSpan(),
    plans: [ActionPlan] = [], fillsMissing: [Bool] = []
  ) throws(BarError) {
    precondition(!streams.isEmpty, "a panel has an instrument")
    precondition(plans.isEmpty || plans.count == streams.count, "a plan is that of an instrument")
    precondition(
      fillsMissing.isEmpty || fillsMissing.count == streams.count, "a rule is that of an instrument"
    )
    fills = fillsMissing.contains(true) ? fillsMissing : []
    if case .instrument(let index) = clock {
      precondition(streams.indices.contains(index), "the clock is one of the instruments")
    }
    let empty = Bar(time: time, open: .nan, high: .nan, low: .nan, close: .nan)
    lanes = streams.map { Lane(stream: $0) }
    self.clock = clock
    self.span = span
    bars = Array(repeating: empty, count: streams.count)
    present = Array(repeating: false, count: streams.count)
    dropped = Array(repeating: 0, count: streams.count)
    adjustments = plans.contains { !$0.actions.isEmpty } ? plans.map { FieldAdjustment($0) } : []
    hasActions = !adjustments.isEmpty
    if hasActions { adjustedBars = bars }
    // A bar at the very last millisecond would look like the end; no calendar reaches it.
    last = min(span.to?.milliseconds ?? .max, .max - 1)
    stepCountUpperBound = Panel.stepBound(streams.map(\.countUpperBound), clock)
    let from = span.from?.milliseconds ?? .min
    for index in lanes.indices {
      try lanes[index].look(through: last)
      while lanes[index].time < from { try lanes[index].pass(through: last) }
    }
  }

  public var instrumentCount: Int { lanes.count }

  /// Goes to the next step.
  ///
  /// - Returns: false at the end; then nothing has changed.
  /// - Throws: `BarError` where a file's next row is no bar.
  public mutating func advance() throws(BarError) -> Bool {
    let next = lanes.count == 1 ? lanes[0].time : try nextTime()
    guard next != .max else { return false }
    step += 1
    time = Timestamp(milliseconds: next)
    try Self.take(&bars, &present, from: &lanes, closingAt: next, last: last)
    if hasActions {
      for index in bars.indices where present[index] {
        adjustedBars[index] = try adjustments[index].take(bars[index])
      }
    }
    return true
  }

  /// Takes the bars of a step; an array is taken hold of once, not once an instrument.
  @inline(__always)
  private static func take(
    _ bars: inout [Bar], _ present: inout [Bool], from lanes: inout [Lane], closingAt time: Int64,
    last: Int64
  ) throws(BarError) {
    if lanes.count == 1 {
      if !present[0] { set(&present, 0, true) }
      bars[0] = lanes[0].stream.coming
      return try lanes[0].pass(through: last)
    }
    var lanes = lanes.mutableSpan
    var bars = bars.mutableSpan
    for index in lanes.indices {
      let isPresent = lanes[index].time == time
      if present[index] != isPresent { set(&present, index, isPresent) }
      if isPresent {
        bars[index] = lanes[index].stream.coming
        try lanes[index].pass(through: last)
      }
    }
  }

  // Kept apart, so that a step at which the same instruments have bars as before does not touch it.
  @inline(never)
  private static func set(_ present: inout [Bool], _ index: Int, _ isPresent: Bool) {
    present[index] = isPresent
  }

  /// Whether a reader may take the last bar of some instrument where it has none.
  public var fillsMissing: Bool { !fills.isEmpty }

  /// Whether a reader may take the last bar of an instrument where it has none; before its first bar all
  /// prices are NaN.
  public func fillsMissing(_ instrument: Int) -> Bool { !fills.isEmpty && fills[instrument] }

  /// The actions that take effect before the open of an instrument's bar at this step, in their order.
  public func dueActions(of instrument: Int) -> ArraySlice<CorporateAction> {
    guard !adjustments.isEmpty, present[instrument] else { return [] }
    return adjustments[instrument].plan.actions[adjustments[instrument].due]
  }

  /// What the prices of an instrument are multiplied by before expressions read them: F of its last bar.
  /// A price that an expression gives is divided by it to be one that orders understand.
  public func factor(of instrument: Int) -> Double {
    adjustments.isEmpty ? 1 : adjustments[instrument].factor
  }

  /// The time of the next step, Int64.max at the end; what lies before it on no step is dropped.
  private mutating func nextTime() throws(BarError) -> Int64 {
    switch clock {
    case .union: return lanes.reduce(.max) { min($0, $1.time) }
    case .intersection: return try nextCommonTime()
    case .instrument(let index):
      let next = lanes[index].time
      if next != .max {
        for other in lanes.indices { try drop(other, before: next) }
      }
      return next
    }
  }

  /// Goes forward to a step, as `resume` does.
  ///
  /// - Returns: false where the panel ends before it.
  /// - Precondition: `step` is not behind this one.
  public mutating func skip(toStep step: Int) throws(BarError) -> Bool {
    precondition(step >= self.step, "a panel goes forward only")
    while self.step < step {
      guard try advance() else { return false }
    }
    return true
  }

  /// Goes through all steps that are left.
  ///
  /// - Returns: the number of steps of the whole panel.
  public mutating func advanceToEnd() throws(BarError) -> Int {
    while try advance() {}
    return step + 1
  }

  /// The first time at which all have a bar; what lies before it is dropped.
  private mutating func nextCommonTime() throws(BarError) -> Int64 {
    while true {
      let latest = lanes.reduce(.min) { max($0, $1.time) }
      guard latest != .max else { return latest }
      for index in lanes.indices { try drop(index, before: latest) }
      if lanes.allSatisfy({ $0.time == latest }) { return latest }
    }
  }

  private mutating func drop(_ index: Int, before time: Int64) throws(BarError) {
    while lanes[index].time < time {
      dropped[index] += 1
      try lanes[index].pass(through: last)
    }
  }

  private static func stepBound(_ counts: [Int?], _ clock: PanelClock) -> Int? {
    switch clock {
    case .instrument(let index): counts[index]
    case .intersection: counts.compactMap { $0 }.min()
    case .union:
      counts.reduce(Int?.some(0)) { sum, count in
        guard let sum, let count else { return nil }
        return sum + count
      }
    }
  }
}

/// A stream, whose coming bar is held apart so that no reader of a panel's bars sees it.
private struct Lane {
  var stream: BarStream
  /// Of the bar that comes next; Int64.max at the end of the stream.
  var time = Int64.max

  init(stream: BarStream) { self.stream = stream }

  /// Sees whether there is a bar that closes at `last` or before.
  @inline(__always)
  mutating func look(through last: Int64) throws(BarError) {
    let next = try stream.timeOfComing()
    time = next <= last ? next : .max
  }

  /// Goes past the coming bar.
  @inline(__always)
  mutating func pass(through last: Int64) throws(BarError) {
    stream.pass()
    try look(through: last)
  }
}

extension Panel: Restorable {
  /// The state of a panel is how far it has come; the bars are in the files.
  public func save(to writer: inout StateWriter) {
    writer.write(step)
    writer.write(Int(time.milliseconds))
  }

  /// - Throws: `StateError` where the bars end before the saved step, have another time there, or
  ///   cannot be read: the files are not those of the run that was saved. Also where this panel has
  ///   gone past the saved step already.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let savedStep = try reader.readInt()
    let savedTime = Timestamp(milliseconds: Int64(try reader.readInt()))
    guard savedStep >= step else {
      throw StateError("the step of a panel was \(savedStep), at least \(step) is needed")
    }
    do throws(BarError) {
      guard try skip(toStep: savedStep) else {
        throw BarError(
          "the bars ended after \(step + 1) steps, \(savedStep + 1) are needed", file: "")
      }
    } catch {
      throw StateError(error.description)
    }
    guard step < 0 || time == savedTime else {
      throw StateError(
        "step \(step) of the bars was at \(time.milliseconds) ms, "
          + "\(savedTime.milliseconds) ms is needed")
    }
  }
}
