/// Bars of one instrument, one after another, from memory or from a file.
///
/// A stream is a cursor: it goes forward only. A copy of a stream over memory goes its own way; a
/// copy of a stream over a file shares the file's place, so make a new one instead.
public struct BarStream {
  // Bars come in blocks, so that taking one is an index into an array wherever they come from.
  @usableFromInline var block: [Bar]
  @usableFromInline var position = 0
  private let reader: BarReader?
  private let map: PriceMap?
  /// How many bars come at most, where that is known.
  public let countUpperBound: Int?

  /// A stream over bars in memory.
  ///
  /// - Parameters:
  ///   - series: the bars.
  ///   - map: applied to every bar where given.
  public init(_ series: BarSeries, map: PriceMap? = nil) {
    block = map.map { map in series.bars.map { map($0) } } ?? series.bars
    countUpperBound = block.count
    reader = nil
    self.map = nil
  }

  /// Opens a bar file.
  ///
  /// - Parameters:
  ///   - file: what to read.
  ///   - map: applied to every bar where given.
  ///   - countUpperBound: the rows of the file, where a vetting pass has counted them.
  /// - Throws: `BarError` where the file cannot be opened or its header is wrong.
  public init(_ file: BarFile, map: PriceMap? = nil, countUpperBound: Int? = nil) throws(BarError) {
    block = []
    reader = try BarReader(file)
    self.map = map
    self.countUpperBound = countUpperBound
  }

  /// The next bar, none at the end.
  ///
  /// - Throws: `BarError` where the file's next row is no bar, or reading fails.
  @inlinable
  public mutating func next() throws(BarError) -> Bar? {
    if position == block.count, try !refill() { return nil }
    let bar = block[position]
    position += 1
    return bar
  }

  /// The bar that `next` would give, which must be there.
  @inline(__always)
  var coming: Bar { block[position] }

  /// When the coming bar closes, Int64.max at the end: looks without taking.
  @inline(__always)
  mutating func timeOfComing() throws(BarError) -> Int64 {
    if position == block.count, try !refill() { return .max }
    return block[position].time.milliseconds
  }

  /// Takes the coming bar.
  @inline(__always)
  mutating func pass() { position &+= 1 }

  @usableFromInline
  mutating func refill() throws(BarError) -> Bool {
    guard let reader else { return false }
    block.removeAll(keepingCapacity: true)
    position = 0
    while block.count < 512, let bar = try reader.next() {
      block.append(map.map { $0(bar) } ?? bar)
    }
    return !block.isEmpty
  }
}
