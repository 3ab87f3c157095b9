import Bytes
import CKernels
import Numerics

/// What an optimiser counts: powers are multiplied up update by update, so no `pow` is needed.
///
/// Formulas: PyTorch's `torch.optim` and Keras 3's `keras.optimizers`; Kingma and Ba, "Adam: a method
/// for stochastic optimization", 2015; Dozat, "Incorporating Nesterov momentum into Adam", 2016;
/// Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
struct OptimizerState: Restorable, Equatable, Sendable {
  private(set) var updates = 0
  private(set) var beta1Power = 1.0
  private(set) var beta2Power = 1.0
  /// Of nadam: the product of its momenta, and 0.96 to the power of what has passed.
  private(set) var momentumProduct = 1.0
  private(set) var momentumDecay = 1.0
  /// What plateaus have left of the learning rate.
  private(set) var plateauFactor = 1.0

  /// What PyTorch's nadam takes 0.96 to the power of, an update.
  private static let torchMomentumDecay = Elementary.power(0.96, 0.004)

  /// The learning rate of the next update.
  func learningRate(_ training: TrainingConfiguration) -> Double {
    training.learningRate * training.schedule.factor(updates: updates) * plateauFactor
  }

  /// Takes the learning rate down by a step of a plateau where the loss has been no smaller for as many
  /// epochs as the schedule waits. `watch` is new in each fit; what plateaus took stays.
  mutating func endEpoch(_ schedule: Schedule, loss: Double, _ watch: inout LossWatch) {
    guard case .plateau(let factor, let patience, let least) = schedule,
      !watch.takes(loss, minDelta: 0), watch.waited >= patience
    else { return }
    watch.waited = 0
    plateauFactor = max(plateauFactor * factor, min(least, plateauFactor))
  }

  /// Counts an update and gives what its step is made of, gradients not clipped.
  mutating func advance(_ training: TrainingConfiguration) -> pawl_update {
    let optimizer = training.optimizer
    let rate = learningRate(training)
    updates += 1
    var update = pawl_update()
    update.rate = Float(rate)
    update.gradient_scale = 1
    update.limit = .infinity
    update.gradient_rate = 1
    update.root_scale = 1
    update.square_rate = Float(1 - optimizer.rho)
    if optimizer.decayIsDecoupled {
      update.weight_decay = Float(rate * optimizer.weightDecay)
    } else {
      update.gradient_decay = Float(optimizer.weightDecay)
    }
    switch optimizer.kind {
    case .sgd where optimizer.momentum == 0:
      update.rule = pawl_rule_sgd
    case .sgd:
      update.rule = optimizer.nesterov ? pawl_rule_nesterov : pawl_rule_momentum
      update.momentum = Float(optimizer.momentum)
      if !optimizer.isTorch {
        // Keras's momentum holds steps, not gradients.
        (update.gradient_rate, update.rate) = (Float(-rate), -1)
      }
    case .rmsprop, .adagrad:
      update.rule = optimizer.kind == .rmsprop ? pawl_rule_rmsprop : pawl_rule_adagrad
      if optimizer.isTorch {
        update.epsilon = Float(optimizer.epsilon)
      } else {
        update.inner_epsilon = Float(optimizer.epsilon)
      }
    case .adam, .adamw, .nadam:
      advanceMoments(optimizer, rate: rate, &update)
    }
    return update
  }

  /// PyTorch's adam: θ −= η/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + ε); Keras's:
  /// θ −= η√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε). Nadam, with P the product of μ up to t:
  /// θ −= η (μₜ₊₁m/(1−Pμₜ₊₁) + (1−μₜ)g/(1−P)) / (√v/√(1−β₂ᵗ) + ε).
  private mutating func advanceMoments(
    _ optimizer: Optimizer, rate: Double, _ update: inout pawl_update
  ) {
    beta1Power *= optimizer.beta1
    beta2Power *= optimizer.beta2
    let correction1 = 1 - beta1Power
    let correction2 = (1 - beta2Power).squareRoot()
    update.rule = pawl_rule_adam
    update.mean_rate = Float(1 - optimizer.beta1)
    update.square_rate = Float(1 - optimizer.beta2)
    update.epsilon = Float(optimizer.epsilon)
    if optimizer.kind == .nadam {
      let decay = optimizer.isTorch ? OptimizerState.torchMomentumDecay : 0.96
      momentumDecay *= decay
      let momentum = optimizer.beta1 * (1 - 0.5 * momentumDecay)
      let next = optimizer.beta1 * (1 - 0.5 * (momentumDecay * decay))
      momentumProduct *= momentum
      update.rule = pawl_rule_nadam
      update.mean_share = Float(next / (1 - momentumProduct * next))
      update.gradient_share = Float((1 - momentum) / (1 - momentumProduct))
      update.root_scale = Float(1 / correction2)
    } else if optimizer.isTorch {
      update.rate = Float(rate / correction1)
      update.root_scale = Float(1 / correction2)
    } else {
      update.rate = Float(rate * correction2 / correction1)
    }
  }

  func save(to writer: inout StateWriter) {
    writer.write(updates)
    writer.write([beta1Power, beta2Power, momentumProduct, momentumDecay, plateauFactor])
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    updates = try reader.readInt()
    let powers = try reader.readDoubles(count: 5, "an optimiser's counters")
    (beta1Power, beta2Power) = (powers[0], powers[1])
    (momentumProduct, momentumDecay, plateauFactor) = (powers[2], powers[3], powers[4])
  }
}

extension Optimizer {
  /// Numbers it remembers of each weight.
  var slots: Int {
    switch kind {
    case .sgd: momentum == 0 ? 0 : 1
    case .rmsprop, .adagrad: 1
    case .adam, .adamw, .nadam: 2
    }
  }

  /// Whether decay is taken off the weight itself. PyTorch adds that of all but adamw to the gradient.
  var decayIsDecoupled: Bool { kind == .adamw || !isTorch }
}
