import Market

/// What each name means in a scope, and what was probably meant where it means nothing.
struct Names {
  let scope: Scope
  private let indices: [String: Int]

  init(_ scope: Scope) {
    self.scope = scope
    indices = Dictionary(
      zip(scope.instruments, scope.instruments.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The horizon of a target; nil elsewhere.
  var horizon: Int? {
    if case .target(let horizon) = scope.role { horizon } else { nil }
  }

  func instrument(
    _ name: String, _ offset: Int, _ expression: Int
  ) throws(ExpressionError) -> Int {
    if let index = indices[name] { return index }
    throw ExpressionError(
      expression: expression, offset: offset, message: unknownInstrument(name))
  }

  func field(
    _ name: String, of instrument: String, _ offset: Int, _ expression: Int
  ) throws(ExpressionError) -> Field {
    let fields = Field.allCases
    if let field = fields.first(where: { $0.name == name }) { return field }
    var message = "'\(name)' is not a field of \(instrument); "
    if let meant = Spelling.nearest(to: name, among: fields.map(\.name)) {
      message += "did you mean '\(meant)'?"
    } else {
      message += Spelling.list(fields.map(\.name)) + " are"
    }
    throw ExpressionError(expression: expression, offset: offset, message: message)
  }

  func position(
    _ name: String, _ offset: Int, _ nameOffset: Int, _ expression: Int
  ) throws(ExpressionError) -> InputSlot {
    guard case .position = scope.role else {
      throw ExpressionError(
        expression: expression, offset: offset, message: "'position' may be used in positions only")
    }
    return .position(instrument: try instrument(name, nameOffset, expression))
  }

  func function(
    _ name: String, _ offset: Int, _ expression: Int
  ) throws(ExpressionError) -> Function {
    if let function = Function(rawValue: name) {
      if function == .atOrigin, horizon == nil {
        throw ExpressionError(
          expression: expression, offset: offset,
          message: "'at_origin' may be used in targets only")
      }
      return function
    }
    throw ExpressionError(
      expression: expression, offset: offset, message: unknownFunction(name))
  }

  /// A name that stands alone.
  func value(
    _ name: String, _ offset: Int, _ expression: Int
  ) throws(ExpressionError) -> Syntax.Node.Kind {
    switch (name, scope.role) {
    case ("h", .target): return .horizon
    case ("equity", .position): return .input(.equity)
    case ("forecast", _):
      let horizons = try forecastHorizons(offset, expression)
      return .firstForecast(horizon: horizons[0])
    default:
      throw ExpressionError(expression: expression, offset: offset, message: notAValue(name))
    }
  }

  /// The horizons that are forecast, at least one.
  func forecastHorizons(_ offset: Int, _ expression: Int) throws(ExpressionError) -> [Int] {
    guard case .position(let horizons) = scope.role else {
      throw ExpressionError(
        expression: expression, offset: offset, message: "'forecast' may be used in positions only")
    }
    guard !horizons.isEmpty else {
      throw ExpressionError(
        expression: expression, offset: offset,
        message: "'forecast' needs a model, and this spec has none")
    }
    return horizons
  }

  /// Refuses a hedge ratio where no refit makes one.
  func checkHedgeRatio(_ offset: Int, _ expression: Int) throws(ExpressionError) {
    guard case .position(let horizons) = scope.role else {
      throw ExpressionError(
        expression: expression, offset: offset,
        message: "'hedge_ratio' may be used in positions only")
    }
    guard !horizons.isEmpty else {
      throw ExpressionError(
        expression: expression, offset: offset,
        message: "'hedge_ratio' needs a model, whose refits make it, and this spec has none")
    }
  }

  /// `lag takes 2 arguments, 1 was given`.
  func wrongCount(_ what: String, _ arity: ClosedRange<Int>, _ found: Int) -> String {
    let least = arity.lowerBound
    let needed =
      if arity.upperBound == Int.max {
        "at least \(least) arguments"
      } else if arity.upperBound > least {
        "\(least) or \(arity.upperBound) arguments"
      } else {
        least == 1 ? "1 argument" : "\(least) arguments"
      }
    return
      "\(what) \(needed), \(found == 0 ? "none" : "\(found)") \(found > 1 ? "were" : "was") given"
  }

  // MARK: Messages

  private func notAValue(_ name: String) -> String {
    if indices[name] != nil {
      return "'\(name)' is an instrument; name a field, as in \(name).close"
    }
    if Function(rawValue: name) != nil {
      return "'\(name)' is a function; it needs arguments in ()"
    }
    let example = scope.instruments.first ?? "X"
    if Field.allCases.contains(where: { $0.name == name }) {
      return "'\(name)' is a field; name its instrument, as in \(example).\(name)"
    }
    switch name {
    case "h": return "'h' may be used in targets only"
    case "equity": return "'equity' may be used in positions only"
    case "position":
      if case .position = scope.role {
        return "'position' needs an instrument, as in position.\(example)"
      }
      return "'position' may be used in positions only"
    case "and": return "'and' is not an operator; (a) * (b) is true where both are"
    case "or": return "'or' is not an operator; max(a, b) is true where either is"
    case "not": return "'not' is not an operator; where(c, 0, 1) negates"
    default: break
    }
    let words = scope.instruments + wordsOfRole
    if let meant = Spelling.nearest(to: name, among: words) {
      return "'\(name)' means nothing here; did you mean '\(meant)'?"
    }
    return "'\(name)' means nothing here; a value is a number, a field as in \(example).close"
      + (wordsOfRole.isEmpty ? "" : ", \(wordsOfRole.joined(separator: ", "))") + " or a function"
  }

  private var wordsOfRole: [String] {
    switch scope.role {
    case .feature: []
    case .target: ["h"]
    case .position(let horizons): (horizons.isEmpty ? [] : ["forecast"]) + ["equity"]
    }
  }

  private func unknownInstrument(_ name: String) -> String {
    let names = scope.instruments
    let start = "'\(name)' is not an instrument; "
    if let meant = Spelling.nearest(to: name, among: names) {
      return start + "did you mean '\(meant)'?"
    }
    if names.isEmpty { return start + "the spec names none" }
    if names.count <= 8 {
      return start + Spelling.list(names) + (names.count == 1 ? " is" : " are")
    }
    return start + "\(names.prefix(6).joined(separator: ", ")) and \(names.count - 6) others are"
  }

  private func unknownFunction(_ name: String) -> String {
    let start = "'\(name)' is not a function; "
    if name == "lead" || name == "future" { return start + "no expression looks forward" }
    if name == "h" || name == "equity" || indices[name] != nil {
      return "'\(name)' is not a function; it takes no ()"
    }
    let known = Function.allCases.filter { $0 != .atOrigin || horizon != nil }.map(\.rawValue)
    let withForecast =
      wordsOfRole.contains("forecast") ? known + ["forecast", "hedge_ratio"] : known
    if let meant = Spelling.nearest(to: name, among: withForecast)
      ?? Function.named(elsewhere: name)?.rawValue
    {
      return start + "did you mean '\(meant)'?"
    }
    return start + Spelling.list(known) + " are"
  }
}
