import CKernels
import Numerics

/// A pass over one tile of samples: gather, forward, the loss between, backward.
///
///     pass.prepare(weights, backward: true)         // whenever weights have changed
///     pass.drawMasks(position: 0, epoch: 0, ...)    // where something is dropped
///     pass.gather(samples, index: order, count: 16)
///     pass.forward(weights)
///     // the loss reads `outputs` and writes `outputGradients`
///     pass.backward(weights, first: true, gradient)
///
/// It points into scratch memory of `floats(...)` floats, which outlives it.
struct TilePass {
  var layers: [pawl_layer]
  private(set) var head: pawl_head
  private(set) var tile: pawl_tile
  private let layout: NetworkLayout
  let configuration: NetworkConfiguration
  private let verbs: pawl_kernels

  /// Floats of scratch for a pass over `samples` at once, a multiple of 16. A pass for training has
  /// masks, and forecasts at each step where the configuration says so.
  static func floats(
    _ configuration: NetworkConfiguration, samples: Int, training: Bool
  ) -> Int {
    let shapes = configuration.shapes(samples: samples, training: training)
    let head = pawl_head_floats(shapes[shapes.count - 1], Int32(configuration.outputs))
    return shapes.reduce(head) { $0 + pawl_layer_floats($1) }
  }

  // SAFETY: `scratch` has room for `floats(...)` of the same arguments, aligned to 64 bytes; without
  // masks less is needed.
  init(
    _ configuration: NetworkConfiguration, layout: NetworkLayout, samples: Int, training: Bool,
    masked: Bool = true, scratch: UnsafeMutablePointer<Float>, verbs: pawl_kernels
  ) {
    let shapes = configuration.shapes(samples: samples, training: training, masked: masked)
    var base = scratch
    layers = shapes.map { shape in
      defer { base += pawl_layer_floats(shape) }
      return pawl_layer_over(shape, base)
    }
    head = pawl_head_over(shapes[shapes.count - 1], Int32(configuration.outputs), base)
    tile = pawl_tile(samples: samples, steps: configuration.lookback, has_state: 0)
    self.layout = layout
    self.configuration = configuration
    self.verbs = verbs
  }

  /// Forecasts, a row for each sample, or for each step and sample (row step · samples + sample) in
  /// training where each step forecasts; a row has `outputStride` floats.
  var outputs: UnsafeMutablePointer<Float> { head.output }
  /// The gradient of the loss in `outputs`, laid out alike.
  var outputGradients: UnsafeMutablePointer<Float> { head.d_output }
  var outputStride: Int { pawl_padded(configuration.outputs) }

  /// Takes up new weights. `backward`: whether gradients will be wanted.
  func prepare(_ weights: UnsafePointer<Float>, backward: Bool) {
    withLayers { layers in
      for index in 0..<layout.layers.count {
        verbs.prepare(layers + index, weights + layout.layers[index], backward ? 1 : 0)
      }
    }
  }

  /// Copies windows into the lowest layer: of samples `index[0..<count]`, their last `steps` rows
  /// (all of the lookback if nil). The pass then starts from zeros, or from states if `fromState`:
  /// those set by `setState`.
  mutating func gather(
    _ samples: UnsafePointer<pawl_samples>, index: UnsafePointer<Int>, count: Int,
    steps: Int? = nil, fromState: Bool = false
  ) {
    tile.samples = count
    tile.steps = steps ?? configuration.lookback
    tile.has_state = fromState ? 1 : 0
    var tile = tile
    withLayers { verbs.gather($0, samples, index, &tile) }
  }

  func forward(_ weights: UnsafePointer<Float>) {
    var tile = tile
    var head = head
    let top = layout.layers.count - 1
    withLayers { layers in
      for index in 0...top {
        let below = index > 0 ? layers + (index - 1) : nil
        verbs.forward(layers + index, below, weights + layout.layers[index], &tile)
      }
      verbs.head_forward(layers + top, &head, weights + layout.head, &tile)
    }
  }

  /// From `outputGradients` to the gradient of all weights, which is set if `first`, else added to.
  func backward(
    _ weights: UnsafePointer<Float>, first: Bool, _ gradient: UnsafeMutablePointer<Float>
  ) {
    var tile = tile
    var head = head
    let sets: Int32 = first ? 1 : 0
    let top = layout.layers.count - 1
    withLayers { layers in
      verbs.head_backward(
        layers + top, &head, weights + layout.head, &tile, sets, gradient + layout.head)
      for index in (0...top).reversed() {
        let below = index > 0 ? layers + (index - 1) : nil
        verbs.backward(layers + index, below, &tile, sets, gradient + layout.layers[index])
      }
    }
  }

