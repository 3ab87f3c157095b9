/// Where an evaluator keeps what, in one array of doubles.
struct StateLayout: Sendable {
  /// Registers come first: inputs, constants, results. Then the counters of each memory, as bit
  /// patterns, from here on.
  let counters: Int
  /// Then the memories, one after the other.
  let past: Int
  /// Then the instructions, as bytes; unlike all before, they never change.
  let code: Int
  let instructionCount: Int
  /// All of it; at least 1, as an empty array has no address.
  let count: Int

  init(_ program: ExpressionProgram) {
    counters = program.registerCount
    past = counters + program.memories.count * Memory.counters
    code = past + program.pastSize
    instructionCount = program.instructions.count
    let bytes = instructionCount * MemoryLayout<Instruction>.stride
    count = max(1, code + (bytes + 7) / 8)
  }

  func byteOffset(ofInstruction index: Int) -> Int {
    code &* MemoryLayout<Double>.stride &+ index &* MemoryLayout<Instruction>.stride
  }
}

/// Whole numbers kept among the doubles of the state, as bit patterns.
struct Counters {
  var first: UnsafeMutablePointer<Double>

  @inline(__always)
  func of(_ memory: Int) -> Counters { Counters(first: first + memory &* Memory.counters) }

  @inline(__always)
  subscript(place: Int) -> Int {
    get { Int(truncatingIfNeeded: first[place].bitPattern) }
    nonmutating set { first[place] = Double(bitPattern: UInt64(truncatingIfNeeded: newValue)) }
  }
}
