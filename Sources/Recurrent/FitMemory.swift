import CKernels

/// What fits need beside the scratch of their passes. It grows to what they ask for and is used
/// again, so that none allocates once warm; nothing in it outlives a fit.
struct FitMemory: Sendable {
  private var floats: [SIMD16<Float>] = []
  private var order: [Int] = []
  private var words: [UInt32] = []

  struct Pointers {
    /// Labels of a tile's rows, [row, padded outputs], NaN beyond the outputs.
    private(set) var labels: UnsafeMutablePointer<Float>
    /// What each row of a tile weighs.
    private(set) var rowWeights: UnsafeMutablePointer<Float>
    /// Floats from the labels of one thread's tile to those of the next; likewise of weights.
    fileprivate let floatsOfTile: Int
    /// The quantile of each output.
    let quantiles: UnsafeMutablePointer<Float>
    /// With `state: keras` the states of a batch's samples, at first zeros; else no room.
    let states: UnsafeMutablePointer<Float>
    /// The weights of the best epoch; no room where training does not stop early.
    let best: UnsafeMutablePointer<Float>
    /// Samples of a batch, `samples` of `withPointers` where it takes all.
    let batch: Int
    /// Samples in the order in which an epoch takes them, at first their own.
    let order: UnsafeMutableBufferPointer<Int>
    /// Random words for that order; none where nothing is shuffled.
    let words: UnsafeMutableBufferPointer<UInt32>

    /// The same with the labels and weights of thread number `thread`'s tile.
    func ofThread(_ thread: Int) -> Pointers {
      var pointers = self
      pointers.labels += thread * floatsOfTile
      pointers.rowWeights += thread * floatsOfTile
      return pointers
    }
  }

  /// Calls `body` with room for `samples` samples, at least 1, in an order, and for a tile of each
  /// thread.
  mutating func withPointers<Result>(
    _ network: Network, samples: Int, rowsOfTile: Int, threads: Int, _ body: (Pointers) -> Result
  ) -> Result {
    let outputs = network.configuration.outputs
    let stride = pawl_padded(outputs)
    let labels = rowsOfTile * stride
    let weights = pawl_padded(rowsOfTile)
    let batch: Int
    switch network.training.batch {
    case .size(let size): batch = min(size, samples)
    case .all: batch = samples
    }
    let isKeras = network.configuration.state == .keras
    let states = isKeras ? batch * network.configuration.stateFloats : 0
    let best = network.training.earlyStopping == nil ? 0 : network.layout.count
    let tiles = threads * (labels + weights)
    let needed = (tiles + stride + states + best) / 16
    if floats.count < needed { floats = Array(repeating: .zero, count: needed) }
    if order.count < samples {
      order.reserveCapacity(2 * samples)
      order.append(contentsOf: order.count..<samples)
    }
    if network.training.shuffle, words.count < samples {
      words.reserveCapacity(2 * samples)
      words.append(contentsOf: repeatElement(0, count: samples - words.count))
    }
    return floats.withFloats { floats in
      order.withUnsafeMutableBufferPointer { order in
        words.withUnsafeMutableBufferPointer { words in
          let pointers = Pointers(
            labels: floats, rowWeights: floats + labels, floatsOfTile: labels + weights,
            quantiles: floats + tiles, states: floats + tiles + stride,
            best: floats + tiles + stride + states, batch: batch, order: order, words: words)
          pointers.states.update(repeating: 0, count: states)
          for thread in 0..<threads {
            pointers.ofThread(thread).labels.update(repeating: .nan, count: labels)
          }
          if case .quantile(let quantiles) = network.training.loss {
            for output in 0..<outputs {
              pointers.quantiles[output] = Float(quantiles[output % quantiles.count])
            }
          }
          for index in 0..<samples { order[index] = index }
          return body(pointers)
        }
      }
    }
  }
}
