import Expressions
import Market
import Testing

@Suite struct ErrorMessageTests {
  enum Where: CaseIterable { case feature, target, position, rule }

  static func scope(_ place: Where) -> Scope {
    let role: Scope.Role =
      switch place {
      case .feature: .feature
      case .target: .target(horizon: 2)
      case .position: .position(horizons: [1, 3])
      case .rule: .position(horizons: [])
      }
    return Scope(instruments: ["X", "Y"], role: role)
  }

  static let functions =
    "abs, clip, corr, diff, ema, exp, highest, intercept, lag, log, lowest, max, min, sign, slope, "
    + "sma, sqrt, std, sum, where and zscore are"

  /// Place, text, offset, message.
  static let cases: [(Where, String, Int, String)] = [
    // Text.
    (.feature, "", 0, "the expression is empty"),
    (.feature, " \t\n", 0, "the expression is empty"),
    (.feature, "1 +", 3, "the expression ends where a value is needed"),
    (.feature, "1 + ", 4, "the expression ends where a value is needed"),
    (.feature, "-", 1, "the expression ends where a value is needed"),
    (.feature, "* 2", 0, "'*' stands where a value is needed"),
    (.feature, "+1", 0, "'+' stands where a value is needed"),
    (.feature, "1 + / 2", 4, "'/' stands where a value is needed"),
    (.feature, "()", 1, "')' stands where a value is needed"),
    (.feature, "(1 + X.close", 0, "'(' is never closed"),
    (.feature, "abs(X.close", 3, "'(' is never closed"),
    (.feature, "(1, 2)", 2, "',' stands where an operator or ')' is needed"),
    (.feature, "(1 2)", 3, "the number 2 stands where an operator or ')' is needed"),
    (.feature, "1)", 1, "')' closes no parenthesis"),
    (.feature, "1, 2", 1, "',' stands outside the parentheses of a function"),
    (.feature, "X.close Y", 8, "'Y' stands where an operator or the end is needed"),
    (.feature, "X.close 2.5", 8, "the number 2.5 stands where an operator or the end is needed"),
    (.feature, "abs(1)(2)", 6, "'(' stands where an operator or the end is needed"),
    (.feature, "X.", 1, "'.' stands where no name follows it"),
    (.feature, "X. 3", 1, "'.' stands where no name follows it"),
    (.feature, "X.close.open", 7, "'.' stands where an operator or the end is needed"),
    (.feature, "1 < 2 < 3", 6, "comparisons do not chain; write (a < b) * (b < c)"),
    (.feature, "1 <= X.low != 3", 11, "comparisons do not chain; write (a <= b) * (b != c)"),
    (.feature, "X.close = 1", 8, "'=' is not an operator; '==' compares"),
    (.feature, "!1", 0, "'!' is not an operator; '!=' compares, where(c, 0, 1) negates"),
    (.feature, "1 && 2", 2, "'&' is not an operator; (a) * (b) is true where both are"),
    (.feature, "1 || 2", 2, "'|' is not an operator; max(a, b) is true where either is"),
    (.feature, "X.close ^ 2", 8, "'^' is not an operator; multiply, or use exp and log"),
    (.feature, "X.close ** 2", 8, "'**' is not an operator; multiply, or use exp and log"),
    (.feature, "5 %", 2, "'%' is not an operator; write 0.01 for 1 %"),
    (.feature, "X.close # 1", 8, "'#' is not part of the language"),
    (.feature, "X.close − 1", 8, "'−' (a dash, not the sign '-') is not part of the language"),
    (.feature, "é", 0, "'é' is not part of the language"),
    (.feature, "1 + 🦜", 4, "'🦜' is not part of the language"),
    (.feature, "1\u{A0}+ 2", 1, "the invisible character U+00A0 is not part of the language"),
    (.feature, "\u{0}", 0, "the control character U+0000 is not part of the language"),
    // Numbers.
    (
      .feature, "1 + 1e999", 4,
      "'1e999' is too large, at most 1.7976931348623157e+308 is allowed"
    ),
    (.feature, "1.2.3", 0, "'1.2.3' is not a number"),
    (.feature, "1.", 0, "'1.' is not a number"),
    (.feature, "2 * 10X", 4, "'10X' is not a number"),
    (.feature, "1e", 0, "'1e' is not a number"),
    (.feature, "1e+", 0, "'1e+' is not a number"),
    (.feature, "0x10", 0, "'0x10' is not a number"),
    (.feature, "1_000", 0, "'1_000' is not a number"),
    // Names.
    (.feature, "diff(X.clos)", 7, "'clos' is not a field of X; did you mean 'close'?"),
    (.feature, "X.Close", 2, "'Close' is not a field of X; did you mean 'close'?"),
    (.feature, "X.hihg", 2, "'hihg' is not a field of X; did you mean 'high'?"),
    (
      .feature, "X.adjusted", 2,
      "'adjusted' is not a field of X; open, high, low, close and volume are"
    ),
    (.feature, "1 + Z.close", 4, "'Z' is not an instrument; X and Y are"),
    (.feature, "x.close", 0, "'x' is not an instrument; did you mean 'X'?"),
    (.feature, "foo(1)", 0, "'foo' is not a function; " + functions),
    (.feature, "lgo(1)", 0, "'lgo' is not a function; did you mean 'log'?"),
    (.feature, "SMA(X.close, 3)", 0, "'SMA' is not a function; did you mean 'sma'?"),
    (.feature, "mean(X.close, 3)", 0, "'mean' is not a function; did you mean 'sma'?"),
    (.feature, "shift(X.close, 3)", 0, "'shift' is not a function; did you mean 'lag'?"),
    (.feature, "lead(X.close, 3)", 0, "'lead' is not a function; no expression looks forward"),
    (.feature, "X(1)", 0, "'X' is not a function; it takes no ()"),
    (.feature, "X", 0, "'X' is an instrument; name a field, as in X.close"),
    (.feature, "close", 0, "'close' is a field; name its instrument, as in X.close"),
    (.feature, "sma + 1", 0, "'sma' is a function; it needs arguments in ()"),
    (.feature, "a and b", 0, valueHint("a")),
    (.feature, "1 and 2", 2, "'and' stands where an operator or the end is needed"),
    (.feature, "and", 0, "'and' is not an operator; (a) * (b) is true where both are"),
    (.feature, "not 1", 0, "'not' is not an operator; where(c, 0, 1) negates"),
    (.feature, "price", 0, valueHint("price")),
    // Roles.
    (.feature, "hedge_ratio(Y, X)", 0, "'hedge_ratio' may be used in positions only"),
    (.target, "hedge_ratio(Y, X)", 0, "'hedge_ratio' may be used in positions only"),
    (
      .rule, "1 + hedge_ratio(Y, X)", 4,
      "'hedge_ratio' needs a model, whose refits make it, and this spec has none"
    ),
    (.position, "hedge_ratio(Y)", 0, "hedge_ratio takes 2 arguments, 1 was given"),
    (.position, "hedge_ratio(Y, X, X)", 0, "hedge_ratio takes 2 arguments, 3 were given"),
    (.position, "hedge_ratio()", 12, "')' stands where hedge_ratio needs an instrument"),
    (
      .position, "hedge_ratio(Y, 2)", 15,
      "the number 2 stands where hedge_ratio needs an instrument"
    ),
    (.position, "hedge_ratio(Y, Z)", 15, "'Z' is not an instrument; X and Y are"),
    (
      .position, "hedge_ratio(Y.close, X.close)", 13,
      "'.' stands where an operator or ')' is needed"
    ),
    (
      .position, "hedge_ratio(X, X)", 0,
      "hedge_ratio was given one instrument twice, two are needed"
    ),
    (.position, "hedge_ratio(Y, X", 11, "'(' is never closed"),
    (
      .position, "hegde_ratio(Y, X)", 0,
      "'hegde_ratio' is not a function; did you mean 'hedge_ratio'?"
    ),
    (.feature, "forecast", 0, "'forecast' may be used in positions only"),
    (.feature, "zscore(forecast, 5)", 7, "'forecast' may be used in positions only"),
    (.feature, "forecast(1)", 0, "'forecast' may be used in positions only"),
    (.target, "forecast", 0, "'forecast' may be used in positions only"),
    (.feature, "position.X", 0, "'position' may be used in positions only"),
    (.target, "position", 0, "'position' may be used in positions only"),
    (.feature, "equity", 0, "'equity' may be used in positions only"),
    (.feature, "h", 0, "'h' may be used in targets only"),
    (.position, "h", 0, "'h' may be used in targets only"),
    (.feature, "at_origin(X.close)", 0, "'at_origin' may be used in targets only"),
    (.position, "1 - at_origin(X.close)", 4, "'at_origin' may be used in targets only"),
    (.target, "h(1)", 0, "'h' is not a function; it takes no ()"),
    (
      .target, "at_origin(1 + at_origin(X.close))", 0,
      "at_origin stands within at_origin; once is enough"
    ),
    (.position, "forecst", 0, "'forecst' means nothing here; did you mean 'forecast'?"),
    (
      .position, "size", 0,
      "'size' means nothing here; a value is a number, a field as in X.close, forecast, equity or a "
        + "function"
    ),
    (.position, "position", 0, "'position' needs an instrument, as in position.X"),
    (.position, "position.Z", 9, "'Z' is not an instrument; X and Y are"),
    (.rule, "forecast", 0, "'forecast' needs a model, and this spec has none"),
    (.rule, "forecast(1)", 0, "'forecast' needs a model, and this spec has none"),
    (.position, "forecast(2)", 9, "the horizon of forecast was 2, 1 and 3 are known"),
    (.position, "forecast(-1)", 9, "the horizon of forecast was -1, at least 0 is needed"),
    (
      .position, "forecast(X.close)", 9,
      "the horizon of forecast was 'X.close', a constant whole number is needed"
    ),
    (.position, "forecast(1, 2)", 10, "forecast takes 1 argument, its horizon"),
    (.position, "forecast()", 9, "')' stands where a value is needed"),
    // Arguments.
    (.feature, "1 + lag(X.close)", 4, "lag takes 2 arguments, 1 was given"),
    (.feature, "abs()", 0, "abs takes 1 argument, none was given"),
    (.feature, "abs(1, 2)", 0, "abs takes 1 argument, 2 were given"),
    (.feature, "diff(X.close, 1, 2)", 0, "diff takes 1 or 2 arguments, 3 were given"),
    (.feature, "min(1)", 0, "min takes at least 2 arguments, 1 was given"),
    (.feature, "slope(X.close, 15)", 0, "slope takes 3 arguments, 2 were given"),
    (.feature, "abs(,)", 4, "',' stands where a value is needed"),
    (.feature, "max(1,)", 6, "')' stands where a value is needed"),
    (.feature, "sma(X.close, 0)", 13, "the window of sma was 0, at least 1 is needed"),
    (.feature, "sma(X.close, -3)", 13, "the window of sma was -3, at least 1 is needed"),
    (.feature, "std(X.close, 1)", 13, "the window of std was 1, at least 2 is needed"),
    (.feature, "zscore(X.close, 1)", 16, "the window of zscore was 1, at least 2 is needed"),
    (.feature, "corr(X.close, Y.close, 1)", 23, "the window of corr was 1, at least 2 is needed"),
    (.feature, "sma(X.close, 2.5)", 13, "the window of sma was 2.5, a whole number is needed"),
    (.feature, "sma(X.close, 1/0)", 13, "the window of sma was null, a whole number is needed"),
    (
      .feature, "sma(X.close, Y.volume / 2 )", 13,
      "the window of sma was 'Y.volume / 2', a constant whole number is needed"
    ),
    (
      .feature, "ema(X.close, 1000001)", 13,
      "the window of ema was 1000001, at most 1000000 is allowed"
    ),
    (
      .feature, "lag(X.close, -1)", 13,
      "the distance of lag was -1, at least 0 is needed; no expression looks forward"
    ),
    (.feature, "diff(X.close, 0)", 14, "the distance of diff was 0, at least 1 is needed"),
    (.target, "sma(X.close, h - 2)", 13, "the window of sma was 0, at least 1 is needed"),
    // Meaning.
    (.feature, "X.close + 0 / 0", 0, "the expression is null at every bar"),
    (.feature, "log(0)", 0, "the expression is null at every bar"),
  ]

