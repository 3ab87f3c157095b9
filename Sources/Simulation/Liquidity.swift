import Bytes

/// The square-root law: an order of q units moves the price by Y · σ · √(q/V) of its size.
/// B. Tóth et al., "Anomalous price impact and the critical nature of liquidity in financial markets",
/// Physical Review X 1 (2011).
struct MarketImpact: Equatable {
  /// Y · σ, σ the standard deviation of returns.
  let scale: Double
  /// V, units.
  let volume: Double

  static let none = MarketImpact(scale: 0, volume: 1)
  static let unknown = MarketImpact(scale: .nan, volume: .nan)

  var isUnknown: Bool { scale.isNaN }

  /// The share of the price.
  func share(_ quantity: Double) -> Double {
    scale == 0 ? 0 : scale * (quantity / volume).squareRoot()
  }
}

/// What a market can take, by the last completed bars of each instrument: the share of usual volume that
/// one bar's fills may have together, and how far an order of some size moves the price.
///
/// It is fixed before a bar's open from earlier bars; a bar without volume of its own fills nothing after its
/// open. A missing volume counts as none.
@usableFromInline
struct Liquidity: Sendable {
  static let barsMax = 20

  /// Nil for no limit.
  let participation: Double?
  /// Y of the square-root law, 0 for none.
  let impact: Double
  /// Volumes of the last bars: `barsMax` slots for each instrument, used in turn.
  private var volumes: [Double]
  private var barCounts: [Int]
  /// Units that the current bar can still fill.
  private var capacities: [Double]
  /// Returns from close to close in the same slots, 0 of the first bar; empty without impact.
  private var returns: [Double] = []
  private var lastCloses: [Double] = []
  private var impacts: [MarketImpact] = []

  init(participation: Double?, impact: Double, instruments: Int) {
    self.participation = participation
    self.impact = impact
    volumes = Array(repeating: 0, count: instruments * Self.barsMax)
    barCounts = Array(repeating: 0, count: instruments)
    capacities = Array(
      repeating: participation == nil ? .infinity : 0, count: instruments)
    if impact > 0 {
      returns = volumes
      lastCloses = Array(repeating: .nan, count: instruments)
      impacts = Array(repeating: .unknown, count: instruments)
    }
  }

  func capacity(of instrument: Int) -> Double { capacities[instrument] }

  func impact(of instrument: Int) -> MarketImpact { impact > 0 ? impacts[instrument] : .none }

  @usableFromInline
  mutating func beginBar(of instrument: Int) {
    let count = min(barCounts[instrument], Self.barsMax)
    let mean = count > 0 ? sum(of: volumes, instrument, count) / Double(count) : 0
    if let participation { capacities[instrument] = participation * mean }
    if impact > 0 {
      // The first bar has no return.
      let changes = min(barCounts[instrument] - 1, Self.barsMax)
      impacts[instrument] =
        changes > 1 && mean > 0
        ? MarketImpact(scale: impact * deviation(instrument, changes), volume: mean) : .unknown
    }
  }

  mutating func take(_ quantity: Double, of instrument: Int) {
    guard participation != nil else { return }
    capacities[instrument] = max(0, capacities[instrument] - quantity)
  }

  /// Takes note of a bar: where its own volume is zero nothing fills within it or at its close.
  mutating func completeBar(of instrument: Int, volume: Double, close: Double) {
    let traded = volume > 0 ? volume : 0
    if traded == 0, participation != nil { capacities[instrument] = 0 }
    let slot = instrument * Self.barsMax + barCounts[instrument] % Self.barsMax
    volumes[slot] = traded
    if impact > 0 {
      let before = lastCloses[instrument]
      returns[slot] = before.isNaN || before == 0 ? 0 : (close - before) / abs(before)
      lastCloses[instrument] = close
    }
    barCounts[instrument] += 1
  }

  /// So many units take the place of one.
  mutating func split(_ instrument: Int, ratio: Double) {
    for age in 0..<Self.barsMax { volumes[instrument * Self.barsMax + age] *= ratio }
    if impact > 0 { lastCloses[instrument] /= ratio }
  }

  /// Of the last `count` bars, oldest first.
  private func sum(of values: [Double], _ instrument: Int, _ count: Int) -> Double {
    var sum = 0.0
    for age in stride(from: count, to: 0, by: -1) {
      sum += values[instrument * Self.barsMax + (barCounts[instrument] - age) % Self.barsMax]
    }
    return sum
  }

  /// Standard deviation, n − 1, of the last returns.
  private func deviation(_ instrument: Int, _ count: Int) -> Double {
    let mean = sum(of: returns, instrument, count) / Double(count)
    var squares = 0.0
    for age in stride(from: count, to: 0, by: -1) {
      let slot = instrument * Self.barsMax + (barCounts[instrument] - age) % Self.barsMax
      let step = returns[slot] - mean
      squares += step * step
    }
    return (squares / Double(count - 1)).squareRoot()
  }
}

extension Liquidity: Restorable {
  @usableFromInline
  func save(to writer: inout StateWriter) {
    writer.write(volumes)
    writer.write(barCounts)
    writer.write(capacities)
    writer.write(returns)
    writer.write(lastCloses)
    writer.write(impacts.flatMap { [$0.scale, $0.volume] })
  }

  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    volumes = try reader.readDoubles(count: volumes.count, "the volumes of a broker")
    let counts = try reader.readInts()
    guard counts.count == barCounts.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw StateError("the bar counts of a broker do not fit its instruments")
    }
    barCounts = counts
    capacities = try reader.readDoubles(count: capacities.count, "the capacities of a broker")
    returns = try reader.readDoubles(count: returns.count, "the returns of a broker")
    lastCloses = try reader.readDoubles(count: lastCloses.count, "the closes of a broker")
    let values = try reader.readDoubles(count: 2 * impacts.count, "the impacts of a broker")
    impacts = impacts.indices.map {
      MarketImpact(scale: values[2 * $0], volume: values[2 * $0 + 1])
    }
  }
}
