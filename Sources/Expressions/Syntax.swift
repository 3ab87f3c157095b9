import Market

/// An operator between two values.
enum Operator: String {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="

  /// How tightly it binds; larger is tighter.
  var precedence: Int {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: 1
    case .add, .subtract: 2
    case .multiply, .divide: 3
    }
  }
}

/// A parsed expression: a flat list in which each node stands after its children.
///
/// Flat, so that no walk over it recurses and a sum over thousands of instruments is no danger to
/// the stack.
struct Syntax {
  struct Node {
    enum Kind: Equatable {
      case number(Double)
      case horizon
      case input(InputSlot)
      /// `forecast` without a horizon: the first one's.
      case firstForecast(horizon: Int)
      case negation(Int)
      case binary(Operator, Int, Int)
      /// A function of `arguments`; a window is `window`, and no argument.
      case call(Function, arguments: [Int], window: Int?)
    }

    var kind: Kind
    /// Bytes from the start of the text to the node's own sign or name.
    var offset: Int
    /// The value where no bar can change it; NaN is a constant null.
    var constant: Double?
    /// Whether `at_origin` occurs in it.
    var hasOrigin = false
  }

  var nodes: [Node] = []
  var root: Int { nodes.count - 1 }
}

extension Syntax.Node.Kind {
  /// The nodes it is made of, in order.
  var children: [Int] {
    switch self {
    case .number, .horizon, .input, .firstForecast: []
    case .negation(let child): [child]
    case .binary(_, let left, let right): [left, right]
    case .call(_, let arguments, _): arguments
    }
  }
}
