import CKernels

extension Network {
  /// Trains on `data`, epoch after epoch, in batches.
  ///
  /// A batch's loss is the sum of weight times loss over the outputs that have a label, divided by
  /// their count. A batch without a label makes no update.
  ///
  /// A stateful network goes through its segments in chunks of `lookback` rows: each starts from the
  /// state in which the one before it ended, and no gradient flows back over that edge; a batch is that
  /// many chunks after one another. With `state: keras` sample i of a batch starts from the state in
  /// which sample i of the batch before ended, over epochs and validation too, from zeros in each fit;
  /// a last, smaller batch takes up and leaves the states of its own samples alone.
  ///
  /// Where training stops early, the weights of the best epoch are restored, and these alone: what
  /// the optimiser remembers stays as the last update left it.
  ///
  /// - Parameters:
  ///   - data: at least one sample.
  ///   - validation: data whose loss is taken after each epoch; nil for none.
  ///   - refit: the number of this fit in the run, from 0, below 2³²: its random streams (order,
  ///     dropout) are its own.
  ///   - epochs: passes over the data, at least 1; nil for the configuration's.
  ///   - workspace: from `makeWorkspace` of this network or a copy.
  ///   - observe: called after each update; the last of an epoch after the validation.
  /// - Returns: counts, and the mean training loss of the first and the last epoch.
  /// - Throws: `TrainingError` where the loss or a weight is not finite, or the loss beyond all reason
  ///   (that of forecasts 10 000 times as far off as the labels are); the network is then spoilt.
  public mutating func fit(
    _ data: TrainingData, validation: TrainingData? = nil, refit: Int, epochs: Int? = nil,
    using workspace: inout Workspace, observe: ((UpdateRecord) -> Void)? = nil
  ) throws(TrainingError) -> FitReport {
    precondition(epochs ?? 1 >= 1, "epochs is at least 1")
    check(data, workspace)
    if let validation { check(validation, workspace) }
    // Without its values, which would be copied at the first write if this held them too.
    var network = self
    network.values = []
    let samples = max(data.sampleCount(configuration), validation?.sampleCount(configuration) ?? 0)
    var optimizer = self.optimizer
    let result = values.withFloats { values in
      workspace.withMemory(network, samples: samples) { threads, memory in
        data.withSamples(of: network) { samples in
          var run = FitRun(
            network, refit: refit, epochs: epochs ?? network.training.epochs, values: values,
            threads: threads, memory: memory, observe: observe)
          defer { optimizer = run.optimizer }
          guard let validation else { return run.result(samples, validation: nil) }
          return validation.withSamples(of: network) { run.result(samples, validation: $0) }
        }
      }
    }
    self.optimizer = optimizer
    return try result.get()
  }

  /// The same with scratch memory of its own, for a caller who fits once.
  public mutating func fit(_ data: TrainingData, refit: Int) throws(TrainingError) -> FitReport {
    var workspace = makeWorkspace()
    return try fit(data, refit: refit, using: &workspace)
  }

  /// The mean loss on `data`, weighted as in training, with nothing dropped; NaN where
  /// nothing has a label.
  public func loss(of data: TrainingData, using workspace: inout Workspace) -> Double {
    check(data, workspace)
    return values.withFloats { values in
      workspace.withMemory(self, samples: data.sampleCount(configuration)) { threads, memory in
        data.withSamples(of: self) { samples in
          var pass = LossPass(
            self, masked: false, scratch: threads[0].scratch, memory: memory)
          return pass.mean(samples, values)
        }
      }
    }
  }

  private func check(_ data: TrainingData, _ workspace: Workspace) {
    precondition(workspace.serves(configuration), "the workspace is this network's")
    precondition(data.sampleCount(configuration) > 0, "there is a sample to train on")
    precondition(
      data.rows.count % configuration.features == 0, "rows holds whole rows of features")
    precondition(
      configuration.outputs % training.loss.outputsPerLabel == 0,
      "each label has an output for each quantile")
    let rowCount = data.rows.count / configuration.features
    let items: Int
    let places: Int
    switch configuration.state {
    case .stateful:
      precondition(data.ends.isEmpty, "a stateful network trains on segments")
      precondition(!training.shuffle, "a stateful network trains in time order")
      for segment in data.segments {
        precondition(
          segment.lowerBound >= 0 && segment.upperBound <= rowCount, "a segment lies within rows")
      }
      (items, places) = (rowCount, 1)
    case .stateless, .keras:
      precondition(data.segments.isEmpty, "a network without state trains on windows")
      for end in data.ends {
        precondition(
          end >= configuration.lookback - 1 && end < rowCount,
          "a sample's window lies within rows")
      }
      (items, places) =
        (data.ends.count, configuration.output == .sequence ? configuration.lookback : 1)
    }
    precondition(
      data.labels.count * training.loss.outputsPerLabel == items * places * configuration.outputs,
      "labels holds a label for each place and horizon")
    precondition(
      data.weights.isEmpty || data.weights.count == items, "weights holds one for each, or none")
    for weight in data.weights {
      precondition(weight >= 0 && weight.isFinite, "a weight is finite and at least 0")
    }
  }
}

extension TrainingData {
  /// Windows, or chunks of a stateful network.
  fileprivate func sampleCount(_ configuration: NetworkConfiguration) -> Int {
    guard configuration.state == .stateful else { return ends.count }
    return segments.reduce(0) {
      $0 + ($1.count + configuration.lookback - 1) / configuration.lookback
    }
  }
}
