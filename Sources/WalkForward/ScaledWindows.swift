/// The scaled Float32 rows, window ends and labels of one refit: what a network trains on.
///
/// Windows that overlap share their rows, so a training set of n samples takes about n + lookback
/// rows and not n * lookback. The buffers are reused from refit to refit.
struct ScaledWindows: Sendable {
  /// [row x featureCount] row-major.
  private(set) var rows: [Float] = []
  /// The row at which each sample's window ends.
  private(set) var ends: [Int] = []
  /// [sample x horizon] row-major.
  private(set) var labels: [Float] = []

  /// Scales the windows and labels of `samples`, which are in time order.
  mutating func fill(samples: [Int], ledger: SampleLedger, scalers: ScalerSet) {
    clear()
    for block in WindowBlocks(samples: samples, lookback: ledger.lookback) {
      appendRows(block.rows, of: ledger, scalers: scalers)
      ends.append(rows.count / ledger.featureCount - 1)
      appendLabels(of: block.sample, ledger: ledger, scalers: scalers)
    }
  }

  /// Scales each window of `samples` by its own scalers.
  mutating func fillEach(
    samples: [Int], ledger: SampleLedger, scalersOf: (Int) -> ScalerSet
  ) {
    clear()
    for sample in samples {
      let scalers = scalersOf(sample)
      appendRows(sample - ledger.lookback + 1..<sample + 1, of: ledger, scalers: scalers)
      ends.append(rows.count / ledger.featureCount - 1)
      appendLabels(of: sample, ledger: ledger, scalers: scalers)
    }
  }

  /// Scales one window whose label is not known yet.
  mutating func fill(windowEndingAt bar: Int, ledger: SampleLedger, scalers: ScalerSet) {
    clear()
    appendRows(bar - ledger.lookback + 1..<bar + 1, of: ledger, scalers: scalers)
    ends.append(ledger.lookback - 1)
  }

  private mutating func clear() {
    rows.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
  }

  private mutating func appendRows(_ range: Range<Int>, of ledger: SampleLedger, scalers: ScalerSet)
  {
    let width = ledger.featureCount
    for row in range {
      for feature in 0..<width {
        rows.append(Float(scalers.features[feature].scaled(ledger.rows[row * width + feature])))
      }
    }
  }

  private mutating func appendLabels(of sample: Int, ledger: SampleLedger, scalers: ScalerSet) {
    for index in ledger.horizons.indices {
      let label = ledger.label(of: sample, horizonIndex: index)
      labels.append(Float(scalers.outputs[index].scaled(label)))
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