  static func valueHint(_ name: String) -> String {
    "'\(name)' means nothing here; a value is a number, a field as in X.close or a function"
  }

  @Test func eachErrorNamesThePlaceTheFoundAndTheAllowed() {
    for (place, text, offset, message) in Self.cases {
      #expect(
        throws: ExpressionError(expression: 1, offset: offset, message: message), "\(text)"
      ) {
        try ExpressionProgram.compile(
          [("first", "X.close"), ("second", text)], scope: Self.scope(place))
      }
    }
  }

  @Test func manyInstrumentsAreNotAllListed() {
    let scope = Scope(instruments: (0..<4096).map { "STOCK\($0)" }, role: .feature)
    let error = #expect(throws: ExpressionError.self) {
      try ExpressionProgram.compile([("a", "GOLD.close")], scope: scope)
    }
    #expect(
      error?.message
        == "'GOLD' is not an instrument; STOCK0, STOCK1, STOCK2, STOCK3, STOCK4, STOCK5 and 4090 "
        + "others are")
  }

  @Test(arguments: ["(", "-", "abs(", "- (", "max(1, "])
  func deepNestingIsAnErrorAndNoCrash(piece: String) {
    for count in [199, 201, 100_000] {
      let text = String(repeating: piece, count: count) + "1"
      let error = #expect(throws: ExpressionError.self) {
        try ExpressionProgram.compile(
          [("a", text + (piece == "-" ? "+" : ""))], scope: Self.scope(.feature))
      }
      if count > 200 {
        #expect(
          error?.message == "parentheses and signs nest deeper than 200, which is the limit")
      }
    }
    let closing = String(repeating: ")", count: piece.contains("(") ? 100 : 0)
    let shallow = String(repeating: piece, count: 100) + "X.close" + closing
    #expect(throws: Never.self) {
      try ExpressionProgram.compile([("a", shallow)], scope: Self.scope(.feature))
    }
  }

  @Test func aLongSumIsNoDanger() throws {
    let text = (0..<20_000).map { _ in "X.close" }.joined(separator: " + ")
    let program = try ExpressionProgram.compile([("a", text)], scope: Self.scope(.feature))
    #expect(program.outputs[0].text == text)
    var evaluator = ExpressionEvaluator(program)
    evaluator.setInput(0, 2)
    evaluator.step()
    #expect(evaluator.output(0) == 40_000)
  }

  @Test func aTextWithoutEndIsRefused() {
    let text = String(repeating: "1+", count: 60_000) + "1"
    #expect(
      throws: ExpressionError(
        expression: 0, offset: 100_000 - 1,
        message: "the expression has more than 100000 parts, which is the limit")
    ) {
      try ExpressionProgram.compile([("a", text)], scope: Self.scope(.feature))
    }
  }

  @Test func theMemoryOfATextIsBounded() {
    let texts = (0..<70).map { ("e\($0)", "sma(X.close + \($0), 1000000)") }
    #expect(
      throws: ExpressionError(
        expression: 67, offset: 0,
        message: "the windows up to here keep 136000000 values, at most 134217728 are allowed")
    ) {
      try ExpressionProgram.compile(texts, scope: Self.scope(.feature))
    }
  }
}

