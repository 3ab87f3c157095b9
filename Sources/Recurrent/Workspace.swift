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
  /// Tiles of a batch that are trained on at the same time. No result depends on it.
  let threads: Int
  /// For each thread the scratch of a pass, then a gradient. Vectors, because they are aligned to 64
  /// bytes.
  private var memory: [SIMD16<Float>]
  private let scratchFloats: Int
  private let gradientFloats: Int
  private var fitMemory = FitMemory()

  /// Bytes that a network of this shape takes with its moments and its workspace.
  public static func byteCount(
    _ configuration: NetworkConfiguration, batch: Batch, threads: Int = 1
  ) -> Int {
    let samples = samplesAtOnce(batch)
    let scratch = TilePass.floats(configuration, samples: samples, training: true)
    let weights = NetworkLayout(configuration).count
    return 4 * (3 * weights + threads * (scratch + weights))
  }

  static func samplesAtOnce(_ batch: Batch) -> Int {
    switch batch {
    case .size(let size): min(size, tile)
    case .all: tile
    }
  }

  /// - Parameters:
  ///   - configuration: of the network that will use it.
  ///   - batch: that of the network's training.
  ///   - threads: threads of a fit, at least 1; no more are used than a batch has tiles.
  public init(_ configuration: NetworkConfiguration, batch: Batch, threads: Int = 1) {
    precondition(threads >= 1, "there is at least one thread")
    self.configuration = configuration
    self.threads = threads
    samples = Workspace.samplesAtOnce(batch)
    scratchFloats = TilePass.floats(configuration, samples: samples, training: true)
    gradientFloats = NetworkLayout(configuration).count
    memory = Array(
      repeating: .zero, count: threads * (scratchFloats + gradientFloats) / 16)
  }

  /// Whether networks of a configuration can use it: which member they are does not matter.
  func serves(_ network: NetworkConfiguration) -> Bool {
    var network = network
    network.member = configuration.member
    return network == configuration
  }

  /// Calls `body` with the base of the scratch.
  mutating func withScratch<Result>(
    _ body: (_ scratch: UnsafeMutablePointer<Float>) -> Result
  ) -> Result {
    memory.withFloats(body)
  }

  /// The part of the memory that one thread has.
  struct ThreadMemory {
    let scratch: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
  }

  /// Calls `body` with the memory of each thread, and with what fits of `samples` samples need.
  mutating func withMemory<Result>(
    _ network: Network, samples: Int,
    _ body: (
      _ threads: [ThreadMemory], _ memory: FitMemory.Pointers
    ) -> Result
  ) -> Result {
    let threads = self.threads
    let scratchFloats = self.scratchFloats
    let floats = scratchFloats + gradientFloats
    let rowsOfTile = samples * configuration.lookback
    return memory.withFloats { memory in
      let parts = (0..<threads).map { thread in
        ThreadMemory(
          scratch: memory + thread * floats, gradient: memory + thread * floats + scratchFloats)
      }
      return fitMemory.withPointers(
        network, samples: samples, rowsOfTile: rowsOfTile, threads: threads
      ) {
        body(parts, $0)
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
