import Bytes

/// The share of usual volume that one bar's fills of an instrument may take together.
///
/// What a bar can fill is fixed before its open from the volumes of earlier bars, so it is the same
/// at its open and at its close. A missing volume counts as none.
struct Liquidity {
  static let barsMax = 20

  let participation: Double
  /// Volumes of the last bars: `barsMax` slots for each instrument, used in turn.
  private var volumes: [Double]
  private var barCounts: [Int]
  /// Units that the current bar can still fill.
  private var capacities: [Double]

  init(participation: Double, instruments: Int) {
    self.participation = participation
    volumes = Array(repeating: 0, count: instruments * Self.barsMax)
    barCounts = Array(repeating: 0, count: instruments)
    capacities = Array(repeating: 0, count: instruments)
  }

  func capacity(of instrument: Int) -> Double { capacities[instrument] }

  mutating func beginBar(of instrument: Int) {
    let seen = barCounts[instrument]
    let count = min(seen, Self.barsMax)
    guard count > 0 else {
      capacities[instrument] = 0
      return
    }
    var sum = 0.0
    for age in stride(from: count, to: 0, by: -1) {
      sum += volumes[instrument * Self.barsMax + (seen - age) % Self.barsMax]
    }
    capacities[instrument] = participation * (sum / Double(count))
  }

  mutating func take(_ quantity: Double, of instrument: Int) {
    capacities[instrument] = max(0, capacities[instrument] - quantity)
  }

  /// Takes note of a bar's own volume: where it is zero nothing fills at its close.
  mutating func completeBar(of instrument: Int, volume: Double) {
    let traded = volume > 0 ? volume : 0
    if traded == 0 { capacities[instrument] = 0 }
    volumes[instrument * Self.barsMax + barCounts[instrument] % Self.barsMax] = traded
    barCounts[instrument] += 1
  }
}

extension Liquidity: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(volumes)
    writer.write(barCounts)
    writer.write(capacities)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    volumes = try reader.readDoubles(count: volumes.count, "the volumes of a broker")
    let counts = try reader.readInts()
    guard counts.count == barCounts.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw StateError("the bar counts of a broker do not fit its instruments")
    }
    barCounts = counts
    capacities = try reader.readDoubles(count: capacities.count, "the capacities of a broker")
  }
}
