import CKernels

/// Training or validation data as a fit reads them: samples with labels at one or more places each.
///
/// Where the network is stateful a sample is a chunk of rows, and each row a place; with `output:
/// sequence` each step is one; else there is one place a sample.
// SAFETY: the pointers are to arrays that live for the call that made this, of the sizes checked
// by `Network.check`.
struct LabelledSamples {
  let rows: UnsafePointer<Float>
  let ends: UnsafePointer<Int>?
  let labels: UnsafePointer<Float>
  let weights: UnsafePointer<Float>?
  let segments: UnsafeBufferPointer<Range<Int>>
  let lookback: Int
  let steps: Int
  let labelCount: Int
  let outputsPerLabel: Int
  /// Samples of an epoch: windows or chunks.
  let count: Int
  /// Samples as a report counts them: windows, or rows that have a label.
  let reportedCount: Int
  /// Outputs with a label that each window has, where all have them.
  private let outputsOfEach: Double?

  init(
    _ data: TrainingData, _ network: Network, rows: UnsafePointer<Float>, ends: UnsafePointer<Int>?,
    labels: UnsafePointer<Float>, weights: UnsafePointer<Float>?,
    segments: UnsafeBufferPointer<Range<Int>>
  ) {
    let configuration = network.configuration
    self.rows = rows
    self.ends = ends
    self.labels = labels
    self.weights = data.weights.isEmpty ? nil : weights
    self.segments = segments
    lookback = configuration.lookback
    steps = configuration.output == .sequence ? lookback : 1
    outputsPerLabel = network.training.loss.outputsPerLabel
    labelCount = configuration.outputs / outputsPerLabel
    if configuration.state == .stateful {
      let (lookback, labelCount) = (lookback, labelCount)
      count = segments.reduce(0) { $0 + ($1.count + lookback - 1) / lookback }
      reportedCount = segments.reduce(0) { count, segment in
        count
          + segment.count { row in
            (0..<labelCount).contains { !labels[row * labelCount + $0].isNaN }
          }
      }
      outputsOfEach = nil
    } else {
      count = data.ends.count
      reportedCount = count
      outputsOfEach =
        data.labels.contains(where: \.isNaN)
        ? nil : Double((steps - 1) * outputsPerLabel + configuration.outputs)
    }
  }

  // MARK: Windows

  /// Labels of a window that are looked at, at a step: of those before the last the first alone.
  private func labelCount(step: Int) -> Int { step == steps - 1 ? labelCount : 1 }

  /// Outputs of windows `index` that have a label.
  func labelled(_ index: UnsafeBufferPointer<Int>) -> Double {
    if let outputsOfEach { return Double(index.count) * outputsOfEach }
    var total = 0.0
    for sample in index {
      for step in 0..<steps {
        total += labelled(place: sample * steps + step, labels: labelCount(step: step))
      }
    }
    return total
  }

  /// Spreads the labels of windows `index` over the outputs of a tile's rows, row step · windows +
  /// window, and their weights over its rows.
  func spread(_ index: UnsafeBufferPointer<Int>, to memory: FitMemory.Pointers) {
    for step in 0..<steps {
      for (place, sample) in index.enumerated() {
        spread(
          place: sample * steps + step, labels: labelCount(step: step), weightedAs: sample,
          toRow: step * index.count + place, of: memory)
      }
    }
  }

  // MARK: Chunks

  /// Rows of a segment that a stateful network reads between two updates of its state's gradient.
  struct Chunk {
    var rows: Range<Int>
    /// Whether the state is zeros at its start.
    var opensSegment: Bool
  }

  /// The chunks in time order: of each segment the last ends with it, and only the first is shorter.
  struct Chunks {
    fileprivate var segment = 0
    fileprivate var row: Int?

    mutating func next(of data: LabelledSamples) -> Chunk? {
      while segment < data.segments.count {
        let rows = data.segments[segment]
        let start = row ?? rows.lowerBound
        guard start < rows.upperBound else {
          segment += 1
          row = nil
          continue
        }
        let count = (rows.upperBound - start - 1) % data.lookback + 1
        row = start + count
        return Chunk(rows: start..<start + count, opensSegment: start == rows.lowerBound)
      }
      return nil
    }
  }

  /// Outputs of the next `count` chunks that have a label.
  func labelled(next count: Int, of chunks: Chunks) -> Double {
    var chunks = chunks
    var total = 0.0
    for _ in 0..<count {
      guard let chunk = chunks.next(of: self) else { break }
      for row in chunk.rows { total += labelled(place: row, labels: labelCount) }
    }
    return total
  }

  func spread(_ chunk: Chunk, to memory: FitMemory.Pointers) {
    for (place, row) in chunk.rows.enumerated() {
      spread(place: row, labels: labelCount, weightedAs: row, toRow: place, of: memory)
    }
  }

  // MARK: Places

  private func labelled(place: Int, labels known: Int) -> Double {
    var present = 0
    for at in 0..<known where !labels[place * labelCount + at].isNaN { present += 1 }
    return Double(present * outputsPerLabel)
  }

  private func spread(
    place: Int, labels known: Int, weightedAs item: Int, toRow row: Int,
    of memory: FitMemory.Pointers
  ) {
    let outputs = labelCount * outputsPerLabel
    let to = memory.labels + row * pawl_padded(outputs)
    for output in 0..<outputs {
      let at = output / outputsPerLabel
      to[output] = at < known ? labels[place * labelCount + at] : .nan
    }
    if let weights { memory.rowWeights[row] = weights[item] }
  }
}

extension TrainingData {
  /// Calls `body` with the samples as a fit reads them.
  func withSamples<Result>(of network: Network, _ body: (LabelledSamples) -> Result) -> Result {
    rows.withUnsafeBufferPointer { rows in
      ends.withUnsafeBufferPointer { ends in
        labels.withUnsafeBufferPointer { labels in
          weights.withUnsafeBufferPointer { weights in
            segments.withUnsafeBufferPointer { segments in
              guard let rows = rows.baseAddress, let labels = labels.baseAddress else {
                preconditionFailure("there is a sample")
              }
              return body(
                LabelledSamples(
                  self, network, rows: rows, ends: ends.baseAddress, labels: labels,
                  weights: weights.baseAddress, segments: segments))
            }
          }
        }
      }
    }
  }
}
