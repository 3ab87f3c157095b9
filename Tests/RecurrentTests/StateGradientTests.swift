import Testing

@testable import Recurrent

struct StateGradientTests {
  /// By PyTorch's autograd: Reference/make_weights.py.
  @Test func normsAreThoseOfAutograd() throws {
    for reference in try WeightsCase.all() {
      let weights = try Weights(safetensors: reference.bytes)
      let gradient = weights.stateGradient(
        rows: reference.rows, ends: [reference.lookback - 1], lookback: reference.lookback)
      #expect(gradient.layers.count == reference.hidden.count)
      for (layer, expected) in zip(gradient.layers, reference.hiddenNorms) {
        #expect(layer.hidden.count == reference.lookback)
        for (found, expected) in zip(layer.hidden, expected) {
          #expect(abs(found - expected) <= 1e-12 * max(1, expected), "\(reference.name)")
        }
      }
      #expect(gradient.layers.count == reference.hiddenNorms.count)
      for (layer, expected) in zip(gradient.layers, reference.cellNorms) {
        for (found, expected) in zip(layer.cell, expected) {
          #expect(abs(found - expected) <= 1e-12 * max(1, expected), "\(reference.name)")
        }
        #expect(layer.cell.count == expected.count)
      }
      if reference.cell != .lstm { #expect(gradient.layers.allSatisfy { $0.cell.isEmpty }) }
    }
  }

  @Test func severalWindowsAreARootMeanSquare() throws {
    let reference = try #require(try WeightsCase.all().first)
    let weights = try Weights(safetensors: reference.bytes)
    let lookback = 3
    func norms(_ ends: [Int]) -> [Double] {
      weights.stateGradient(rows: reference.rows, ends: ends, lookback: lookback).layers[0].hidden
    }
    let (first, second, both) = (norms([2]), norms([5]), norms([2, 5]))
    for distance in 0..<lookback {
      let square = (first[distance] * first[distance] + second[distance] * second[distance]) / 2
      #expect(abs(both[distance] - square.squareRoot()) < 1e-15)
      #expect(first[distance] != second[distance])
    }
  }
}
