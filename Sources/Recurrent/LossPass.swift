import CKernels

/// A tile's way from samples to losses, and on to the gradient where there is one: what training and
/// evaluation share.
struct LossPass {
  private var pass: TilePass
  private let verbs: pawl_kernels
  private let memory: FitMemory.Pointers
  private let kernel: pawl_loss
  private let state: StateMode
  /// Samples that go through the kernels at once.
  let tile: Int

  // SAFETY: as in FitRun.
  init(
    _ network: Network, masked: Bool, scratch: UnsafeMutablePointer<Float>,
    memory: FitMemory.Pointers
  ) {
    verbs = network.variant.verbs
    self.memory = memory
    state = network.configuration.state
    tile = Workspace.samplesAtOnce(network.training.batch)
    kernel = network.training.loss.kernel(outputs: network.configuration.outputs, memory)
    pass = TilePass(
      network.configuration, layout: network.layout, samples: tile, training: true, masked: masked,
      scratch: scratch, verbs: verbs)
  }

  func prepare(_ weights: UnsafePointer<Float>, backward: Bool) {
    pass.prepare(weights, backward: backward)
  }

  /// Draws masks for samples number `position`... of an epoch.
  func drawMasks(position: Int, count: Int, seed: UInt32, epoch: Int, refit: Int) {
    pass.drawMasks(position: position, count: count, seed: seed, epoch: epoch, refit: refit)
  }

  /// The losses of windows `index`, weighted and summed; their gradient times `scale` is ready for
  /// `backward`. With `state: keras` they are samples number `place`... of their batch.
  mutating func losses(
    _ index: UnsafeBufferPointer<Int>, place: Int, of data: LabelledSamples, scale: Float,
    _ weights: UnsafePointer<Float>
  ) -> Double {
    guard let first = index.baseAddress, let ends = data.ends else {
      preconditionFailure("a tile has a sample")
    }
    var samples = pawl_samples(rows: data.rows, ends: ends)
    let states = memory.states + place * pass.stateFloats
    if state == .keras { pass.setStates(states, count: index.count) }
    pass.gather(&samples, index: first, count: index.count, fromState: state == .keras)
    pass.forward(weights)
    if state == .keras { pass.getStates(states) }
    data.spread(index, to: memory)
    return losses(rows: data.steps * index.count, data, scale)
  }

  /// The same of the next chunk, which starts from the state in which the last one ended.
  mutating func losses(
    _ chunk: LabelledSamples.Chunk, of data: LabelledSamples, scale: Float,
    _ weights: UnsafePointer<Float>
  ) -> Double {
    if !chunk.opensSegment { pass.carryStates() }
    withUnsafePointer(to: chunk.rows.upperBound - 1) { end in
      var samples = pawl_samples(rows: data.rows, ends: end)
      var index = 0
      pass.gather(
        &samples, index: &index, count: 1, steps: chunk.rows.count, fromState: !chunk.opensSegment)
    }
    pass.forward(weights)
    data.spread(chunk, to: memory)
    return losses(rows: chunk.rows.count, data, scale)
  }

  private func losses(rows: Int, _ data: LabelledSamples, _ scale: Float) -> Double {
    var kernel = kernel
    return verbs.loss(
      &kernel, rows, pass.outputs, memory.labels,
      data.weights == nil ? nil : UnsafePointer(memory.rowWeights), scale, pass.outputGradients)
  }

  mutating func backward(
    _ weights: UnsafePointer<Float>, first: Bool, _ gradient: UnsafeMutablePointer<Float>
  ) {
    pass.backward(weights, first: first, gradient)
  }

  /// The weighted mean loss on all of `data`; NaN where nothing has a label. The order of samples becomes
  /// their own.
  mutating func mean(_ data: LabelledSamples, _ weights: UnsafePointer<Float>) -> Double {
    prepare(weights, backward: false)
    var losses = 0.0
    let labelled: Double
    if state == .stateful {
      var chunks = LabelledSamples.Chunks()
      labelled = data.labelled(next: data.count, of: chunks)
      while let chunk = chunks.next(of: data) {
        losses += self.losses(chunk, of: data, scale: 1, weights)
      }
    } else {
      for index in 0..<data.count { memory.order[index] = index }
      let all = UnsafeBufferPointer(rebasing: memory.order[..<data.count])
      labelled = data.labelled(all)
      // In batches as in training, because Keras's states go from batch to batch.
      for batch in stride(from: 0, to: data.count, by: memory.batch) {
        let end = min(batch + memory.batch, data.count)
        for start in stride(from: batch, to: end, by: tile) {
          let index = UnsafeBufferPointer(rebasing: all[start..<min(start + tile, end)])
          losses += self.losses(index, place: start - batch, of: data, scale: 1, weights)
        }
      }
    }
    return labelled > 0 ? losses / labelled : .nan
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
