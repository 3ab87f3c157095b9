import Market

/// Reads one expression by precedence climbing; names are resolved as they are met.
///
///     comparison: sum [(< | <= | > | >= | == | !=) sum]
///     sum:        product {(+ | -) product}
///     product:    signed {(* | /) signed}
///     signed:     - signed | primary
///     primary:    number | ( comparison ) | name | name.name | name(comparison, …)
///                 | hedge_ratio(name, name)
struct Parser {
  /// Parentheses, calls and signs within one another; it bounds the stack.
  static let deepestNesting = 200
  /// Numbers, names and operators of one text; it bounds the memory.
  static let mostNodes = 100_000

  let names: Names
  let expression: Int
  private var lexer: Lexer
  private var token = Token(kind: .end, offset: 0)
  private var depth = 0
  var syntax = Syntax()

  static func parse(_ text: String, names: Names, expression: Int) throws(ExpressionError) -> Syntax
  {
    var parser = Parser(text, names: names, expression: expression)
    try parser.advance()
    if parser.token.kind == .end { throw parser.error(0, "the expression is empty") }
    _ = try parser.parseComparison()
    try parser.expectEnd()
    return parser.syntax
  }

  private init(_ text: String, names: Names, expression: Int) {
    self.names = names
    self.expression = expression
    lexer = Lexer(text, expression: expression)
  }

  private mutating func advance() throws(ExpressionError) { token = try lexer.next() }

  func error(_ offset: Int, _ message: String) -> ExpressionError {
    ExpressionError(expression: expression, offset: offset, message: message)
  }

  private func expectEnd() throws(ExpressionError) {
    switch token.kind {
    case .end: return
    case .close: throw error(token.offset, "')' closes no parenthesis")
    case .comma: throw error(token.offset, "',' stands outside the parentheses of a function")
    default:
      throw error(token.offset, "\(shown(token)) stands where an operator or the end is needed")
    }
  }

  // MARK: Operators

  /// Each `parse` returns the index of the node that it appended last.
  private mutating func parseComparison() throws(ExpressionError) -> Int {
    let left = try parseBinary(tighterThan: Operator.less.precedence)
    guard case .comparison(let sign) = token.kind else { return left }
    let offset = token.offset
    try advance()
    let right = try parseBinary(tighterThan: Operator.less.precedence)
    if case .comparison(let second) = token.kind {
      throw error(
        token.offset,
        "comparisons do not chain; write (a \(sign.rawValue) b) * (b \(second.rawValue) c)")
    }
    return try append(.binary(sign, left, right), offset)
  }

  private mutating func parseBinary(tighterThan outer: Int) throws(ExpressionError) -> Int {
    var left = try parseSigned()
    while let sign = binaryOperator, sign.precedence > outer {
      let offset = token.offset
      try advance()
      let right = try parseBinary(tighterThan: sign.precedence)
      left = try append(.binary(sign, left, right), offset)
    }
    return left
  }

  private var binaryOperator: Operator? {
    switch token.kind {
    case .plus: .add
    case .minus: .subtract
    case .times: .multiply
    case .over: .divide
    default: nil
    }
  }

  private mutating func parseSigned() throws(ExpressionError) -> Int {
    guard token.kind == .minus else { return try parsePrimary() }
    let offset = token.offset
    try descend(offset)
    try advance()
    let child = try parseSigned()
    depth -= 1
    return try append(.negation(child), offset)
  }

  private mutating func descend(_ offset: Int) throws(ExpressionError) {
    depth += 1
    if depth > Self.deepestNesting {
      throw error(
        offset, "parentheses and signs nest deeper than \(Self.deepestNesting), which is the limit")
    }
  }

  // MARK: Values

  private mutating func parsePrimary() throws(ExpressionError) -> Int {
    let start = token
    switch start.kind {
    case .number(let value):
      try advance()
      return try append(.number(value), start.offset)
    case .open:
      try descend(start.offset)
      try advance()
      let inner = try parseComparison()
      try expectClose(of: start.offset)
      depth -= 1
      return inner
    case .name(let name):
      try advance()
      return try parseName(name, start.offset)
    case .end:
      throw error(start.offset, "the expression ends where a value is needed")
    default:
      throw error(start.offset, "\(shown(start)) stands where a value is needed")
    }
  }

