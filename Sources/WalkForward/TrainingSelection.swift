import Numerics

/// Which mature samples a refit trains on.
public enum TrainingSet: Equatable, Sendable {
  /// All.
  case expanding
  /// The newest `window`.
  case rolling(window: Int)
  /// Those that matured since the last refit, preceded by `replay` drawn from the older ones.
  /// At the first refit all have; where none has since the last, the replay alone is trained on.
  case incremental(replay: Int)
}

extension TrainingSet {
  /// Chooses the samples of a refit.
  ///
  /// - Parameters:
  ///   - mature: every mature sample, in time order, from index 0.
  ///   - usedCount: how many of `mature` were mature at the last refit; 0 at the first.
  ///   - draw: the counter-based stream that replay draws from.
  /// - Returns: the samples in time order; none only where none is mature, or none has matured since
  ///   the last refit and nothing is replayed.
  func select(from mature: ArraySlice<Int>, usedCount: Int, draw: PhiloxStream) -> [Int] {
    switch self {
    case .expanding:
      return Array(mature)
    case .rolling(let window):
      return Array(mature.suffix(window))
    case .incremental(let replay):
      var sequence = PhiloxSequence(draw)
      let older = sequence.sample(min(replay, usedCount), of: usedCount)
      return older.map { mature[$0] } + mature[usedCount...]
    }
  }
}
