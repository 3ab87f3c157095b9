import Recurrent
import WalkForward

// What a spec says of its model, as resolved: keys that its choices give no meaning are left out.

extension ForecasterSpec {
  /// The keys of `model`.
  func write(_ walk: WalkConfiguration, to writer: inout SpecWriter) {
    writer.line("forecaster", kind)
    switch self {
    case .network(let network): network.writeModel(walk, to: &writer)
    case .naive, .drift, .mean, .ecm: break
    case .seasonalNaive(let season): writer.line("season", season)
    case .ridge(let lookback, let penalty):
      writer.line("lookback", lookback)
      writer.line("penalty", penalty)
    case .ar(let order): writer.line("order", order)
    }
  }

  private var kind: ForecasterKind {
    switch self {
    case .network: .network
    case .naive: .naive
    case .drift: .drift
    case .mean: .mean
    case .seasonalNaive: .seasonalNaive
    case .ridge: .ridge
    case .ar: .ar
    case .ecm: .ecm
    }
  }
}

extension NetworkSpec {
  /// The keys of `model`.
  fileprivate func writeModel(_ walk: WalkConfiguration, to writer: inout SpecWriter) {
    let shape = configuration
    writer.line("cell", shape.cell)
    writer.line("hidden", list: shape.hidden.map(String.init))
    writer.line("lookback", shape.lookback)
    if shape.state != .stateful { writer.line("output", shape.output) }
    if shape.cell == .gru { writer.line("gru_form", shape.gruForm) }
    if shape.cell != .rnn { writer.line("gates", shape.gates) }
    // A Float32's own digits: 0.3 and not 0.30000001192092896.
    writer.line("dropout", raw: "\(shape.dropout)")
    writer.line("input_dropout", raw: "\(shape.inputDropout)")
    writer.line("recurrent_dropout", raw: "\(shape.recurrentDropout)")
    writer.line("stateful", raw: shape.state.rawValue)
    if shape.state == .stateful { writer.line("state_bars", walk.stateBars, or: "all") }
    writer.line("dialect", shape.dialect)
    writer.line("ensemble", ensemble)
    if let initialWeights { writer.line("init", initialWeights.written) }
  }

  /// The keys of `training`.
  func writeTraining(_ walk: WalkConfiguration, to writer: inout SpecWriter) {
    training.loss.write(to: &writer)
    training.optimizer.write(to: &writer)
    writer.line("learning_rate", training.learningRate)
    writer.section("schedule") { training.schedule.write(to: &$0) }
    switch training.clipping {
    case .none: break
    case .value(let limit): writer.line("clip_value", limit)
    case .norm(let limit): writer.line("clip_norm", limit)
    case .globalNorm(let limit): writer.line("clip_global_norm", limit)
    }
    writer.line("epochs", training.epochs)
    switch training.batch {
    case .size(let size): writer.line("batch", size)
    case .all: writer.line("batch", raw: "all")
    }
    writer.line("shuffle", training.shuffle)
    writer.line("weight_half_life", walk.weightHalfLife, or: "none")
    writer.line("validation", walk.validation)
    if walk.validation > 0 { writer.line("after_validation", walk.afterValidation) }
    if let stopping = training.earlyStopping {
      writer.section("early_stopping") { writer in
        writer.line("patience", stopping.patience)
        writer.line("min_delta", stopping.minDelta)
      }
    }
    writer.line("on_divergence", walk.onDivergence)
  }
}

extension Loss {
  fileprivate func write(to writer: inout SpecWriter) {
    writer.line("loss", word)
    switch self {
    case .huber(let delta): writer.line("huber_delta", delta)
    case .quantile(let quantiles):
      writer.line("quantiles", list: quantiles.map(SpecWriter.number))
    case .mse, .mae, .logcosh: break
    }
  }
}

extension Optimizer {
  fileprivate func write(to writer: inout SpecWriter) {
    writer.line("optimizer", kind)
    func has(_ key: String) -> Bool { Self.kinds(with: key).contains(kind) }
    if has("momentum") { writer.line("momentum", momentum) }
    if has("nesterov") { writer.line("nesterov", nesterov) }
    if has("rho") { writer.line("rho", rho) }
    if has("beta1") { writer.line("beta1", beta1) }
    if has("beta2") { writer.line("beta2", beta2) }
    if has("epsilon") { writer.line("epsilon", epsilon) }
    writer.line("weight_decay", weightDecay)
  }
}

extension Schedule {
  fileprivate func write(to writer: inout SpecWriter) {
    writer.line("kind", word)
    switch self {
    case .constant: break
    case .exponential(let rate, let steps), .inverseTime(let rate, let steps):
      writer.line("rate", rate)
      writer.line("steps", steps)
    case .cosine(let end, let steps):
      writer.line("end", end)
      writer.line("steps", steps)
    case .polynomial(let end, let power, let steps):
      writer.line("end", end)
      writer.line("power", power)
      writer.line("steps", steps)
    case .plateau(let factor, let patience, let least):
      writer.line("factor", factor)
      writer.line("patience", patience)
      writer.line("least", least)
    }
  }

  private var word: ScheduleWord {
    switch self {
    case .constant: .constant
    case .exponential: .exponential
    case .inverseTime: .inverseTime
    case .cosine: .cosine
    case .polynomial: .polynomial
    case .plateau: .plateau
    }
  }
}

extension WalkConfiguration {
  /// The keys of `training` about scalers.
  func writeScaling(to writer: inout SpecWriter) {
    writer.line("scaler", scaler.word)
    if let range = scaler.range ?? targetScaler.range {
      writer.line("scaler_range", list: [range.low, range.high].map(SpecWriter.number))
    }
    writer.line("scaler_fit", scalerFit)
    writer.line("target_scaler", targetScaler.word)
  }

  /// The keys of `walk_forward` that any forecaster has.
  func write(firstFraction: Double?, to writer: inout SpecWriter) {
    switch trainingSet {
    case .expanding: writer.line("train", raw: "expanding")
    case .rolling(let window):
      writer.line("train", raw: "rolling")
      writer.line("window", window)
    case .incremental(let replay):
      writer.line("train", raw: "incremental")
      writer.line("replay", replay)
    }
    if let firstFraction {
      writer.line("first", firstFraction)
    } else {
      writer.line("first", first)
    }
    switch refits {
    case .every(let bars): writer.line("refit_every", bars)
    case .never: writer.line("refit_every", raw: "never")
    case .weekly: writer.line("refit_every", raw: "weekly")
    case .monthly: writer.line("refit_every", raw: "monthly")
    case .drift(let window, let factor):
      writer.line("refit_every", raw: "drift")
      writer.section("drift") { writer in
        writer.line("window", window)
        writer.line("factor", factor)
      }
    }
  }
}

extension ScalerKind {
  fileprivate var range: (low: Double, high: Double)? {
    if case .minmax(let low, let high) = self { return (low, high) }
    return nil
  }
}