  private mutating func parseName(_ name: String, _ offset: Int) throws(ExpressionError) -> Int {
    switch token.kind {
    case .dot:
      let isPosition = name == "position"
      let instrument = isPosition ? nil : try names.instrument(name, offset, expression)
      let dot = token.offset
      try advance()
      guard case .name(let member) = token.kind else {
        throw error(dot, "'.' stands where no name follows it")
      }
      let memberOffset = token.offset
      try advance()
      let slot =
        if let instrument {
          InputSlot.field(
            instrument: instrument,
            field: try names.field(member, of: name, memberOffset, expression))
        } else {
          try names.position(member, offset, memberOffset, expression)
        }
      return try append(.input(slot), offset)
    case .open:
      let open = token.offset
      if name == "forecast" { return try parseForecast(offset, open) }
      if name == "hedge_ratio" { return try parseHedgeRatio(offset, open) }
      let function = try names.function(name, offset, expression)
      return try parseCall(function, offset, open)
    default:
      return try append(try names.value(name, offset, expression), offset)
    }
  }

  private mutating func parseCall(
    _ function: Function, _ offset: Int, _ open: Int
  ) throws(ExpressionError) -> Int {
    try descend(open)
    var arguments: [Int] = []
    var first = 0
    var lastRange = 0..<0
    repeat {
      try advance()
      if arguments.isEmpty, token.kind == .close { break }
      first = syntax.nodes.count
      let start = token.offset
      arguments.append(try parseComparison())
      lastRange = start..<token.offset
    } while token.kind == .comma
    try expectClose(of: open)
    depth -= 1

    guard function.arity.contains(arguments.count) else {
      throw error(
        offset, names.wrongCount("\(function.rawValue) takes", function.arity, arguments.count))
    }
    var window: Int?
    if let least = function.leastWindow, arguments.count == function.arity.upperBound {
      window = try wholeNumber(
        "the \(function.windowNoun) of \(function.rawValue)", arguments.removeLast(), lastRange,
        least: least)
      syntax.nodes.removeSubrange(first...)
    }
    if function == .difference, window == 1 { window = nil }
    if function == .atOrigin, syntax.nodes[arguments[0]].hasOrigin {
      throw error(offset, "at_origin stands within at_origin; once is enough")
    }
    return try append(.call(function, arguments: arguments, window: window), offset)
  }

  private mutating func parseForecast(_ offset: Int, _ open: Int) throws(ExpressionError) -> Int {
    let horizons = try names.forecastHorizons(offset, expression)
    try descend(open)
    try advance()
    let first = syntax.nodes.count
    let start = token.offset
    let argument = try parseComparison()
    let range = start..<token.offset
    if token.kind == .comma { throw error(token.offset, "forecast takes 1 argument, its horizon") }
    try expectClose(of: open)
    depth -= 1
    let horizon = try wholeNumber("the horizon of forecast", argument, range, least: 0)
    guard horizons.contains(horizon) else {
      let known = Spelling.list(horizons.map { "\($0)" })
      throw error(
        start,
        "the horizon of forecast was \(horizon), \(known) \(horizons.count == 1 ? "is" : "are") known"
      )
    }
    syntax.nodes.removeSubrange(first...)
    return try append(.input(.forecast(horizon: horizon)), offset)
  }

  private mutating func parseHedgeRatio(
    _ offset: Int, _ open: Int
  ) throws(ExpressionError) -> Int {
    try names.checkHedgeRatio(offset, expression)
    var instruments: [Int] = []
    repeat {
      try advance()
      guard case .name(let name) = token.kind else {
        throw error(token.offset, "\(shown(token)) stands where hedge_ratio needs an instrument")
      }
      instruments.append(try names.instrument(name, token.offset, expression))
      try advance()
    } while token.kind == .comma
    try expectClose(of: open)
    guard instruments.count == 2 else {
      throw error(offset, names.wrongCount("hedge_ratio takes", 2...2, instruments.count))
    }
    guard instruments[0] != instruments[1] else {
      throw error(offset, "hedge_ratio was given one instrument twice, two are needed")
    }
    return try append(.input(.hedgeRatio(of: instruments[0], on: instruments[1])), offset)
  }