@Suite struct FuzzTests {
  static let tokens = [
    "X", "Y", ".", "close", "open", "(", ")", ",", "+", "-", "*", "/", "<", "==", "!=", "1", "2.5",
    "1e308", "0", "sma", "lag", "zscore", "slope", "where", "min", "at_origin", "h", "forecast",
    "position", "equity", "diff(X.close)", "sma(X.close, 3)", " ", "\n", "é", "=", "^",
    "99999999999999999999",
  ]

  @Test(arguments: 0..<50)
  func randomTextsNeverCrash(seed: Int) throws {
    var random = TestRandom(seed: seed)
    for _ in 0..<300 {
      let text: String
      if Bool.random(using: &random) {
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        text = String(decoding: bytes, as: UTF8.self)
      } else {
        text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
          Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &random)]
        }.joined()
      }
      for role in TestWorld.roles {
        do throws(ExpressionError) {
          let program = try ExpressionProgram.compile(
            [("a", text)], scope: Scope(instruments: ["X", "Y"], role: role))
          var evaluator = ExpressionEvaluator(program)
          for _ in 0..<5 { evaluator.step() }
        } catch {
          #expect(error.offset >= 0 && error.offset <= text.utf8.count, "seed \(seed): \(text)")
          #expect(!error.message.isEmpty)
        }
      }
    }
  }

  /// Whatever precedes an error is ASCII, so its offset counts characters as well as bytes.
  @Test(arguments: 0..<20)
  func offsetsCountCharactersToo(seed: Int) {
    var random = TestRandom(seed: seed)
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        ["é", "X.close", "+", "sma(", ")", "1", " ", "日本", "Z."][
          Int.random(in: 0..<9, using: &random)]
      }.joined()
      do throws(ExpressionError) {
        _ = try ExpressionProgram.compile([("a", text)], scope: ErrorMessageTests.scope(.feature))
      } catch {
        #expect(text.utf8.prefix(error.offset).allSatisfy { $0 < 128 }, "seed \(seed): \(text)")
      }
    }
  }
}
