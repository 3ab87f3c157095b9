import Bytes

extension ExpressionEvaluator: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(Array(state[..<layout.code]))
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    var restored = self
    let read = try reader.readDoubles(count: layout.code, "the state of the expressions")
    restored.state.replaceSubrange(..<layout.code, with: read)
    restored.state.replaceSubrange(inputCount..<inputCount + constants.count, with: constants)
    // What the instructions trust without a look.
    for (index, memory) in memories.enumerated() {
      let counters = restored.counters(of: index)
      let last =
        memory.kind == .exponentialAverage ? memory.base : memory.base + memory.capacity - 1
      guard (memory.base...last).contains(counters[0]) else {
        throw StateError(
          "a cursor of the expressions was \(counters[0]), \(memory.base) to \(last) is needed")
      }
      // An average counts its first values, and its window says when they are enough.
      let most = memory.kind == .exponentialAverage ? Function.largestWindow : memory.capacity
      guard (0...most).contains(counters[1]), counters[2] == 0 || counters[2] == counters[1] else {
        throw StateError(
          "a count of the expressions was \(counters[1]), 0 to \(most) is needed")
      }
    }
    self = restored
  }

  /// Cursor, count and count at a step with a value of a memory.
  func counters(of memory: Int) -> [Int] {
    let first = layout.counters + memory * Memory.counters
    return state[first..<first + Memory.counters].map { Int(truncatingIfNeeded: $0.bitPattern) }
  }

  mutating func setCounters(of memory: Int, _ values: [Int]) {
    let first = layout.counters + memory * Memory.counters
    for (place, value) in values.enumerated() {
      state[first + place] = Double(bitPattern: UInt64(truncatingIfNeeded: value))
    }
  }
}
