import Bytes
import CKernels

/// The counters of Adam: powers of β are multiplied up step by step, so no `pow` is needed.
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", 2015. β₁ 0.9, β₂ 0.999.
struct AdamState: Restorable, Equatable, Sendable {
  static let beta1 = 0.9
  static let beta2 = 0.999

  private(set) var updates = 0
  private(set) var beta1Power = 1.0
  private(set) var beta2Power = 1.0

  /// Counts an update and gives what its step multiplies by.
  ///
  /// PyTorch: θ −= η/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + ε); Keras: θ −= η√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε).
  mutating func advance(learningRate: Double, dialect: Dialect) -> pawl_adam_factors {
    updates += 1
    beta1Power *= AdamState.beta1
    beta2Power *= AdamState.beta2
    let correction1 = 1 - beta1Power
    let correction2 = (1 - beta2Power).squareRoot()
    let rate: Double
    let rootScale: Double
    let epsilon: Float
    switch dialect {
    case .torch: (rate, rootScale, epsilon) = (learningRate / correction1, 1 / correction2, 1e-8)
    case .keras3, .keras2:
      (rate, rootScale, epsilon) = (learningRate * correction2 / correction1, 1, 1e-7)
    case .keras1:
      (rate, rootScale, epsilon) = (learningRate * correction2 / correction1, 1, 1e-8)
    }
    return pawl_adam_factors(
      rate: Float(rate), root_scale: Float(rootScale), epsilon: epsilon,
      one_minus_beta1: Float(1 - AdamState.beta1), one_minus_beta2: Float(1 - AdamState.beta2))
  }

  func save(to writer: inout StateWriter) {
    writer.write(updates)
    writer.write(beta1Power)
    writer.write(beta2Power)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    updates = try reader.readInt()
    beta1Power = try reader.readDouble()
    beta2Power = try reader.readDouble()
  }
}
