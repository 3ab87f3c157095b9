import Bytes
import Market
import Simulation

/// Finer bars of instruments, handed out bar by bar as the close of each is reached.
///
/// Its state is how far it has come, as a panel's: the bars are in the files.
struct DetailFeed {
  /// One an instrument; nil where it has no finer bars.
  private var lanes: [Lane?]

  fileprivate struct Lane {
    var stream: BarStream
    /// The next finer bar, not yet handed out; nil at the end.
    var pending: Bar?
    /// Those of the bar last asked for.
    var bars: [Bar] = []
    /// The close of that bar; Int64.min before the first.
    var last = Int64.min
    /// Bars that finer ones were missing for, or did not make up.
    var fallbacks = 0
  }

  init(_ streams: [BarStream?]) throws(BarError) {
    lanes = []
    for stream in streams {
      guard var stream else {
        lanes.append(nil)
        continue
      }
      let first = try stream.next()
      lanes.append(Lane(stream: stream, pending: first))
    }
  }

  /// The finer bars that closed after the instrument's previous bar and no later than this one; none
  /// for its first bar, which no order meets.
  mutating func bars(of instrument: Int, through bar: Bar) throws(RunFailure) -> ArraySlice<Bar> {
    guard lanes[instrument] != nil else { return [] }
    do throws(BarError) {
      try lanes[instrument]?.advance(through: bar)
    } catch {
      throw .bars(error)
    }
    return lanes[instrument]?.bars[...] ?? []
  }

  /// By instrument: bars so far that finer ones were missing for, or did not make up.
  var fallbacks: [Int] { lanes.map { $0?.fallbacks ?? 0 } }
}

extension DetailFeed.Lane {
  fileprivate mutating func advance(through bar: Bar) throws(BarError) {
    let isFirst = last == .min
    bars.removeAll(keepingCapacity: true)
    while let finer = pending, finer.time <= bar.time {
      if !isFirst { bars.append(finer) }
      pending = try stream.next()
    }
    last = bar.time.milliseconds
    if !isFirst, !bar.isMadeUp(of: bars[...]) { fallbacks += 1 }
  }

  fileprivate mutating func skip(to time: Int64) throws(BarError) {
    while let finer = pending, finer.time.milliseconds <= time { pending = try stream.next() }
    last = time
  }
}

extension DetailFeed: Restorable {
  func save(to writer: inout StateWriter) {
    for lane in lanes {
      guard let lane else { continue }
      writer.write(Int(lane.last))
      writer.write(lane.fallbacks)
    }
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in lanes.indices where lanes[index] != nil {
      let last = Int64(try reader.readInt())
      let fallbacks = try reader.readInt()
      do throws(BarError) {
        try lanes[index]?.skip(to: last)
      } catch {
        throw StateError(error.description)
      }
      lanes[index]?.fallbacks = fallbacks
    }
  }
}
