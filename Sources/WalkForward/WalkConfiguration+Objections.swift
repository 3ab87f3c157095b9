import Recurrent

extension WalkConfiguration {
  /// Why a network cannot be walked so, in words for whoever wrote the configuration; nil where it
  /// can.
  public func objection(to network: NetworkConfiguration) -> String? {
    if scalerFit == .window {
      if network.state == .stateful {
        return "a stateful network has no windows that could be scaled each by itself"
      }
      if targetScaler != .none, network.lookback == 1, horizons == [0] {
        return "a nowcast's window of one bar holds no label of its own to scale its target by, "
          + "so no sample could be trained on; a longer lookback or no target scaler is needed"
      }
    }
    if case .incremental(let replay) = trainingSet, replay > 0, network.state == .stateful {
      return "a stateful network runs through its samples in time order, so none can be replayed"
    }
    if !(validation >= 0 && validation < 1) {
      return "the part held out for validation was \(validation), at least 0 and below 1 is needed"
    }
    return nil
  }
}
