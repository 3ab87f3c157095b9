import CKernels
import Dispatch

extension FitRun {
  /// Threads that a fit uses of those it may: one where a tile is done before another thread is awake.
  static func threads(of most: Int, _ network: Network) -> Int {
    let products = network.layout.count * network.configuration.lookback * Workspace.tile
    return products < 500_000 ? 1 : most
  }

  /// Forward and backward over the windows of one batch, several tiles at a time; the sum of their
  /// losses.
  ///
  /// A tile's own gradient is summed from zero wherever it is made, and the tiles' gradients are added
  /// in the order of tiles: so the bits are those of one thread.
  func accumulateSideBySide(
    _ data: LabelledSamples, _ positions: Range<Int>, scale: Float, epoch: Int
  ) -> Double {
    let tile = sideBySide[0].pass.tile
    let tiles = (positions.count + tile - 1) / tile
    var total = 0.0
    // SAFETY: threads read the weights, the data and the order, which nobody writes meanwhile, and
    // write memory of their own: a pass's scratch, a gradient, labels, one of `losses`, and with
    // `state: keras` the states of their own samples.
    nonisolated(unsafe) let run = self
    nonisolated(unsafe) let data = data
    withUnsafeTemporaryAllocation(of: Double.self, capacity: sideBySide.count) { losses in
      nonisolated(unsafe) let losses = losses
      for first in stride(from: 0, to: tiles, by: sideBySide.count) {
        let count = min(sideBySide.count, tiles - first)
        DispatchQueue.concurrentPerform(iterations: count) { thread in
          var (pass, gradient) = run.sideBySide[thread]
          if first == 0 { pass.prepare(run.values, backward: true) }
          let start = positions.lowerBound + (first + thread) * tile
          let samples = start..<min(start + tile, positions.upperBound)
          pass.drawMasks(
            position: start, count: samples.count, seed: run.training.seed, epoch: epoch,
            refit: run.refit)
          losses[thread] = pass.losses(
            UnsafeBufferPointer(rebasing: run.memory.order[samples]),
            place: start - positions.lowerBound, of: data, scale: scale, run.values)
          // The first thread's tile comes next in order, so it adds to the sum itself.
          if scale > 0 { pass.backward(run.values, first: thread > 0 || first == 0, gradient) }
        }
        for thread in 0..<count {
          total += losses[thread]
          guard thread > 0, scale > 0 else { continue }
          verbs.add(weightCount, sideBySide[thread].gradient, sideBySide[0].gradient)
        }
      }
    }
    return total
  }
}
