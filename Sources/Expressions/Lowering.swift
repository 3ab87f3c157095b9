/// Turns parsed expressions into one list of instructions in which nothing is computed twice.
struct Lowering {
  /// A value of the program, before registers are numbered.
  enum Operand: Hashable {
    case input(Int)
    case constant(Int)
    case result(Int)
  }
  /// An instruction before registers are numbered; equal ones give equal values.
  struct Draft: Hashable {
    var code: Opcode
    var a: Operand
    var b: Operand
    var c: Operand
    var window = 0
    var memory = -1
    var secondMemory = -1
  }

  /// Values of all histories together that a program may keep: 1 GiB of them.
  static let largestPast = 1 << 27

  private(set) var inputs: [InputSlot] = []
  private(set) var constants: [Double] = []
  private(set) var drafts: [Draft] = []
  private(set) var memories: [Memory] = []
  private var inputIndex: [InputSlot: Int] = [:]
  private var constantIndex: [UInt64: Int] = [:]
  private var resultIndex: [Draft: Int] = [:]
  private var historyIndex: [Operand: Int] = [:]

  /// Values that the memories hold together.
  var pastSize: Int { memories.reduce(0) { $0 + $1.size } }

  /// Appends what `syntax` needs; returns its value and the inputs it reads.
  mutating func lower(_ syntax: Syntax, horizon: Int) -> (Operand, inputs: [InputSlot]) {
    let needed = Self.needed(syntax)
    var operands = [Operand?](repeating: nil, count: syntax.nodes.count)
    var read: [InputSlot] = []
    for (index, node) in syntax.nodes.enumerated() where needed[index] {
      if let constant = node.constant {
        operands[index] = self.constant(constant)
        continue
      }
      let children = node.kind.children.map { operands[$0] }
      func child(_ place: Int) -> Operand {
        guard let operand = children[place] else {
          preconditionFailure("a node's children come before it")
        }
        return operand
      }
      switch node.kind {
      case .number, .horizon: preconditionFailure("numbers are constant")
      case .input(let slot):
        operands[index] = input(slot)
        read.append(slot)
      case .firstForecast(let horizon):
        operands[index] = input(.forecast(horizon: horizon))
        read.append(.forecast(horizon: horizon))
      case .negation:
        operands[index] = emit(.negate, child(0))
      case .binary(let sign, _, _):
        operands[index] = emit(Opcode(sign), child(0), child(1))
      case .call(.select, let arguments, _):
        if let condition = syntax.nodes[arguments[0]].constant {
          operands[index] =
            condition.isNaN ? constant(.nan) : condition != 0 ? child(1) : child(2)
        } else {
          operands[index] = emit(.select, child(0), child(1), child(2))
        }
      case .call(let function, let arguments, let window):
        operands[index] = lowerCall(
          function, arguments.indices.map(child), window: window ?? 1, horizon: horizon)
      }
    }
    guard let root = operands[syntax.root] else {
      preconditionFailure("the root is always needed")
    }
    return (root, read)
  }

  /// Which nodes the value depends on: not those below a constant or in a branch never taken.
  private static func needed(_ syntax: Syntax) -> [Bool] {
    var needed = [Bool](repeating: false, count: syntax.nodes.count)
    needed[syntax.root] = true
    for index in syntax.nodes.indices.reversed() where needed[index] {
      let node = syntax.nodes[index]
      if node.constant != nil { continue }
      if case .call(.select, let arguments, _) = node.kind,
        let condition = syntax.nodes[arguments[0]].constant
      {
        if !condition.isNaN { needed[condition != 0 ? arguments[1] : arguments[2]] = true }
      } else {
        for child in node.kind.children { needed[child] = true }
      }
    }
    return needed
  }

  private mutating func lowerCall(
    _ function: Function, _ arguments: [Operand], window: Int, horizon: Int
  ) -> Operand {
    let x = arguments[0]
    if let code = function.opcodeOfWindow { return emit(code, over: x, window) }
    if let code = function.opcodeOfPair {
      let y = arguments[1]
      let pairedX = emit(.firstOfBoth, x, y)
      let pairedY = emit(.firstOfBoth, y, x)
      var draft = draft(code, pairedX, pairedY)
      draft.window = window
      draft.memory = history(pairedX, window)
      draft.secondMemory = history(pairedY, window)
      return emit(draft)
    }
    switch function {
    case .lag: return emit(.lag, over: x, window + 1)
    case .difference: return emit(.subtract, x, emit(.lag, over: x, window + 1))
    case .exponentialAverage:
      return emitWithMemory(
        .exponentialAverage, x, window, Memory(kind: .exponentialAverage, capacity: 1))
    case .atOrigin:
      if horizon == 0 { return x }
      return emitWithMemory(.delay, x, horizon, Memory(kind: .delay, capacity: horizon))
    case .maximum, .minimum:
      let code: Opcode = function == .maximum ? .maximum : .minimum
      return arguments.dropFirst().reduce(x) { emit(code, $0, $1) }
    default:
      guard let code = function.opcodeOfOneStep else {
        preconditionFailure("every function has a way to be lowered")
      }
      return emit(
        code, x, arguments.count > 1 ? arguments[1] : nil, arguments.count > 2 ? arguments[2] : nil)
    }
  }

  // MARK: Values

  private mutating func input(_ slot: InputSlot) -> Operand {
    if let index = inputIndex[slot] { return .input(index) }
    inputs.append(slot)
    inputIndex[slot] = inputs.count - 1
    return .input(inputs.count - 1)
  }

  private mutating func constant(_ value: Double) -> Operand {
    let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
    if let index = constantIndex[bits] { return .constant(index) }
    constants.append(Double(bitPattern: bits))
    constantIndex[bits] = constants.count - 1
    return .constant(constants.count - 1)
  }

  private func draft(_ code: Opcode, _ a: Operand, _ b: Operand? = nil, _ c: Operand? = nil)
    -> Draft
  {
    Draft(code: code, a: a, b: b ?? a, c: c ?? a)
  }

  private mutating func emit(_ draft: Draft) -> Operand {
    if let index = resultIndex[draft] { return .result(index) }
    drafts.append(draft)
    resultIndex[draft] = drafts.count - 1
    return .result(drafts.count - 1)
  }

  private mutating func emit(
    _ code: Opcode, _ a: Operand, _ b: Operand? = nil, _ c: Operand? = nil
  ) -> Operand {
    emit(draft(code, a, b, c))
  }

  private mutating func emit(_ code: Opcode, over x: Operand, _ window: Int) -> Operand {
    var draft = draft(code, x)
    draft.window = window
    draft.memory = history(x, window)
    return emit(draft)
  }

  private mutating func emitWithMemory(
    _ code: Opcode, _ x: Operand, _ window: Int, _ memory: Memory
  ) -> Operand {
    var draft = draft(code, x)
    draft.window = window
    if let index = resultIndex[draft] { return .result(index) }
    drafts.append(draft)
    resultIndex[draft] = drafts.count - 1
    memories.append(memory)
    drafts[drafts.count - 1].memory = memories.count - 1
    return .result(drafts.count - 1)
  }

  /// The history of `x`, with room for `window` values, fed from here on.
  private mutating func history(_ x: Operand, _ window: Int) -> Int {
    if let index = historyIndex[x] {
      memories[index].capacity = max(memories[index].capacity, window)
      return index
    }
    memories.append(Memory(kind: .history, capacity: window))
    let index = memories.count - 1
    historyIndex[x] = index
    var push = draft(.push, x)
    push.memory = index
    drafts.append(push)
    return index
  }
}
