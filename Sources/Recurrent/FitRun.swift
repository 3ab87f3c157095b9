import CKernels
import Numerics

/// One fit: epochs of batches, batches of tiles. For each batch: gather, forward, loss, backward tile
/// by tile; clipping; the optimiser's update. After each epoch: validation, and what hangs on it.
// SAFETY: all pointers are to buffers of the sizes that the network's layout, the workspace's shape
// and the data name, checked by the caller; none is kept.
struct FitRun {
  let configuration: NetworkConfiguration
  let training: TrainingConfiguration
  let refit: Int
  let epochs: Int
  var optimizer: OptimizerState
  let verbs: pawl_kernels
  let weightCount: Int
  private let tensors: [[Range<Int>]]
  let values: UnsafeMutablePointer<Float>
  private let gradient: UnsafeMutablePointer<Float>
  let memory: FitMemory.Pointers
  private let observe: ((UpdateRecord) -> Void)?
  private var pass: LossPass
  private var evaluation: LossPass
  /// The tiles of a batch that are worked on at the same time: passes with memory of their own, and
  /// where each leaves its gradient. The first is `pass` and `gradient`.
  let sideBySide: [(pass: LossPass, gradient: UnsafeMutablePointer<Float>)]

  init(
    _ network: Network, refit: Int, epochs: Int, values: UnsafeMutablePointer<Float>,
    threads: [Workspace.ThreadMemory], memory: FitMemory.Pointers,
    observe: ((UpdateRecord) -> Void)?
  ) {
    configuration = network.configuration
    training = network.training
    optimizer = network.optimizer
    verbs = network.variant.verbs
    weightCount = network.layout.count
    tensors = network.layout.tensors
    self.refit = refit
    self.epochs = epochs
    self.values = values
    gradient = threads[0].gradient
    self.memory = memory
    self.observe = observe
    sideBySide = threads.prefix(FitRun.threads(of: threads.count, network)).enumerated().map {
      let memory = memory.ofThread($0.offset)
      let pass = LossPass(network, masked: true, scratch: $0.element.scratch, memory: memory)
      return (pass, $0.element.gradient)
    }
    pass = sideBySide[0].pass
    evaluation = LossPass(network, masked: false, scratch: threads[0].scratch, memory: memory)
  }

  /// `fit` for closures that cannot throw.
  mutating func result(
    _ data: LabelledSamples, validation: LabelledSamples?
  ) -> Result<FitReport, TrainingError> {
    do {
      return .success(try fit(data, validation: validation))
    } catch {
      return .failure(error)
    }
  }

  private mutating func fit(
    _ data: LabelledSamples, validation: LabelledSamples?
  ) throws(TrainingError) -> FitReport {
    var report = FitReport(
      samples: data.reportedCount, epochs: 0, updates: 0, lossFirst: .nan, lossLast: .nan)
    var watch = LossWatch()
    var plateau = LossWatch()
    var last = (epoch: 0, update: 0)
    for epoch in 0..<epochs {
      let trained = try train(data, epoch: epoch, updates: report.updates)
      report.epochs = epoch + 1
      report.updates += trained.updates
      report.lossLast = trained.loss
      if epoch == 0 { report.lossFirst = trained.loss }
      if trained.updates > 0 { last = (epoch, trained.updates - 1) }
      if let validation { report.validationLoss = evaluation.mean(validation, values) }
      if var record = trained.lastRecord {
        record.validationLoss = report.validationLoss ?? .nan
        observe?(record)
      }
      let loss = report.validationLoss ?? trained.loss
      optimizer.endEpoch(training.schedule, loss: loss, &plateau)
      let earlyStopping = training.earlyStopping
      if validation != nil || earlyStopping != nil {
        if watch.takes(loss, minDelta: earlyStopping?.minDelta ?? 0) {
          report.bestEpoch = epoch + 1
          if earlyStopping != nil { memory.best.update(from: values, count: weightCount) }
        } else if let earlyStopping, watch.waited >= earlyStopping.patience {
          break
        }
      }
      if let most = training.maxUpdates, report.updates >= most { break }
    }
    if training.earlyStopping != nil, let best = report.bestEpoch, best < report.epochs {
      values.update(from: memory.best, count: weightCount)
      if validation != nil { report.validationLoss = watch.best }
    }
    guard verbs.all_finite(weightCount, values) != 0 else {
      throw TrainingError(refit: refit, epoch: last.epoch, update: last.update, found: .weights)
    }
    return report
  }

  // MARK: An epoch

  private struct Epoch {
    var updates = 0
    /// The mean over the epoch.
    var loss = Double.nan
    /// Of the last update, not yet told.
    var lastRecord: UpdateRecord?
  }

  private mutating func train(
    _ data: LabelledSamples, epoch: Int, updates: Int
  ) throws(TrainingError) -> Epoch {
    if training.shuffle { shuffle(count: data.count, epoch: epoch) }
    let most = training.maxUpdates ?? .max
    var chunks = LabelledSamples.Chunks()
    var result = Epoch()
    var total = 0.0
    var outputs = 0.0
    var start = 0
    while start < data.count, updates + result.updates < most {
      let positions = start..<min(start + memory.batch, data.count)
      start = positions.upperBound
      let labelled: Double
      let losses: Double
      if configuration.state == .stateful {
        labelled = data.labelled(next: positions.count, of: chunks)
        losses = accumulateGradient(data, &chunks, positions, labelled: labelled, epoch: epoch)
      } else {
        labelled = data.labelled(UnsafeBufferPointer(rebasing: memory.order[positions]))
        losses = accumulateGradient(data, positions, labelled: labelled, epoch: epoch)
      }
      guard labelled > 0 else { continue }
      guard losses.isFinite else {
        throw TrainingError(
          refit: refit, epoch: epoch, update: result.updates, found: .loss(losses / labelled))
      }
      let norm = update()
      if let observe {
        if let record = result.lastRecord { observe(record) }
        result.lastRecord = UpdateRecord(
          refit: refit, epoch: epoch, update: result.updates, loss: losses / labelled,
          validationLoss: .nan, gradientNorm: norm)
      }
      result.updates += 1
      total += losses
      outputs += labelled
    }
    if outputs > 0 { result.loss = total / outputs }
    return result
  }

