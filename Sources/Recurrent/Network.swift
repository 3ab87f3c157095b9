import Bytes
import CKernels

/// A recurrent network with a linear head, what its optimiser remembers, and how it is trained.
///
/// A value: a copy trains on its own. Weights and moments are Float32. All randomness is counter
/// based, so what a fit does depends on the configuration, the weights and moments, the data and
/// the number of the refit, and on nothing else.
///
///     var network = Network(configuration, training: training)
///     var workspace = network.makeWorkspace()
///     let report = try network.fit(data, refit: 0, using: &workspace)
///     network.forecast(rows: data.rows, end: 99, into: &outputs, using: &workspace)
public struct Network: Restorable, Sendable {
  public let configuration: NetworkConfiguration
  public let training: TrainingConfiguration
  /// Which kernels run. It never changes a bit of the result.
  public let variant: KernelVariant

  /// Weights, then what the optimiser remembers of each, in as many slots as it needs, each in the
  /// kernels' layout.
  var values: [SIMD16<Float>]
  var optimizer = OptimizerState()
  let layout: NetworkLayout

  /// A network with the initial weights of its dialect, those of refit 0.
  public init(
    _ configuration: NetworkConfiguration, training: TrainingConfiguration,
    variant: KernelVariant = .detected
  ) {
    precondition(variant.isSupported, "this CPU supports the kernel variant \(variant.rawValue)")
    self.configuration = configuration
    self.training = training
    self.variant = variant
    layout = NetworkLayout(configuration)
    values = Array(repeating: .zero, count: (1 + training.optimizer.slots) * layout.count / 16)
    redraw(refit: 0)
  }

  /// Scratch memory for `fit` and `forecast` of this network and of its copies.
  ///
  /// - Parameter threads: threads on which a fit may train the tiles of a batch side by side, where
  ///   they are worth it; the result has the same bits with any number.
  /// - Returns: the memory, of any number of calls one after the other.
  public func makeWorkspace(threads: Int = 1) -> Workspace {
    Workspace(configuration, batch: training.batch, threads: threads)
  }

  /// Updates since the moments were last set to zero.
  public var updates: Int { optimizer.updates }

  /// Sets what the optimiser remembers back to its start; the weights stay.
  public mutating func resetMoments() {
    let start = SIMD16(repeating: Float(training.optimizer.initialAccumulator))
    for index in layout.count / 16..<values.count { values[index] = start }
    optimizer = OptimizerState()
  }

  /// The values of a tensor in PyTorch's order.
  public func values(of tensor: Tensor) -> [Float] {
    var result: [Float] = []
    layout.forEachPlace(of: tensor, in: configuration) { place in
      result.append(values[place / 16][place % 16])
    }
    return result
  }

  /// Replaces the values of a tensor, given in PyTorch's order; the moments stay.
  public mutating func setValues(_ newValues: [Float], of tensor: Tensor) {
    let count = tensor.count(in: configuration)
    precondition(newValues.count == count, "\(tensor) takes \(count) values")
    var next = 0
    layout.forEachPlace(of: tensor, in: configuration) { place in
      values[place / 16][place % 16] = newValues[next]
      next += 1
    }
  }

  public func save(to writer: inout StateWriter) {
    writer.write(
      values.withFloats { Array(UnsafeBufferPointer(start: $0, count: 16 * values.count)) })
    optimizer.save(to: &writer)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let floats = try reader.readFloats()
    guard floats.count == 16 * values.count else {
      throw StateError("the network had \(floats.count) values, \(16 * values.count) are needed")
    }
    var restored = OptimizerState()
    try restored.restore(from: &reader)
    optimizer = restored
    for (index, value) in floats.enumerated() { values[index / 16][index % 16] = value }
  }
}
