// What a spec can say and this version cannot do yet. Each check goes as its feature comes.

extension RunSpec {
  /// - Parameter root: the spec's tree, for places.
  /// - Throws: at the first value that this version has no code for.
  func checkVersion(_ root: SpecNode) throws(SpecError) {
    func lacks(_ path: String, _ found: String, has: String) -> SpecError {
      SpecError(root.place(of: path), "\(path) was \(found), this version has \(has)")
    }
    guard let learning else { return }
    let (target, model, training) = (learning.target, learning.model, learning.training)
    if target.horizons.count > 1 {
      throw lacks("target.horizons", "\(target.horizons)", has: "one horizon")
    }
    if model.cell != .lstm {
      throw lacks("model.cell", model.cell.rawValue, has: "lstm")
    }
    if model.hidden.count > 1 {
      throw lacks("model.hidden", "\(model.hidden)", has: "one layer")
    }
    if model.isStateful {
      throw lacks("model.stateful", "true", has: "false")
    }
    if model.dialect != .torch, model.dialect != .keras3 {
      throw lacks("model.dialect", model.dialect.rawValue, has: "torch and keras3")
    }
    if training.loss != .mse {
      throw lacks("training.loss", training.loss.rawValue, has: "mse")
    }
    if training.optimizer != .adam {
      throw lacks("training.optimizer", training.optimizer.rawValue, has: "adam")
    }
    if training.scaler == .robust {
      throw lacks("training.scaler", "robust", has: "none, minmax and zscore")
    }
    if training.targetScaler == .robust {
      throw lacks("training.target_scaler", "robust", has: "none, minmax and zscore")
    }
  }
}