  /// Forward and backward over the windows of one batch, tile by tile; the sum of their losses.
  private mutating func accumulateGradient(
    _ data: LabelledSamples, _ positions: Range<Int>, labelled: Double, epoch: Int
  ) -> Double {
    guard labelled > 0 || configuration.state == .keras else { return 0 }
    let scale = labelled > 0 ? Float(1 / labelled) : 0
    if sideBySide.count > 1, positions.count > pass.tile {
      return accumulateSideBySide(data, positions, scale: scale, epoch: epoch)
    }
    var losses = 0.0
    pass.prepare(values, backward: true)
    for start in stride(from: positions.lowerBound, to: positions.upperBound, by: pass.tile) {
      let tile = start..<min(start + pass.tile, positions.upperBound)
      pass.drawMasks(
        position: start, count: tile.count, seed: training.seed, epoch: epoch, refit: refit)
      losses += pass.losses(
        UnsafeBufferPointer(rebasing: memory.order[tile]), place: start - positions.lowerBound,
        of: data, scale: scale, values)
      if labelled > 0 { pass.backward(values, first: start == positions.lowerBound, gradient) }
    }
    return losses
  }

  /// The same over chunks, each from the state in which the one before it ended.
  private mutating func accumulateGradient(
    _ data: LabelledSamples, _ chunks: inout LabelledSamples.Chunks, _ positions: Range<Int>,
    labelled: Double, epoch: Int
  ) -> Double {
    let scale = labelled > 0 ? Float(1 / labelled) : 0
    var losses = 0.0
    pass.prepare(values, backward: true)
    for position in positions {
      guard let chunk = chunks.next(of: data) else { break }
      pass.drawMasks(position: position, count: 1, seed: training.seed, epoch: epoch, refit: refit)
      losses += pass.losses(chunk, of: data, scale: scale, values)
      if labelled > 0 { pass.backward(values, first: position == positions.lowerBound, gradient) }
    }
    return losses
  }

  /// Clips the gradient and updates the weights; the gradient's norm before clipping, NaN where nobody
  /// wants it.
  private mutating func update() -> Double {
    var update = optimizer.advance(training)
    var norm = Double.nan
    if observe != nil { norm = wholeNorm }
    switch training.clipping {
    case .none:
      apply(&update, 0..<weightCount)
    case .value(let limit):
      update.limit = Float(limit)
      apply(&update, 0..<weightCount)
    case .norm(let limit):
      for tensor in tensors {
        update.gradient_scale = scale(self.norm(tensor), limit: limit)
        for part in tensor { apply(&update, part) }
      }
    case .globalNorm(let limit):
      if observe == nil { norm = wholeNorm }
      update.gradient_scale = scale(norm, limit: limit)
      apply(&update, 0..<weightCount)
    }
    return norm
  }

  private var wholeNorm: Double { verbs.sum_of_squares(weightCount, gradient).squareRoot() }

  private func norm(_ parts: [Range<Int>]) -> Double {
    var squares = 0.0
    for part in parts { squares += verbs.sum_of_squares(part.count, gradient + part.lowerBound) }
    return squares.squareRoot()
  }

  /// PyTorch: min(1, limit / (norm + 1e-6)); Keras: min(1, limit / norm).
  private func scale(_ norm: Double, limit: Double) -> Float {
    let ratio = limit / (training.optimizer.isTorch ? norm + 1e-6 : norm)
    return ratio < 1 ? Float(ratio) : ratio.isNaN ? .nan : 1
  }

  private func apply(_ update: inout pawl_update, _ range: Range<Int>) {
    let weights = values + range.lowerBound
    let slots = training.optimizer.slots
    // Slots that the rule does not read are not there; it gets the weights instead.
    verbs.update(
      range.count, &update, gradient + range.lowerBound, weights,
      slots > 0 ? weights + weightCount : weights, slots > 1 ? weights + 2 * weightCount : weights)
  }

  /// Fisher and Yates's shuffle of 0..<count; step i draws element i of the stream.
  private func shuffle(count: Int, epoch: Int) {
    guard let words = memory.words.baseAddress else { preconditionFailure("there are words") }
    verbs.random(
      words, count, 0,
      pawl_philox(
        seed: training.seed, purpose: Purpose.shuffle.rawValue, epoch: UInt32(epoch),
        refit: UInt32(refit), stream: UInt32(configuration.member) << 16))
    for index in 0..<count { memory.order[index] = index }
    for index in stride(from: count - 1, to: 0, by: -1) {
      let other = Int((UInt64(words[index]) * UInt64(index + 1)) >> 32)
      memory.order.swapAt(index, other)
    }
  }
}

/// The least of a series of losses, and how many came since.
struct LossWatch {
  var best = Double.infinity
  var waited = 0

  /// Whether a loss is less than the best by more than `minDelta`, which makes it the best.
  mutating func takes(_ loss: Double, minDelta: Double) -> Bool {
    guard loss + minDelta < best else {
      waited += 1
      return false
    }
    best = loss
    waited = 0
    return true
  }
}
