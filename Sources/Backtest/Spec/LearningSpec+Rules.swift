import Recurrent
import WalkForward

// Rules between the keys of a model, its training and its schedule.

extension LearningSpec {
  /// - Parameter root: the spec's tree, for places.
  /// - Throws: at the value that a rule refuses.
  func checkRules(_ root: SpecNode) throws(SpecError) {
    if forecaster == .ecm, features.count != 2 {
      throw SpecError(
        root.place(of: "features"),
        "features had \(features.count) entries, 2 are needed with forecaster: ecm: the levels of a "
          + "pair")
    }
    guard let network else { return }
    if network.configuration.state == .stateful { try checkStateful(network, root) }
    if let file = network.initialWeights, network.ensemble > 1 {
      throw SpecError(
        root.place(of: "model.ensemble"),
        "model.ensemble was \(network.ensemble), 1 is needed with model.init: all members would "
          + "start from \(SpecNode.shown(file.written))")
    }
    if let objection = walk.objection(to: network.configuration) {
      throw SpecError(root.place(of: "model"), objection)
    }
    try checkValidation(root)
  }

  /// Training runs through the series in time order, and the state with it.
  private func checkStateful(_ network: NetworkSpec, _ root: SpecNode) throws(SpecError) {
    func refuse(_ path: String, _ found: String, _ needed: String) -> SpecError {
      SpecError(
        root.place(of: path),
        "\(path) was \(found), \(needed) is needed with model.stateful: true")
    }
    switch network.training.batch {
    case .size(1): break
    case .size(let size): throw refuse("training.batch", "\(size)", "1")
    case .all: throw refuse("training.batch", "all", "1")
    }
    if network.training.shuffle { throw refuse("training.shuffle", "true", "false") }
    if case .incremental(let replay) = walk.trainingSet, replay > 0 {
      throw refuse("walk_forward.replay", "\(replay)", "0")
    }
    if walk.scalerFit == .window {
      throw refuse("training.scaler_fit", "window", "train or first")
    }
  }

  /// Both parts of the first refit's samples must hold one.
  ///
  /// Nothing is said while `first` is a fraction: a run checks again when it knows the count.
  func checkValidation(_ root: SpecNode?) throws(SpecError) {
    guard walk.validation > 0, firstFraction == nil else { return }
    var samples = walk.first
    if case .rolling(let window) = walk.trainingSet { samples = min(samples, window) }
    let before = Int(Double(samples) * (1 - walk.validation))
    let gap = max(target.longestHorizon, 1) - 1
    let (trained, held) = (before - gap, samples - before)
    guard trained < 1 || held < 1 else { return }
    let purged = gap > 0 ? ", and \(gap) between them are left out" : ""
    throw SpecError(
      root?.place(of: "training.validation") ?? .wholeFile("spec.yaml"),
      "training.validation was \(walk.validation), a share that leaves samples on both sides is "
        + "needed: of \(samples) at the first refit \(max(trained, 0)) would be trained on and "
        + "\(held) held out\(purged)")
  }
}
