import Bytes

/// Fits the scalers of a walk on the distinct rows of the training samples' windows, the outputs'
/// on their labels; never on anything else.
struct ScalerFitting: Restorable, Sendable {
  let kind: ScalerKind
  let outputKind: ScalerKind
  /// Statistics of the first `samplesTaken` mature samples, so that a set that only grows needs no
  /// second pass.
  private var features: [ScalerStatistics]
  private var outputs: [ScalerStatistics]
  private var rowsThrough = -1
  private var samplesTaken = 0

  init(kind: ScalerKind, outputKind: ScalerKind, featureCount: Int, outputCount: Int) {
    self.kind = kind
    self.outputKind = outputKind
    features = Array(repeating: ScalerStatistics(for: kind), count: featureCount)
    outputs = Array(repeating: ScalerStatistics(for: outputKind), count: outputCount)
  }

  /// Scalers of all mature samples.
  mutating func fittedOnAll(of ledger: SampleLedger) -> ScalerSet {
    for sample in ledger.mature[samplesTaken...] {
      let first = max(sample - ledger.lookback + 1, rowsThrough + 1)
      rowsThrough = sample
      Self.add(rows: first..<sample + 1, of: ledger, to: &features)
      for index in outputs.indices {
        outputs[index].add(ledger.label(of: sample, horizonIndex: index))
      }
    }
    samplesTaken = ledger.mature.count
    // In place, so that what a scaler puts in order stays so.
    return ScalerSet(
      features: features.indices.map { features[$0].fitted(kind) },
      outputs: outputs.indices.map { outputs[$0].fitted(outputKind) })
  }

  /// Scalers of some samples, in time order.
  func fitted(on samples: [Int], of ledger: SampleLedger) -> ScalerSet {
    var features = features.map { _ in ScalerStatistics(for: kind) }
    var outputs = outputs.map { _ in ScalerStatistics(for: outputKind) }
    for block in WindowBlocks(samples: samples, lookback: ledger.lookback) {
      Self.add(rows: block.rows, of: ledger, to: &features)
      for index in outputs.indices {
        outputs[index].add(ledger.label(of: block.sample, horizonIndex: index))
      }
    }
    return ScalerSet(features: features, outputs: outputs, kind: kind, outputKind: outputKind)
  }

  /// Scalers of one window by its own rows, its outputs by the labels that lie at the window's bars
  /// and were known when it ended.
  ///
  /// - Returns: nil where an output that is scaled has no such label.
  func fitted(onWindowEndingAt bar: Int, of ledger: SampleLedger) -> ScalerSet? {
    var features = features.map { _ in ScalerStatistics(for: kind) }
    var outputs = outputs.map { _ in ScalerStatistics(for: outputKind) }
    let window = bar - ledger.lookback + 1..<bar + 1
    Self.add(rows: window, of: ledger, to: &features)
    for index in ledger.horizons.indices {
      for labelBar in ledger.labelBars(inWindowEndingAt: bar, horizonIndex: index) {
        let label = ledger.labelsAtBar[labelBar * ledger.horizons.count + index]
        if !label.isNaN { outputs[index].add(label) }
      }
      guard outputs[index].count > 0 || outputKind == .none else { return nil }
    }
    return ScalerSet(features: features, outputs: outputs, kind: kind, outputKind: outputKind)
  }

  private static func add(
    rows: Range<Int>, of ledger: SampleLedger, to statistics: inout [ScalerStatistics]
  ) {
    let width = ledger.featureCount
    for row in rows {
      for feature in 0..<width { statistics[feature].add(ledger.rows[row * width + feature]) }
    }
  }

  func save(to writer: inout StateWriter) {
    for statistics in features + outputs { statistics.save(to: &writer) }
    writer.write(rowsThrough)
    writer.write(samplesTaken)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in features.indices { try features[index].restore(from: &reader) }
    for index in outputs.indices { try outputs[index].restore(from: &reader) }
    rowsThrough = try reader.readInt()
    samplesTaken = try reader.readInt()
    guard samplesTaken >= 0 else {
      throw StateError("scalers were fitted on \(samplesTaken) samples")
    }
  }
}
