import Bytes
import Journal
import Recurrent
import WalkForward

extension PreparedRun {
  /// The run in a directory, made ready again from its own spec.
  ///
  /// - Parameters:
  ///   - directory: of the run.
  ///   - variant: the kernels that it would train with.
  /// - Throws: `RunFailure` where the directory holds no run, or its bars are gone.
  public init(runDirectory directory: String, variant: KernelVariant) throws(RunFailure) {
    try self.init(RunSpec.ofRun(directory).spec, variant: variant)
  }

  /// The newest windows that the last refit of the run trains on, scaled, found by going through its
  /// bars without training. Refits that wait for a drift of forecasts do not come: then they are
  /// those of the first refit.
  ///
  /// - Parameter most: there are at most so many.
  /// - Returns: rows, row-major, and the last row of each window; no windows without a refit of a
  ///   network.
  /// - Throws: `RunFailure` naming what is wrong with the bars.
  public func trainingWindows(most: Int) throws(RunFailure) -> (rows: [Float], ends: [Int]) {
    guard let learning = spec.learning, case .network(let network) = learning.forecaster else {
      return ([], [])
    }
    var engine = try makeEngine(
      forecaster: WindowReplay(
        configuration: walkConfiguration(learning), network: network.configuration,
        loss: network.training.loss, leakedScalers: try leakedScalers(learning)))
    while try engine.step({ _ in }) {}
    guard let walk = engine.learner?.walk, let replay = walk.forecaster as? WindowReplay else {
      return ([], [])
    }
    return replay.newestWindows(most: most, of: walk.ledger)
  }
}
