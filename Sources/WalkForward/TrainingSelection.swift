import Numerics

/// Which mature samples a refit trains on.
public enum TrainingSet: Equatable, Sendable {
  /// All.
  case expanding
  /// The newest `window`.
  case rolling(window: Int)
  /// Those that matured since the last refit, preceded by `replay` drawn from the older ones.
  case incremental(replay: Int)
}

extension TrainingSet {
  /// The samples of a refit, in time order.
  ///
  /// - Parameters:
  ///   - mature: every mature sample, in time order.
  ///   - usedCount: how many of `mature` were mature at the last refit; 0 at the first.
  ///   - draw: the counter-based stream that replay draws from.
  func select(from mature: [Int], usedCount: Int, draw: PhiloxStream) -> [Int] {
    switch self {
    case .expanding:
      return mature
    case .rolling(let window):
      return Array(mature.suffix(window))
    case .incremental(let replay):
      return drawWithoutReplacement(replay, of: usedCount, draw: draw).map { mature[$0] }
        + mature[usedCount...]
    }
  }

  /// `count` different indices below `limit`, in rising order (Floyd's algorithm; Bentley and Floyd,
  /// "Programming Pearls: a sample of brilliance", 1987).
  private func drawWithoutReplacement(_ count: Int, of limit: Int, draw: PhiloxStream) -> [Int] {
    guard count < limit else { return Array(0..<limit) }
    var chosen: Set<Int> = []
    for (element, top) in (limit - count..<limit).enumerated() {
      let index = draw.integer(below: top + 1, element: element)
      if !chosen.insert(index).inserted { chosen.insert(top) }
    }
    return chosen.sorted()
  }
}
