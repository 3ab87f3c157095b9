import Bytes

/// Computes a program step by step, as the bars come.
///
///     evaluator.setInput(0, bar.close)
///     evaluator.step()
///     let value = evaluator.output(0)  // NaN is null
///
/// A step allocates nothing.
public struct ExpressionEvaluator: Sendable {
  let layout: StateLayout
  let memories: [Memory]
  let constants: [Double]
  @usableFromInline let inputCount: Int
  @usableFromInline let outputRegisters: [Int]

  /// Everything that a step touches, as `layout` says: a step pays for each array that it takes hold
  /// of, and what it pays is more than what a short expression costs.
  @usableFromInline var state: [Double]

  public init(_ program: ExpressionProgram) {
    layout = StateLayout(program)
    memories = program.memories
    constants = program.constants
    inputCount = program.inputs.count
    outputRegisters = program.outputs.map(\.register)
    state = [Double](repeating: .nan, count: layout.count)
    state.replaceSubrange(inputCount..<inputCount + constants.count, with: constants)
    for (index, memory) in memories.enumerated() {
      setCounters(of: index, [memory.base, 0, 0])
      if memory.kind == .exponentialAverage { state[layout.past + memory.base] = 0 }
    }
    state.withUnsafeMutableBytes { bytes in
      for (index, instruction) in program.instructions.enumerated() {
        bytes.storeBytes(
          of: instruction, toByteOffset: layout.byteOffset(ofInstruction: index),
          as: Instruction.self)
      }
    }
  }

  /// Gives the value of an input at this step; NaN is null, and infinities are taken as null.
  ///
  /// An input keeps its value until it is given another.
  @inlinable
  public mutating func setInput(_ slot: Int, _ value: Double) {
    precondition(slot >= 0 && slot < inputCount, "an input was set that the program does not have")
    state[slot] = value.magnitude <= .greatestFiniteMagnitude ? value : .nan
  }

  /// Computes all outputs of this step from its inputs, given in the program's order.
  @inlinable
  public mutating func step(_ inputs: UnsafeBufferPointer<Double>) {
    precondition(inputs.count == inputCount, "a step was given another number of inputs")
    for slot in 0..<inputCount { setInput(slot, inputs[slot]) }
    step()
  }

  /// The value of an output after the last step; NaN is null.
  @inlinable
  public func output(_ index: Int) -> Double { state[outputRegisters[index]] }

  /// Computes all outputs of this step from the inputs that were set.
  public mutating func step() {
    let layout = layout
    state.withUnsafeMutableBufferPointer { state in
      guard let registers = state.baseAddress else { return }
      let past = registers + layout.past
      let counters = Counters(first: registers + layout.counters)
      var code = UnsafeRawPointer(registers) + layout.byteOffset(ofInstruction: 0)
      let end =
        UnsafeRawPointer(registers) + layout.byteOffset(ofInstruction: layout.instructionCount)
      while code != end {
        Self.execute(code.load(as: Instruction.self), registers, past, counters)
        code += MemoryLayout<Instruction>.stride
      }
    }
  }

  /// SAFETY: registers, memories and window starts were numbered by the program that the arrays were
  /// made for; cursors are checked where they are restored.
  @inline(__always)
  private static func execute(
    _ op: Instruction, _ registers: UnsafeMutablePointer<Double>,
    _ past: UnsafeMutablePointer<Double>, _ allCounters: Counters
  ) {
    guard op.code.rawValue >= Opcode.push.rawValue else {
      registers[Int(op.result)] = Arithmetic.value(
        op.code, registers[Int(op.a)], registers[Int(op.b)], registers[Int(op.c)])
      return
    }
    let counters = allCounters.of(Int(op.memory))
    let a = registers[Int(op.a)]

    switch op.code {
    case .push:
      guard !a.isNaN else {
        counters[2] = 0
        return
      }
      let cursor = counters[0]
      past[cursor] = a
      past[cursor &+ op.capacity] = a
      counters[0] = cursor &+ 1 == op.base &+ op.capacity ? op.base : cursor &+ 1
      let count = min(counters[1] &+ 1, op.capacity)
      counters[1] = count
      counters[2] = count
      return
    case .delay:
      let cursor = counters[0]
      registers[Int(op.result)] = past[cursor]
      past[cursor] = a
      counters[0] = cursor &+ 1 == op.base &+ op.capacity ? op.base : cursor &+ 1
      return
    case .exponentialAverage:
      guard !a.isNaN else {
        registers[Int(op.result)] = .nan
        return
      }
      registers[Int(op.result)] = exponentialAverage(
        a, Int(op.window), past + counters[0], counters)
      return
    default: break
    }

    let count = Int(op.window)
    guard counters[2] >= count else {
      registers[Int(op.result)] = .nan
      return
    }
    let x = UnsafePointer(past + (counters[0] &+ Int(op.start)))
    registers[Int(op.result)] =
      switch op.code {
      case .lag: x[0]
      case .sum: Arithmetic.finite(Window.sum(x, count))
      case .average: Arithmetic.finite(Window.sum(x, count) / Double(count))
      case .deviation: deviation(x, count)
      case .zscore: zscore(x, count)
      case .highest: Window.highest(x, count)
      case .lowest: Window.lowest(x, count)
      default:
        regression(
          op.code, x,
          UnsafePointer(
            past + (allCounters.of(Int(op.secondMemory))[0] &+ Int(op.secondStart))),
          count)
      }
  }

  /// Starts at the mean of the first `window` values, then moves by 2/(window + 1) of the way.
  @inline(never)
  private static func exponentialAverage(
    _ a: Double, _ window: Int, _ state: UnsafeMutablePointer<Double>,
    _ counters: Counters
  ) -> Double {
    let count = counters[1]
    if count < window {
      counters[1] = count + 1
      state[0] += a
      guard count + 1 == window else { return .nan }
      state[0] /= Double(window)
    } else {
      state[0] += 2 / Double(window + 1) * (a - state[0])
    }
    return Arithmetic.finite(state[0])
  }

  @inline(never)
  private static func deviation(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    let squares = Window.squares(x, Window.meanOffset(x, count), count)
    return squares > 0 ? Arithmetic.finite((squares / Double(count - 1)).squareRoot()) : .nan
  }

  @inline(never)
  private static func zscore(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    let offset = Window.meanOffset(x, count)
    let squares = Window.squares(x, offset, count)
    guard squares > 0 else { return .nan }
    let deviation = (squares / Double(count - 1)).squareRoot()
    return Arithmetic.finite((x[count - 1] - x[0] - offset) / deviation)
  }

  /// Least squares of y on x: slope Sxy/Sxx, intercept mean y − slope · mean x, correlation
  /// Sxy/√(Sxx·Syy).
  @inline(never)
  private static func regression(
    _ code: Opcode, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    let xOffset = Window.meanOffset(x, count)
    let yOffset = Window.meanOffset(y, count)
    let xSquares = Window.squares(x, xOffset, count)
    let products = Window.products(x, xOffset, y, yOffset, count)
    guard xSquares > 0 else { return .nan }
    if code == .correlation {
      let ySquares = Window.squares(y, yOffset, count)
      guard ySquares > 0 else { return .nan }
      let ratio = Arithmetic.finite(products / (xSquares.squareRoot() * ySquares.squareRoot()))
      return ratio > 1 ? 1 : ratio < -1 ? -1 : ratio
    }
    let slope = products / xSquares
    if code == .slope { return Arithmetic.finite(slope) }
    return Arithmetic.finite(y[0] + yOffset - slope * (x[0] + xOffset))
  }
}
