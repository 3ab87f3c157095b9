import Numerics

/// What an instruction does. The first ones look at this step only, the others keep the past.
enum Opcode: UInt8 {
  case negate, absolute, sign, squareRoot, exponential, logarithm
  case add, subtract, multiply, divide
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
  case minimum, maximum
  /// The first operand where the second is not null.
  case firstOfBoth
  case select, clip

  /// Appends the operand to a history, unless it is null.
  case push
  case lag
  case sum, average, deviation, zscore, highest, lowest
  case slope, intercept, correlation
  case exponentialAverage
  /// The operand some steps of the panel ago, nulls counted.
  case delay
}

/// Arithmetic on values of which NaN is null; nothing here returns an infinity.
///
/// Folding and the evaluator share it, so a constant is the same bits wherever it is computed.
enum Arithmetic {
  /// Overflow and division by zero are null.
  @inline(__always)
  static func finite(_ value: Double) -> Double {
    value.magnitude <= .greatestFiniteMagnitude ? value : null()
  }

  // A call, so that the usual way is a jump that is foreseen, and what waits for the value waits for
  // nothing else.
  @inline(never)
  private static func null() -> Double { .nan }

  /// The result of an opcode that looks at this step only; operands it does not use are ignored.
  @inline(__always)
  static func value(_ code: Opcode, _ a: Double, _ b: Double, _ c: Double) -> Double {
    switch code {
    case .negate: return -a
    case .absolute: return a.magnitude
    case .sign: return a > 0 ? 1 : a < 0 ? -1 : a == 0 ? 0 : .nan
    case .squareRoot: return a.squareRoot()
    case .exponential: return finite(Elementary.exp(a))
    case .logarithm: return a > 0 ? Elementary.log(a) : .nan
    case .add: return finite(a + b)
    case .subtract: return finite(a - b)
    case .multiply: return finite(a * b)
    case .divide: return finite(a / b)
    case .less: return truth(a < b, a, b)
    case .lessOrEqual: return truth(a <= b, a, b)
    case .greater: return truth(a > b, a, b)
    case .greaterOrEqual: return truth(a >= b, a, b)
    case .equal: return truth(a == b, a, b)
    case .notEqual: return truth(a != b, a, b)
    case .minimum: return a.isNaN || b.isNaN ? .nan : a < b ? a : b
    case .maximum: return a.isNaN || b.isNaN ? .nan : a > b ? a : b
    case .firstOfBoth: return b.isNaN ? .nan : a
    case .select: return a.isNaN ? .nan : a != 0 ? b : c
    case .clip:
      if a.isNaN || b.isNaN || c.isNaN { return .nan }
      let raised = a < b ? b : a
      return raised > c ? c : raised
    case .push, .lag, .sum, .average, .deviation, .zscore, .highest, .lowest, .slope, .intercept,
      .correlation, .exponentialAverage, .delay:
      preconditionFailure("an opcode with a past has no value at one step")
    }
  }

  @inline(__always)
  private static func truth(_ holds: Bool, _ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : holds ? 1 : 0
  }
}

extension Opcode {
  init(_ sign: Operator) {
    self =
      switch sign {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      case .equal: .equal
      case .notEqual: .notEqual
      }
  }
}
