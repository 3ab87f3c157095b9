import CKernels

/// Training or validation data as a fit reads them.
// SAFETY: the pointers are to arrays that live for the call that made this, of the sizes checked
// by `Network.check`.
struct LabelledSamples {
  let samples: pawl_samples
  let labels: UnsafePointer<Float>
  let weights: UnsafePointer<Float>?
  let count: Int
  /// Steps of a sample that have labels of their own: 1, or the lookback.
  let steps: Int
  let labelCount: Int
  let outputsPerLabel: Int
  /// Outputs with a label that each sample has, where all have them and weigh 1.
  private let outputsOfEach: Double?

  init(
    _ data: TrainingData, _ network: Network, rows: UnsafePointer<Float>, ends: UnsafePointer<Int>,
    labels: UnsafePointer<Float>, weights: UnsafePointer<Float>?
  ) {
    samples = pawl_samples(rows: rows, ends: ends)
    self.labels = labels
    self.weights = data.weights.isEmpty ? nil : weights
    count = data.ends.count
    steps = network.configuration.output == .sequence ? network.configuration.lookback : 1
    outputsPerLabel = network.training.loss.outputsPerLabel
    labelCount = network.configuration.outputs / outputsPerLabel
    outputsOfEach =
      data.weights.isEmpty && !data.labels.contains(where: \.isNaN)
      ? Double((steps - 1) * outputsPerLabel + network.configuration.outputs) : nil
  }

  /// Labels of a sample that are looked at, at a step: of those before the last the first alone.
  private func labelCount(step: Int) -> Int { step == steps - 1 ? labelCount : 1 }

  private func label(_ sample: Int, _ step: Int) -> UnsafePointer<Float> {
    labels + (sample * steps + step) * labelCount
  }

  /// What samples `index` weigh together: the sum of weights over the outputs that have a label.
  func weight(_ index: UnsafeBufferPointer<Int>) -> Double {
    if let outputsOfEach { return Double(index.count) * outputsOfEach }
    var total = 0.0
    for sample in index {
      var present = 0
      for step in 0..<steps {
        let labels = label(sample, step)
        for at in 0..<labelCount(step: step) where !labels[at].isNaN { present += 1 }
      }
      let weight = weights.map { Double($0[sample]) } ?? 1
      total += weight * Double(present * outputsPerLabel)
    }
    return total
  }

  /// Spreads the labels of samples `index` over the outputs of a tile's rows, row step · samples +
  /// sample, and their weights over its rows.
  func spread(_ index: UnsafeBufferPointer<Int>, to memory: FitMemory.Pointers) {
    let stride = pawl_padded(labelCount * outputsPerLabel)
    for step in 0..<steps {
      for (place, sample) in index.enumerated() {
        let row = step * index.count + place
        let to = memory.labels + row * stride
        let from = label(sample, step)
        let known = labelCount(step: step)
        for output in 0..<labelCount * outputsPerLabel {
          let label = output / outputsPerLabel
          to[output] = label < known ? from[label] : .nan
        }
        if let weights { memory.rowWeights[row] = weights[sample] }
      }
    }
  }
}

extension LabelledSamples {
  /// The losses of a tile that went forward, weighted and summed; their gradient times `scale` goes to
  /// the pass.
  func loss(
    _ index: UnsafeBufferPointer<Int>, _ loss: pawl_loss, scale: Float,
    _ memory: FitMemory.Pointers, _ pass: TilePass, _ verbs: pawl_kernels
  ) -> Double {
    spread(index, to: memory)
    var loss = loss
    return verbs.loss(
      &loss, steps * index.count, pass.outputs, memory.labels,
      weights == nil ? nil : UnsafePointer(memory.rowWeights), scale, pass.outputGradients)
  }
}

extension Loss {
  /// The loss as the kernels take it; it points into `memory`.
  func kernel(outputs: Int, _ memory: FitMemory.Pointers) -> pawl_loss {
    var kernel = pawl_loss()
    kernel.outputs = Int32(outputs)
    switch self {
    case .mse: kernel.kind = pawl_loss_mse
    case .mae: kernel.kind = pawl_loss_mae
    case .huber(let delta):
      kernel.kind = pawl_loss_huber
      kernel.delta = Float(delta)
    case .logcosh: kernel.kind = pawl_loss_logcosh
    case .quantile:
      kernel.kind = pawl_loss_quantile
      kernel.quantiles = UnsafePointer(memory.quantiles)
    }
    return kernel
  }
}

extension TrainingData {
  /// Calls `body` with the samples as a fit reads them.
  func withSamples<Result>(of network: Network, _ body: (LabelledSamples) -> Result) -> Result {
    rows.withUnsafeBufferPointer { rows in
      ends.withUnsafeBufferPointer { ends in
        labels.withUnsafeBufferPointer { labels in
          weights.withUnsafeBufferPointer { weights in
            guard let rows = rows.baseAddress, let ends = ends.baseAddress,
              let labels = labels.baseAddress
            else { preconditionFailure("there is a sample") }
            return body(
              LabelledSamples(
                self, network, rows: rows, ends: ends, labels: labels,
                weights: weights.baseAddress))
          }
        }
      }
    }
  }
}
