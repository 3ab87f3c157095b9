/// A `PhiloxStream` read from its first word on, for uses that cannot tell beforehand how many
/// words they need, such as bounded integers.
///
/// Made for one use at once (a shuffle, a draw), never kept over bars: so it is no state.
public struct PhiloxSequence: RandomNumberGenerator, Sendable {
  public let stream: PhiloxStream
  private var element = 0
  private var words = SIMD4<UInt32>()

  public init(_ stream: PhiloxStream) { self.stream = stream }

  /// The next 64 bits: `stream.bits(at: 0)`, then `stream.bits(at: 1)` and so on.
  public mutating func next() -> UInt64 {
    if element & 1 == 0 { words = stream.block(at: UInt32(truncatingIfNeeded: element >> 1)) }
    let isFirst = element & 1 == 0
    element += 1
    return isFirst
      ? UInt64(words.y) << 32 | UInt64(words.x) : UInt64(words.w) << 32 | UInt64(words.z)
  }

  /// Uniform over 0 ..< bound, without bias.
  ///
  /// Lemire, "Fast Random Integer Generation in an Interval", 2019.
  /// - Precondition: bound is positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a bounded random integer has a positive bound")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(truncatingIfNeeded: product.high)
  }

  /// Puts the elements into a random order, each order as likely as any other (Fisher and Yates,
  /// from the last place down).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// `count` different members of 0 ..< population, in rising order, each set as likely as any
  /// other (Floyd's algorithm). Takes count · log(count) steps, whatever the population.
  ///
  /// - Precondition: 0 ≤ count ≤ population.
  public mutating func sample(_ count: Int, of population: Int) -> [Int] {
    precondition(count >= 0 && count <= population, "a sample is no larger than its population")
    var chosen = Set<Int>(minimumCapacity: count)
    for candidate in (population - count)..<population {
      let draw = integer(below: candidate + 1)
      if !chosen.insert(draw).inserted { chosen.insert(candidate) }
    }
    return chosen.sorted()
  }
}
