import Bytes

/// What a network remembers: h of each layer, and c where its cells have one. A value: it is given
/// to a call and taken back, and nothing keeps it.
///
///     var state = RecurrentState(network.configuration)
///     network.advance(&state, rows: rows, count: 100, into: &outputs, using: &workspace)
public struct RecurrentState: Restorable, Equatable, Sendable {
  /// Of each layer h, then c.
  var values: [Float]

  /// Zeros, from which every network starts.
  public init(_ configuration: NetworkConfiguration) {
    values = Array(repeating: 0, count: RecurrentState.count(configuration))
  }

  private static func count(_ configuration: NetworkConfiguration) -> Int {
    configuration.hidden.reduce(0, +) * configuration.cell.stateCount
  }

  func fits(_ configuration: NetworkConfiguration) -> Bool {
    values.count == RecurrentState.count(configuration)
  }

  /// h of a layer.
  public func hidden(_ layer: Int, in configuration: NetworkConfiguration) -> ArraySlice<Float> {
    part(0, of: layer, in: configuration)
  }

  /// c of a layer, empty where its cells have none.
  public func cells(_ layer: Int, in configuration: NetworkConfiguration) -> ArraySlice<Float> {
    configuration.cell.stateCount == 2 ? part(1, of: layer, in: configuration) : []
  }

  private func part(
    _ index: Int, of layer: Int, in configuration: NetworkConfiguration
  ) -> ArraySlice<Float> {
    let below = configuration.hidden.prefix(layer).reduce(0, +)
    let start = below * configuration.cell.stateCount + index * configuration.hidden[layer]
    return values[start..<start + configuration.hidden[layer]]
  }

  public func save(to writer: inout StateWriter) { writer.write(values) }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let restored = try reader.readFloats()
    guard restored.count == values.count else {
      throw StateError("the state had \(restored.count) values, \(values.count) are needed")
    }
    values = restored
  }
}

extension Cell {
  /// Numbers that a unit remembers.
  var stateCount: Int { self == .lstm ? 2 : 1 }
}
