import CKernels
import Numerics

extension Network {
  /// Trains on `data`, `training.epochs` times over, in batches.
  ///
  /// - Parameters:
  ///   - data: at least one sample.
  ///   - refit: the number of this fit in the run, from 0, below 2³²: its random streams (order,
  ///     dropout) are its own.
  ///   - workspace: from `makeWorkspace` of this network or a copy.
  /// - Returns: counts, and the mean training loss of the first and the last epoch.
  /// - Throws: `TrainingError` where the loss or a weight is not finite; the network is then spoilt.
  public mutating func fit(
    _ data: TrainingData, refit: Int, using workspace: inout Workspace
  ) throws(TrainingError) -> FitReport {
    check(data, workspace)
    let samples = data.ends.count
    workspace.prepareOrder(count: samples, shuffled: training.shuffle)
    let batch =
      switch training.batch {
      case .size(let size): min(size, samples)
      case .all: samples
      }
    var run = FitRun(
      configuration: configuration, training: training, verbs: variant.verbs, adam: adam,
      refit: refit, batch: batch, tile: workspace.samples)
    let result = values.withFloats { values in
      workspace.withMemory { scratch, gradient, order, words in
        data.withSamples { samples in
          run.fit(
            samples, count: data.ends.count, values: values, layout: layout, scratch: scratch,
            gradient: gradient, order: order, words: words)
        }
      }
    }
    adam = run.adam
    return try result.get()
  }

  /// The same with scratch memory of its own, for a caller who fits once.
  public mutating func fit(_ data: TrainingData, refit: Int) throws(TrainingError) -> FitReport {
    var workspace = makeWorkspace()
    return try fit(data, refit: refit, using: &workspace)
  }

  private func check(_ data: TrainingData, _ workspace: Workspace) {
    precondition(workspace.configuration == configuration, "the workspace is this network's")
    precondition(!data.ends.isEmpty, "there is a sample to train on")
    precondition(
      data.rows.count % configuration.features == 0, "rows holds whole rows of features")
    precondition(
      data.labels.count == data.ends.count * configuration.outputs,
      "labels holds outputs for each sample")
    let rowCount = data.rows.count / configuration.features
    for end in data.ends {
      precondition(
        end >= configuration.lookback - 1 && end < rowCount, "a sample's window lies within rows")
    }
  }
}

extension TrainingData {
  /// Calls `body` with the samples as the kernels take them.
  func withSamples<Result>(_ body: (pawl_samples) -> Result) -> Result {
    rows.withUnsafeBufferPointer { rows in
      ends.withUnsafeBufferPointer { ends in
        labels.withUnsafeBufferPointer { labels in
          guard let rows = rows.baseAddress, let ends = ends.baseAddress else {
            preconditionFailure("there is a sample")
          }
          return body(pawl_samples(rows: rows, ends: ends, labels: labels.baseAddress))
        }
      }
    }
  }
}

/// One fit: epochs of batches, batches of tiles, each through the verbs.
struct FitRun {
  let configuration: NetworkConfiguration
  let training: TrainingConfiguration
  let verbs: pawl_kernels
  var adam: AdamState
  let refit: Int
  let batch: Int
  let tile: Int

  // SAFETY: all pointers are to buffers of the sizes that `layout`, the workspace's shape and
  // `count` name, checked by the caller; none is kept.
  mutating func fit(
    _ samples: pawl_samples, count: Int, values: UnsafeMutablePointer<Float>,
    layout: NetworkLayout, scratch: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, order: UnsafeMutableBufferPointer<Int>,
    words: UnsafeMutableBufferPointer<UInt32>
  ) -> Result<FitReport, TrainingError> {
    var pass = TilePass(
      configuration, layout: layout, samples: tile, training: true, scratch: scratch, verbs: verbs)
    var report = FitReport(
      samples: count, epochs: training.epochs, updates: 0, lossFirst: 0, lossLast: 0)
    for epoch in 0..<training.epochs {
      if training.shuffle { shuffle(order, words, count: count, epoch: epoch) }
      var epochLoss = 0.0
      var update = 0
      var start = 0
      while start < count {
        let size = min(batch, count - start)
        let squares = accumulateGradient(
          &pass, samples, values, gradient, order: order, from: start, size: size, epoch: epoch)
        guard squares.isFinite else {
          return .failure(
            TrainingError(
              refit: refit, epoch: epoch, update: update,
              found: .loss(squares / Double(size * configuration.outputs))))
        }
        var factors = adam.advance(
          learningRate: training.learningRate, dialect: configuration.dialect)
        verbs.adam(
          layout.count, &factors, gradient, values, values + layout.count,
          values + 2 * layout.count)
        epochLoss += squares
        update += 1
        start += size
      }
      report.updates += update
      report.lossLast = epochLoss / Double(count * configuration.outputs)
      if epoch == 0 { report.lossFirst = report.lossLast }
    }
    guard verbs.all_finite(layout.count, values) != 0 else {
      let last = report.updates / training.epochs - 1
      return .failure(
        TrainingError(refit: refit, epoch: training.epochs - 1, update: last, found: .weights))
    }
    return .success(report)
  }

  /// Forward and backward over the tiles of one batch; the sum of squared errors.
  private func accumulateGradient(
    _ pass: inout TilePass, _ samples: pawl_samples, _ weights: UnsafePointer<Float>,
    _ gradient: UnsafeMutablePointer<Float>, order: UnsafeMutableBufferPointer<Int>,
    from start: Int, size: Int, epoch: Int
  ) -> Double {
    guard let order = order.baseAddress else { preconditionFailure("the order holds a sample") }
    var samples = samples
    let scale = Float(1 / Double(size * configuration.outputs))
    var squares = 0.0
    var done = 0
    pass.prepare(weights, backward: true)
    while done < size {
      let n = min(tile, size - done)
      let index = order + start + done
      pass.drawMasks(
        position: start + done, count: n, seed: training.seed, epoch: epoch, refit: refit)
      pass.gather(&samples, index: index, count: n)
      pass.forward(weights)
      squares += pass.squaredError(&samples, index: index, scale: scale)
      pass.backward(weights, first: done == 0, gradient)
      done += n
    }
    return squares
  }

  /// Fisher and Yates's shuffle of 0..<count; step i draws element i of the stream.
  private func shuffle(
    _ order: UnsafeMutableBufferPointer<Int>, _ words: UnsafeMutableBufferPointer<UInt32>,
    count: Int, epoch: Int
  ) {
    guard let base = words.baseAddress else { preconditionFailure("there are words") }
    verbs.random(base, count, 0, stream(.shuffle, epoch: epoch))
    for index in 0..<count { order[index] = index }
    for index in stride(from: count - 1, to: 0, by: -1) {
      let other = Int((UInt64(words[index]) * UInt64(index + 1)) >> 32)
      order.swapAt(index, other)
    }
  }

  private func stream(_ purpose: Purpose, epoch: Int) -> pawl_philox {
    pawl_philox(
      seed: training.seed, purpose: purpose.rawValue, epoch: UInt32(epoch), refit: UInt32(refit),
      stream: UInt32(configuration.member) << 16)
  }
}
