import Bytes

extension ExpressionEvaluator: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(registers)
    writer.write(past)
    writer.write(counters)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let registers = try reader.readDoubles(
      count: self.registers.count, "the values of the expressions")
    let past = try reader.readDoubles(count: self.past.count, "the past of the expressions")
    let counters = try reader.readInts()
    guard counters.count == self.counters.count else {
      throw StateError(
        "the expressions had \(counters.count) counters, \(self.counters.count) are needed")
    }
    // What the instructions trust without a look.
    for (index, memory) in memories.enumerated() {
      let cursor = counters[index * Memory.counters]
      let last =
        memory.kind == .exponentialAverage ? memory.base : memory.base + memory.capacity - 1
      guard memory.base <= last, (memory.base...last).contains(cursor) else {
        throw StateError(
          "a cursor of the expressions was \(cursor), \(memory.base) to \(last) is needed")
      }
      let count = counters[index * Memory.counters + 1]
      let available = counters[index * Memory.counters + 2]
      guard count >= 0, memory.kind == .exponentialAverage || count <= memory.capacity,
        available == 0 || available == count
      else {
        throw StateError(
          "a count of the expressions was \(count), 0 to \(memory.capacity) is needed")
      }
    }
    let constants = Array(self.registers[constantRange])
    self.registers = registers
    self.registers.replaceSubrange(constantRange, with: constants)
    self.past = past
    self.counters = counters
  }
}
