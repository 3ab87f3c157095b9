import CKernels
import Numerics

/// A pass over one tile of samples: gather, forward, the loss between, backward.
struct TilePass {
  private var shape: pawl_lstm_shape
  private var work: pawl_lstm_workspace
  private var count = 0
  private let configuration: NetworkConfiguration
  private let verbs: pawl_kernels
  private let masks: Int32

  // SAFETY: `scratch` has room for the workspace of this shape.
  init(
    _ configuration: NetworkConfiguration, samples: Int, training: Bool,
    scratch: UnsafeMutablePointer<Float>, verbs: pawl_kernels
  ) {
    shape = configuration.shape(samples: samples, training: training)
    work = pawl_lstm_workspace_over(shape, scratch)
    self.configuration = configuration
    self.verbs = verbs
    masks = training ? configuration.masks : 0
  }

  var outputs: UnsafeMutablePointer<Float> { work.output }
  var outputGradients: UnsafeMutablePointer<Float> { work.d_output }

  func prepare(_ weights: UnsafePointer<Float>, backward: Bool) {}

  mutating func gather(
    _ samples: UnsafePointer<pawl_samples>, index: UnsafePointer<Int>, count: Int
  ) {
    self.count = count
    verbs.gather(&shape, &work, samples, index, count, masks)
  }

  mutating func forward(_ weights: UnsafePointer<Float>) {
    verbs.forward(&shape, &work, weights, count, masks)
  }

  mutating func backward(
    _ weights: UnsafePointer<Float>, first: Bool, _ gradient: UnsafeMutablePointer<Float>
  ) {
    verbs.backward(&shape, &work, weights, count, masks, first ? 1 : 0, gradient)
  }

  /// Draws the masks of samples number `position`... of an epoch. Elements are numbered sample by
  /// sample, each sample's from a multiple of 16.
  func drawMasks(position: Int, count: Int, seed: UInt32, epoch: Int, refit: Int) {
    func draw(_ mask: UnsafeMutablePointer<Float>, _ row: Int, _ rate: Float, _ purpose: Purpose) {
      guard rate > 0 else { return }
      let stream = pawl_philox(
        seed: seed, purpose: purpose.rawValue, epoch: UInt32(epoch), refit: UInt32(refit),
        stream: UInt32(configuration.member) << 16)
      verbs.mask(mask, count * row, position * row, rate, stream)
    }
    let hidden = pawl_padded(configuration.hidden[0])
    let inputs = Int(shape.gate_inputs) * pawl_padded(configuration.features)
    draw(work.input_mask, inputs, configuration.inputDropout, .inputDropout)
    draw(work.hidden_mask, 4 * hidden, configuration.recurrentDropout, .recurrentDropout)
    draw(work.output_mask, hidden, configuration.dropout, .dropout)
  }
}

extension NetworkConfiguration {
  /// Which dropouts training applies.
  var masks: Int32 {
    var masks = 0
    if inputDropout > 0 { masks |= pawl_mask_inputs }
    if recurrentDropout > 0 { masks |= pawl_mask_hidden }
    if dropout > 0 { masks |= pawl_mask_output }
    return Int32(masks)
  }

  /// The tensors of the flat buffer, whose norms are taken apart, in its order.
  var tensorRanges: [Range<Int>] {
    let at = layout
    let edges = [
      at.weight_hh, at.bias_ih, at.weight_ih, at.bias_hh, at.head_weight, at.head_bias, at.count,
    ]
    return (1..<edges.count).map { edges[$0 - 1]..<edges[$0] }
  }
}
