import Recurrent
import Testing

@testable import WalkForward

/// Walks of networks that carry their state.
struct StatefulWalkTests {
  static let lookback = 3

  static func network(state: StateMode = .stateful) -> Network {
    Network(
      NetworkConfiguration(cell: .gru, features: 1, hidden: [3], lookback: lookback, state: state),
      training: TrainingConfiguration(learningRate: 0.02, epochs: 2, batch: .size(1), seed: 6))
  }

  static func walk(
    _ set: TrainingSet = .expanding, refits: RefitSchedule = .every(bars: 1), state: Int? = nil,
    mode: StateMode = .stateful
  ) -> Walk {
    var configuration = ScheduleTests.configuration(set, first: 4, refits: refits)
    configuration.stateBars = state
    configuration.scaler = .none
    configuration.targetScaler = .none
    return Walk(configuration: configuration, network: network(state: mode))
  }

  static func feature(_ bar: Int, missing: Int? = nil) -> Double {
    bar == missing ? .nan : Double(bar * bar % 7) / 4 - 0.5
  }

  /// What a network makes of rows from zeros.
  static func output(_ network: Network, _ bars: Range<Int>) -> Double {
    var state = RecurrentState(network.configuration)
    var outputs: [Float] = [0]
    var workspace = network.makeWorkspace()
    network.advance(
      &state, rows: bars.map { Float(feature($0)) }, count: bars.count, into: &outputs,
      using: &workspace)
    return Double(outputs[0])
  }

  @Test(arguments: [RefitSchedule.every(bars: 1), .every(bars: 5), .never], [nil, 1, 6])
  func aForecastIsWhatTheWeightsMakeOfTheHistory(refits: RefitSchedule, bars: Int?) throws {
    var walk = Self.walk(refits: refits, state: bars)
    var count = 0
    for bar in 0..<30 {
      try walk.step(
        features: [Self.feature(bar, missing: 12)], labels: [Double(bar % 4)])
      guard let forecast = walk.forecasts.first, let network = walk.network else { continue }
      // Row 12 misses its feature: the state begins anew after it.
      let earliest = bar > 12 ? 13 : 0
      let first = max(earliest, bars.map { bar - $0 + 1 } ?? 0)
      #expect(forecast.value == Self.output(network, first..<bar + 1), "bar \(bar)")
      count += 1
    }
    #expect(count == 25)
  }

  /// The weights after one refit on rows, from the start.
  static func fitted(_ segments: [Range<Int>], labels: [Int: Double]) throws -> [Float] {
    var network = network()
    var data = TrainingData(rows: [], ends: [], labels: [])
    for segment in segments {
      data.segments.append(data.rows.count..<data.rows.count + segment.count)
      data.rows += segment.map { Float(feature($0)) }
      data.labels += segment.map { Float(labels[$0] ?? .nan) }
    }
    _ = try network.fit(data, refit: 1)
    return network.values(of: .weightIH(0))
  }

  @Test func aRefitRunsThroughTheRowsWhoseLabelsHaveMatured() throws {
    // At bar 9: rows 0...8, row 3 without its feature, the label of row 6 (at bar 7) missing.
    var walk = Self.walk(.rolling(window: 6))
    var configuration = walk.configuration
    configuration.first = 7
    walk = Walk(configuration: configuration, network: Self.network())
    for bar in 0..<10 {
      #expect(walk.refit == nil)
      try walk.step(
        features: [Self.feature(bar, missing: 3)], labels: [bar == 7 ? .nan : Double(bar)])
    }
    #expect(walk.ledger.mature == [0, 1, 2, 4, 5, 7, 8])
    #expect(walk.refit?.samples == 6)
    let labels = Dictionary(uniqueKeysWithValues: [1, 2, 4, 5, 7, 8].map { ($0, Double($0 + 1)) })
    let expected = try Self.fitted([1..<3, 4..<9], labels: labels)
    #expect(walk.network?.values(of: .weightIH(0)) == expected)
    // Row 0 is no part of the newest six, and row 6 is one without a label.
    #expect(try Self.fitted([0..<3, 4..<9], labels: labels) != expected)
    #expect(try Self.fitted([1..<3, 4..<6, 7..<9], labels: labels) != expected)
  }

  @Test func anIncrementalRefitFillsTheChunkThatItsNewSamplesAreIn() throws {
    var walk = Self.walk(.incremental(replay: 0), refits: .every(bars: 4))
    var before: Network?
    for bar in 0..<9 {
      before = walk.network
      try walk.step(features: [Self.feature(bar)], labels: [Double(bar)])
    }
    // The first refit at bar 4 has rows 0...3; at bar 8 rows 4...7 are new, two chunks from row 2 on.
    #expect(walk.refit?.samples == 4)
    var expected = try #require(before)
    var data = TrainingData(rows: (2..<8).map { Float(Self.feature($0)) }, ends: [], labels: [])
    data.segments = [0..<6]
    data.labels = [.nan, .nan, 5, 6, 7, 8]
    _ = try expected.fit(data, refit: 2)
    #expect(
      walk.network?.values(of: .weightIH(0)) == expected.values(of: .weightIH(0)))
  }

  @Test func washoutIsTheChangeWhenHistoryIsCut() throws {
    var walk = Self.walk(refits: .every(bars: 5))
    for bar in 0..<30 {
      try walk.step(features: [Self.feature(bar, missing: 9)], labels: [Double(bar % 4)])
    }
    let rows = walk.washout()
    // 20 bars since the gap.
    #expect(rows.map(\.bars) == [1, 2, 4, 8, 16])
    let network = try #require(walk.network)
    let whole = Self.output(network, 10..<30)
    for row in rows {
      #expect(row.change == Self.output(network, 30 - row.bars..<30) - whole)
      #expect(row.horizon == 1 && abs(row.relativeChange) > 0)
    }
    // A state forgets.
    #expect(abs(rows[4].change) < abs(rows[0].change))
    #expect(Self.walk(mode: .stateless).washout().isEmpty)
  }

  @Test func kerasGoesOnFromTheStateThatTheForecastBeforeItLeft() throws {
    var walk = Self.walk(refits: .every(bars: 3), mode: .keras)
    var state: RecurrentState?
    var count = 0
    for bar in 0..<24 {
      try walk.step(features: [Self.feature(bar)], labels: [Double(bar % 4)])
      guard let forecast = walk.forecasts.first, let network = walk.network else { continue }
      // A reset follows each fit.
      var next =
        walk.refit == nil ? try #require(state) : RecurrentState(network.configuration)
      var outputs: [Float] = [0]
      var workspace = network.makeWorkspace()
      network.advance(
        &next, rows: (bar - 2...bar).map { Float(Self.feature($0)) }, count: 3, into: &outputs,
        using: &workspace)
      #expect(forecast.value == Double(outputs[0]))
      state = next
      count += 1
    }
    #expect(count > 15)
  }
}
