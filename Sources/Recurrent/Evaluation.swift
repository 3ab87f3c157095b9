import CKernels

/// The loss of a network on data, with nothing dropped.
struct Evaluation {
  private let verbs: pawl_kernels
  private let memory: FitMemory.Pointers
  private let loss: pawl_loss
  private var pass: TilePass
  private let tile: Int

  // SAFETY: as in FitRun.
  init(
    _ network: Network, scratch: UnsafeMutablePointer<Float>, memory: FitMemory.Pointers
  ) {
    verbs = network.variant.verbs
    tile = Workspace.samplesAtOnce(network.training.batch)
    self.memory = memory
    loss = network.training.loss.kernel(outputs: network.configuration.outputs, memory)
    pass = TilePass(
      network.configuration, layout: network.layout, samples: tile, training: true, masked: false,
      scratch: scratch, verbs: verbs)
  }

  /// The weighted mean; NaN where nothing weighs. The order of samples becomes their own.
  mutating func loss(_ data: LabelledSamples, _ weights: UnsafePointer<Float>) -> Double {
    for index in 0..<data.count { memory.order[index] = index }
    let all = UnsafeBufferPointer(rebasing: memory.order[..<data.count])
    let weight = data.weight(all)
    var samples = data.samples
    var losses = 0.0
    pass.prepare(weights, backward: false)
    for start in stride(from: 0, to: data.count, by: tile) {
      let index = UnsafeBufferPointer(
        rebasing: all[start..<min(start + tile, data.count)])
      guard let first = index.baseAddress else { preconditionFailure("a tile has a sample") }
      pass.gather(&samples, index: first, count: index.count)
      pass.forward(weights)
      losses += data.loss(index, loss, scale: 1, memory, pass, verbs)
    }
    return weight > 0 ? losses / weight : .nan
  }
}