  /// Draws the masks of samples number `position`... of an epoch. Elements are numbered sample by
  /// sample, each sample's from a multiple of 16.
  func drawMasks(position: Int, count: Int, seed: UInt32, epoch: Int, refit: Int) {
    for (index, layer) in layers.enumerated() {
      func draw(
        _ mask: UnsafeMutablePointer<Float>, _ row: Int, _ rate: Float, _ purpose: Purpose
      ) {
        guard rate > 0 else { return }
        let stream = pawl_philox(
          seed: seed, purpose: purpose.rawValue, epoch: UInt32(epoch), refit: UInt32(refit),
          stream: UInt32(configuration.member) << 16 | UInt32(index))
        verbs.mask(mask, count * row, position * row, rate, stream)
      }
      let shape = layer.shape
      let inputs = pawl_input_copies(shape) * pawl_padded(Int(shape.inputs))
      let outputs = pawl_output_steps(shape) * pawl_padded(Int(shape.hidden))
      draw(layer.work.input_mask, inputs, configuration.inputDropout, .inputDropout)
      draw(
        layer.work.hidden_mask, pawl_gate_columns(shape), configuration.recurrentDropout,
        .recurrentDropout)
      draw(layer.work.output_mask, outputs, configuration.dropout, .dropout)
    }
  }

  private func withLayers(_ body: (UnsafePointer<pawl_layer>) -> Void) {
    layers.withUnsafeBufferPointer { layers in
      guard let base = layers.baseAddress else { preconditionFailure("a network has a layer") }
      body(base)
    }
  }
}

// MARK: State

extension TilePass {
  /// Sets the state from which sample `sample` of the tile starts.
  func setState(_ state: RecurrentState, sample: Int) {
    var next = 0
    forEachUnit(row: sample) { place in
      place.pointee = state.values[next]
      next += 1
    }
  }

  /// The state in which sample `sample` of the tile ended; to be read after `forward`.
  func getState(_ state: inout RecurrentState, sample: Int) {
    var next = 0
    forEachUnit(row: tile.steps * tile.samples + sample) { place in
      state.values[next] = place.pointee
      next += 1
    }
  }

  /// Floats of a sample's states as `getStates` leaves them.
  var stateFloats: Int { configuration.stateFloats }

  /// The states in which the samples of the tile ended become those from which the next pass starts.
  func carryStates() {
    forEachStateVector(count: tile.samples) { first, last in first.update(from: last, count: 16) }
  }

  /// Sets the states from which `count` samples start to what `getStates` left at `states`.
  func setStates(_ states: UnsafePointer<Float>, count: Int) {
    var next = states
    forEachStateVector(count: count) { first, _ in
      first.update(from: next, count: 16)
      next += 16
    }
  }

  /// The states in which the samples of the tile ended, `stateFloats` for each, sample by sample; to
  /// be read after `forward`.
  func getStates(_ states: UnsafeMutablePointer<Float>) {
    var next = states
    forEachStateVector(count: tile.samples) { _, last in
      next.update(from: last, count: 16)
      next += 16
    }
  }

  /// 16 units of h or c: of the state from which a sample starts, and of that in which it ended.
  private func forEachStateVector(
    count: Int, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for sample in 0..<count {
      for layer in layers {
        for part in 0..<configuration.cell.stateCount {
          let buffer = part == 0 ? layer.work.h : layer.work.cells
          for panel in 0..<pawl_padded(Int(layer.shape.hidden)) / 16 {
            let base = buffer + panel * layer.work.panel
            body(base + sample * 16, base + (tile.steps * tile.samples + sample) * 16)
          }
        }
      }
    }
  }

  /// h, then c, of layer by layer, in the row `row` of the scratch.
  private func forEachUnit(row: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    for layer in layers {
      for buffer in [layer.work.h, layer.work.cells].prefix(configuration.cell.stateCount) {
        for unit in 0..<Int(layer.shape.hidden) {
          body(buffer + (unit / 16 * layer.work.panel + row * 16 + unit % 16))
        }
      }
    }
  }
}

extension NetworkConfiguration {
  /// Floats of a sample's states, padded.
  var stateFloats: Int { hidden.reduce(0) { $0 + pawl_padded($1) } * cell.stateCount }
}
