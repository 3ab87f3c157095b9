import Bytes

/// How values are brought to the size a network likes.
public enum ScalerKind: Equatable, Sendable {
  case none
  /// The smallest value to `low`, the largest to `high`.
  case minmax(low: Double, high: Double)
  /// Mean 0, standard deviation 1 (dividing by n).
  case zscore
  /// Median 0, interquartile range 1, quantiles by linear interpolation (NumPy's default). Where the
  /// quartiles are one, though not all values are, the standard deviation takes their place.
  case robust
}

/// On which values a scaler is fitted.
public enum ScalerFit: String, CaseIterable, Sendable {
  /// The training set of each refit.
  case train
  /// The training set of the first refit, then frozen.
  case first
  /// Each window by its own values.
  case window
  /// The whole series: a leak, kept only to repeat what the literature does.
  case all
}

/// An affine map of one column: `(x - offset) / unit * gain + shift`, and back.
public struct Scaler: Equatable, Sendable {
  var offset: Double
  /// 0 for a constant column, which maps to the middle of the range.
  var unit: Double
  var gain: Double
  var shift: Double

  public static let identity = Scaler(offset: 0, unit: 1, gain: 1, shift: 0)

  @inline(__always)
  func scaled(_ value: Double) -> Double {
    unit == 0 ? shift : (value - offset) / unit * gain + shift
  }

  /// Undoes `scaled` in Float64; a constant column gives its constant.
  @inline(__always)
  func restored(_ value: Double) -> Double {
    unit == 0 ? offset : (value - shift) / gain * unit + offset
  }
}

/// What a scaler is fitted from, taken in one value at a time in time order (Welford's update), so
/// that a set that grows by one needs no second pass.
///
/// For `robust` the values are kept too, in their order: a value more then costs as much as moving
/// those above it, some 10 microseconds for each 100 000.
public struct ScalerStatistics: Equatable, Sendable {
  public private(set) var count = 0
  private var mean = 0.0
  private var squares = 0.0
  private var low = Double.infinity
  private var high = -Double.infinity
  /// Empty unless quantiles are wanted.
  private var values = SortedValues()
  private let keepsValues: Bool

  /// - Parameter kind: the scaler that is wanted.
  public init(for kind: ScalerKind) { keepsValues = kind == .robust }

  public mutating func add(_ value: Double) {
    count += 1
    let before = value - mean
    mean += before / Double(count)
    squares += before * (value - mean)
    low = min(low, value)
    high = max(high, value)
    if keepsValues { values.add(value) }
  }

  /// The scaler of the values so far; without any, the identity.
  ///
  /// - Precondition: `kind` is `robust` only if the statistics were made for it.
  public mutating func fitted(_ kind: ScalerKind) -> Scaler {
    guard count > 0 else { return .identity }
    switch kind {
    case .none:
      return .identity
    case .minmax(let bottom, let top):
      guard high > low else {
        return Scaler(offset: low, unit: 0, gain: 1, shift: bottom + (top - bottom) / 2)
      }
      return Scaler(offset: low, unit: high - low, gain: top - bottom, shift: bottom)
    case .zscore:
      // A constant's mean may be off by an ulp, which must not be blown up to unit size.
      guard high > low else { return Scaler(offset: low, unit: 0, gain: 1, shift: 0) }
      return Scaler(offset: mean, unit: deviation, gain: 1, shift: 0)
    case .robust:
      precondition(keepsValues, "statistics for quantiles keep their values")
      guard high > low else { return Scaler(offset: low, unit: 0, gain: 1, shift: 0) }
      let range = values.quantile(0.75) - values.quantile(0.25)
      return Scaler(
        offset: values.quantile(0.5), unit: range > 0 ? range : deviation, gain: 1, shift: 0)
    }
  }

  /// The standard deviation of the values so far (dividing by n); without any, NaN.
  var deviation: Double { (squares / Double(count)).squareRoot() }
}

/// One scaler a feature and one an output.
public struct ScalerSet: Equatable, Sendable {
  var features: [Scaler]
  var outputs: [Scaler]

  /// Fitted from one statistics a feature and one a horizon.
  public init(
    features: [ScalerStatistics], outputs: [ScalerStatistics], kind: ScalerKind,
    outputKind: ScalerKind
  ) {
    var (features, outputs) = (features, outputs)
    self.init(
      features: features.indices.map { features[$0].fitted(kind) },
      outputs: outputs.indices.map { outputs[$0].fitted(outputKind) })
  }

  init(features: [Scaler], outputs: [Scaler]) {
    self.features = features
    self.outputs = outputs
  }

  init(featureCount: Int, outputCount: Int) {
    features = Array(repeating: .identity, count: featureCount)
    outputs = Array(repeating: .identity, count: outputCount)
  }
}

extension ScalerSet: Restorable {
  public func save(to writer: inout StateWriter) {
    for scaler in features + outputs {
      writer.write([scaler.offset, scaler.unit, scaler.gain, scaler.shift])
    }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    func read(_ reader: inout StateReader) throws(StateError) -> Scaler {
      let values = try reader.readDoubles(count: 4, "a scaler")
      return Scaler(offset: values[0], unit: values[1], gain: values[2], shift: values[3])
    }
    for index in features.indices { features[index] = try read(&reader) }
    for index in outputs.indices { outputs[index] = try read(&reader) }
  }
}

extension ScalerStatistics: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    writer.write([mean, squares, low, high])
    if keepsValues { values.save(to: &writer) }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.readInt()
    let values = try reader.readDoubles(count: 4, "a scaler's statistics")
    (mean, squares, low, high) = (values[0], values[1], values[2], values[3])
    if keepsValues { try self.values.restore(from: &reader) }
  }
}
