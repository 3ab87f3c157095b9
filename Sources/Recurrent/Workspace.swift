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
  private var fitMemory = FitMemory()

  /// Bytes that a network of this shape takes with its moments and its workspace.
  public static func byteCount(_ configuration: NetworkConfiguration, batch: Batch) -> Int {
    let samples = samplesAtOnce(batch)
    let scratch = TilePass.floats(configuration, samples: samples, training: true)
    return 4 * (scratch + 4 * NetworkLayout(configuration).count)
  }

  static func samplesAtOnce(_ batch: Batch) -> Int {
    switch batch {
    case .size(let size): min(size, tile)
    case .all: tile
    }
  }

  /// Whether it is a network's of this shape, whichever member of an ensemble that is.
  func fits(_ other: NetworkConfiguration) -> Bool {
    var own = configuration
    own.member = other.member
    return own == other
  }

  public init(_ configuration: NetworkConfiguration, batch: Batch) {
    self.configuration = configuration
    samples = Workspace.samplesAtOnce(batch)
    scratchFloats = TilePass.floats(configuration, samples: samples, training: true)
    let count = scratchFloats + NetworkLayout(configuration).count
    memory = Array(repeating: .zero, count: count / 16)
  }

  /// Calls `body` with the base of the scratch.
  mutating func withScratch<Result>(
    _ body: (_ scratch: UnsafeMutablePointer<Float>) -> Result
  ) -> Result {
    memory.withFloats(body)
  }

  /// Calls `body` with the base of the scratch and of the gradient, and with what fits of `samples`
  /// samples need.
  mutating func withMemory<Result>(
    _ network: Network, samples: Int,
    _ body: (
      _ scratch: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
      _ memory: FitMemory.Pointers
    ) -> Result
  ) -> Result {
    let scratchFloats = self.scratchFloats
    let rowsOfTile = samples * configuration.lookback
    return memory.withFloats { memory in
      fitMemory.withPointers(network, samples: samples, rowsOfTile: rowsOfTile) {
        body(memory, memory + scratchFloats, $0)
      }
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