  /// The constant that node `index` comes to, as a count of bars.
  private func wholeNumber(
    _ what: String, _ index: Int, _ range: Range<Int>, least: Int
  ) throws(ExpressionError) -> Int {
    guard let value = syntax.nodes[index].constant else {
      throw error(
        range.lowerBound, "\(what) was '\(quoted(range))', a constant whole number is needed")
    }
    guard let whole = Int(exactly: value) else {
      let found = value.isNaN ? "null" : "\(value)"
      throw error(range.lowerBound, "\(what) was \(found), a whole number is needed")
    }
    guard whole >= least else {
      let hint = what == "the distance of lag" ? "; no expression looks forward" : ""
      throw error(range.lowerBound, "\(what) was \(whole), at least \(least) is needed" + hint)
    }
    guard whole <= Function.largestWindow else {
      throw error(
        range.lowerBound, "\(what) was \(whole), at most \(Function.largestWindow) is allowed")
    }
    return whole
  }

  private mutating func expectClose(of open: Int) throws(ExpressionError) {
    switch token.kind {
    case .close: try advance()
    case .end: throw error(open, "'(' is never closed")
    default:
      throw error(token.offset, "\(shown(token)) stands where an operator or ')' is needed")
    }
  }

  // MARK: Nodes

  private mutating func append(
    _ kind: Syntax.Node.Kind, _ offset: Int
  ) throws(ExpressionError) -> Int {
    guard syntax.nodes.count < Self.mostNodes else {
      throw error(
        offset, "the expression has more than \(Self.mostNodes) parts, which is the limit")
    }
    var node = Syntax.Node(kind: kind, offset: offset)
    node.constant = constant(of: kind)
    node.hasOrigin = kind.children.contains { syntax.nodes[$0].hasOrigin }
    if case .call(.atOrigin, _, _) = kind { node.hasOrigin = true }
    syntax.nodes.append(node)
    return syntax.nodes.count - 1
  }

  /// Folds what no bar can change; functions of past bars are null until warm, so never constant.
  private func constant(of kind: Syntax.Node.Kind) -> Double? {
    var values: [Double] = []
    for child in kind.children {
      guard let value = syntax.nodes[child].constant else { return nil }
      values.append(value)
    }
    switch kind {
    case .number(let value): return value
    case .horizon: return names.horizon.map(Double.init)
    case .input, .firstForecast: return nil
    case .negation: return Arithmetic.value(.negate, values[0], 0, 0)
    case .binary(let sign, _, _): return Arithmetic.value(Opcode(sign), values[0], values[1], 0)
    case .call(let function, _, _):
      guard let code = function.opcodeOfOneStep else { return nil }
      if function.arity.upperBound == Int.max {
        return values.dropFirst().reduce(values[0]) { Arithmetic.value(code, $0, $1, 0) }
      }
      values += [0, 0]
      return Arithmetic.value(code, values[0], values[1], values[2])
    }
  }

  // MARK: Quoting

  private func quoted(_ range: Range<Int>) -> String {
    var end = range.upperBound
    while end > range.lowerBound, lexer.bytes[end - 1] <= 0x20 { end -= 1 }
    let shortEnd = min(end, range.lowerBound + 40)
    return lexer.text(range.lowerBound..<shortEnd) + (shortEnd < end ? "…" : "")
  }

  private func shown(_ token: Token) -> String {
    switch token.kind {
    case .number(let value): "the number \(Syntax.text(of: value))"
    case .name(let name): "'\(name)'"
    case .comparison(let sign): "'\(sign.rawValue)'"
    case .plus: "'+'"
    case .minus: "'-'"
    case .times: "'*'"
    case .over: "'/'"
    case .open: "'('"
    case .close: "')'"
    case .comma: "','"
    case .dot: "'.'"
    case .end: "the end"
    }
  }
}
