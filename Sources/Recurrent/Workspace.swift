import CKernels

/// Memory that fits and forecasts of one network reuse, so that no step allocates.
///
/// It holds nothing that outlives a call: a network gives the same bits with a fresh one.
public struct Workspace: Sendable {
  /// Samples that go through the kernels at once. Gradients are summed tile by tile, so this number
  /// is part of the definition of the result.
  static let tile = 16

  let configuration: NetworkConfiguration
  let samples: Int
  /// Scratch of a pass, then the gradient. Vectors, because they are aligned to 64 bytes.
  private var memory: [SIMD16<Float>]
  private let scratchFloats: Int
  /// The samples of the epoch in the order in which they are trained on.
  var order: [Int] = []
  var words: [UInt32] = []

  /// Bytes that a network of this shape takes with its moments and its workspace.
  public static func byteCount(_ configuration: NetworkConfiguration, batch: Batch) -> Int {
    let samples = samplesAtOnce(batch)
    let scratch = TilePass.floats(configuration, samples: samples, training: true)
    return 4 * (scratch + 4 * NetworkLayout(configuration).count)
  }

  private static func samplesAtOnce(_ batch: Batch) -> Int {
    switch batch {
    case .size(let size): min(size, tile)
    case .all: tile
    }
  }

  public init(_ configuration: NetworkConfiguration, batch: Batch) {
    self.configuration = configuration
    samples = Workspace.samplesAtOnce(batch)
    scratchFloats = TilePass.floats(configuration, samples: samples, training: true)
    let count = scratchFloats + NetworkLayout(configuration).count
    memory = Array(repeating: .zero, count: count / 16)
  }

  /// Calls `body` with the base of the scratch and of the gradient.
  mutating func withMemory<Result>(
    _ body: (
      _ scratch: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
      _ order: UnsafeMutableBufferPointer<Int>, _ words: UnsafeMutableBufferPointer<UInt32>
    ) -> Result
  ) -> Result {
    let scratchFloats = self.scratchFloats
    return memory.withFloats { memory in
      order.withUnsafeMutableBufferPointer { order in
        words.withUnsafeMutableBufferPointer { words in
          body(memory, memory + scratchFloats, order, words)
        }
      }
    }
  }

  /// Makes room for an epoch of `count` samples.
  mutating func prepareOrder(count: Int, shuffled: Bool) {
    if order.count < count {
      order.reserveCapacity(2 * count)
      order.append(contentsOf: order.count..<count)
    }
    if shuffled, words.count < count {
      words.reserveCapacity(2 * count)
      words.append(contentsOf: repeatElement(0, count: count - words.count))
    }
  }
}

extension Array where Element == SIMD16<Float> {
  /// Calls `body` with the vectors as floats, the first at a multiple of 64 bytes.
  mutating func withFloats<Result>(
    _ body: (UnsafeMutablePointer<Float>) -> Result
  ) -> Result {
    precondition(!isEmpty, "the memory holds a vector")
    return withUnsafeMutableBytes { bytes in
      // SAFETY: a vector is 16 floats without padding and may be read and written as such; the
      // memory is bound to floats only within the call.
      let floats = bytes.bindMemory(to: Float.self)
      guard let base = floats.baseAddress else { preconditionFailure("the memory has an address") }
      return body(base)
    }
  }

  func withFloats<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    precondition(!isEmpty, "the memory holds a vector")
    return withUnsafeBytes { bytes in
      // SAFETY: as above.
      let floats = bytes.bindMemory(to: Float.self)
      guard let base = floats.baseAddress else { preconditionFailure("the memory has an address") }
      return body(base)
    }
  }
}
