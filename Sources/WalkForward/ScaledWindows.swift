import Recurrent

/// The scaled Float32 rows and labels of one refit: what a network trains on.
///
/// Windows that overlap share their rows, so a training set of n samples takes about n + lookback
/// rows and not n * lookback. The buffers are reused from refit to refit.
struct ScaledWindows: Sendable {
  private(set) var data = TrainingData(rows: [], ends: [], labels: [])

  /// The buffers, to be filled anew and put back.
  mutating func take() -> ScaledWindows {
    let taken = self
    self = ScaledWindows()
    return taken
  }

  /// Which labels of a sample's window are given.
  struct Labels {
    /// Whether the first horizon's label of each bar of the window is, besides all of its last bar.
    var atEachBar = false
    /// The first bar whose labels are; those of earlier ones are left out.
    var from = 0
  }

  /// Scales the windows and labels of `samples`, which are in time order; `weights` are one a sample,
  /// or none.
  mutating func fill(
    samples: [Int], weights: [Double] = [], ledger: SampleLedger, scalers: ScalerSet,
    labels: Labels
  ) {
    clear(weights)
    for block in WindowBlocks(samples: samples, lookback: ledger.lookback) {
      appendRows(block.rows, of: ledger, scalers: scalers)
      data.ends.append(data.rows.count / ledger.featureCount - 1)
      appendLabels(labels, of: block.sample, ledger: ledger, scalers: scalers)
    }
  }

  /// Scales each window of `samples` by its own scalers.
  mutating func fillEach(
    samples: [Int], weights: [Double] = [], ledger: SampleLedger, labels: Labels,
    scalersOf: (Int) -> ScalerSet
  ) {
    clear(weights)
    for sample in samples {
      let scalers = scalersOf(sample)
      appendRows(sample - ledger.lookback + 1..<sample + 1, of: ledger, scalers: scalers)
      data.ends.append(data.rows.count / ledger.featureCount - 1)
      appendLabels(labels, of: sample, ledger: ledger, scalers: scalers)
    }
  }

  /// Scales all rows from `firstRow` to the last sample, for a network that carries its state: each
  /// sample is one of them, and rows that miss a feature part segments.
  mutating func fillSegments(
    from firstRow: Int, samples: [Int], weights: [Double] = [], ledger: SampleLedger,
    scalers: ScalerSet, labels: Labels
  ) {
    clear([])
    guard let last = samples.last else { return }
    var next = samples.startIndex
    var start = 0
    for row in firstRow...last {
      let count = data.rows.count / ledger.featureCount
      guard ledger.isComplete(row) else {
        if count > start { data.segments.append(start..<count) }
        start = count
        continue
      }
      appendRows(row..<row + 1, of: ledger, scalers: scalers)
      let isSample = samples[next] == row
      if isSample, row >= labels.from {
        appendLabel(of: row, ledger: ledger, scalers: scalers)
      } else {
        for _ in ledger.horizons { data.labels.append(.nan) }
      }
      if !weights.isEmpty { data.weights.append(isSample ? Float(weights[next]) : 1) }
      if isSample { next = min(next + 1, samples.count - 1) }
    }
    data.segments.append(start..<data.rows.count / ledger.featureCount)
  }

  /// Scales rows alone.
  mutating func fill(rows: Range<Int>, ledger: SampleLedger, scalers: ScalerSet) {
    clear([])
    appendRows(rows, of: ledger, scalers: scalers)
  }

  private mutating func clear(_ weights: [Double]) {
    data.rows.removeAll(keepingCapacity: true)
    data.ends.removeAll(keepingCapacity: true)
    data.labels.removeAll(keepingCapacity: true)
    data.segments.removeAll(keepingCapacity: true)
    data.weights.removeAll(keepingCapacity: true)
    for weight in weights { data.weights.append(Float(weight)) }
  }

  private mutating func appendRows(_ range: Range<Int>, of ledger: SampleLedger, scalers: ScalerSet)
  {
    let width = ledger.featureCount
    for row in range {
      for feature in 0..<width {
        data.rows.append(
          Float(scalers.features[feature].scaled(ledger.rows[row * width + feature])))
      }
    }
  }

  private mutating func appendLabels(
    _ labels: Labels, of sample: Int, ledger: SampleLedger, scalers: ScalerSet
  ) {
    if labels.atEachBar {
      for bar in sample - ledger.lookback + 1..<sample {
        let label = bar < labels.from ? .nan : ledger.label(of: bar, horizonIndex: 0)
        // A scaler of a constant would make a number of a label that is missing.
        data.labels.append(label.isNaN ? .nan : Float(scalers.outputs[0].scaled(label)))
        for _ in 1..<ledger.horizons.count { data.labels.append(.nan) }
      }
    }
    appendLabel(of: sample, ledger: ledger, scalers: scalers)
  }

  private mutating func appendLabel(of sample: Int, ledger: SampleLedger, scalers: ScalerSet) {
    for index in ledger.horizons.indices {
      let label = ledger.label(of: sample, horizonIndex: index)
      data.labels.append(Float(scalers.outputs[index].scaled(label)))
    }
  }
}

/// Walks over samples in time order and gives, for each, the rows of its window that no window
/// before it held. A gap between windows starts a new block of rows.
struct WindowBlocks: Sequence, IteratorProtocol {
  private var samples: IndexingIterator<[Int]>
  private let lookback: Int
  private var rowsThrough = -1

  init(samples: [Int], lookback: Int) {
    self.samples = samples.makeIterator()
    self.lookback = lookback
  }

  mutating func next() -> (sample: Int, rows: Range<Int>)? {
    guard let sample = samples.next() else { return nil }
    let first = Swift.max(sample - lookback + 1, rowsThrough + 1)
    rowsThrough = sample
    return (sample, first..<sample + 1)
  }
}
