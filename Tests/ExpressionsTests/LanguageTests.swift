import Market
import Testing

@testable import Expressions

@Suite struct LanguageTests {
  static let pair = ["X", "Y"]

  private func compile(
    _ texts: String..., role: Scope.Role = .feature
  ) throws -> ExpressionProgram {
    try ExpressionProgram.compile(
      texts.map { ($0, $0) }, scope: Scope(instruments: Self.pair, role: role))
  }

  private func value(_ text: String, role: Scope.Role = .feature) throws -> Double {
    let program = try compile(text, role: role)
    var evaluator = ExpressionEvaluator(program)
    evaluator.step()
    return evaluator.output(0)
  }

  @Test func operatorsBindAsInArithmetic() throws {
    let table: [(String, Double)] = [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 - 3 - 2", 3), ("8 / 4 / 2", 1), ("2 * -3", -6),
      ("--2", 2), ("-2 - -3", 1), ("-(1 + 2)", -3), ("1 + 1 == 2", 1),
      ("(1 < 2) == 1", 1), ("2 <= 1 + 1", 1), ("3 != 3", 0), ("2 > 2", 0), ("2 >= 2", 1),
      ("1.5e2 + .5", 150.5), ("1E-2", 0.01), ("2e+1", 20), (" 1\n +\t1 ", 2),
      ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("clip(5, 1, 3)", 3), ("clip(0, 1, 3)", 1),
      ("abs(-2)", 2), ("sign(-2)", -1), ("sign(0)", 0), ("sqrt(9)", 3), ("exp(0)", 1),
      ("log(1)", 0),
      ("where(1 > 0, 2, 1 / 0)", 2), ("where(0, 1 / 0, 3)", 3), ("1e-999", 0),
    ]
    for (text, expected) in table {
      #expect(try value(text) == expected, "\(text)")
    }
  }

  @Test func theTextIsShownAsItIsUnderstood() throws {
    let table: [(String, String)] = [
      ("X.close", "X.close"), ("( X.close )", "X.close"), ("1+2*X.close", "1 + 2 * X.close"),
      ("(1+2)*X.close", "(1 + 2) * X.close"), ("X.low-(1-2)", "X.low - (1 - 2)"),
      ("X.low-1-2", "X.low - 1 - 2"), ("X.low/(2*3)", "X.low / (2 * 3)"),
      ("-X.low*2", "-X.low * 2"), ("-(X.low*2)", "-(X.low * 2)"), ("--X.low", "--X.low"),
      ("(X.low<1)<2", "(X.low < 1) < 2"), ("X.low<(1<2)", "X.low < (1 < 2)"),
      ("(X.low<1)*2", "(X.low < 1) * 2"), ("X.low<1+1", "X.low < 1 + 1"),
      ("sma( X.close ,2*5)", "sma(X.close, 10)"), ("diff(X.close,1)", "diff(X.close)"),
      ("diff(X.close,2)", "diff(X.close, 2)"), ("1e3*X.low", "1000 * X.low"),
      ("0.10*X.low", "0.1 * X.low"), ("1e300*X.low", "1e+300 * X.low"),
      ("where(X.low>1,1,-1)", "where(X.low > 1, 1, -1)"),
    ]
    for (text, expected) in table {
      #expect(try compile(text).outputs[0].text == expected)
    }
    let target = try compile("at_origin(X.low)*h+sma(X.low,2*h)", role: .target(horizon: 3))
    #expect(target.outputs[0].text == "at_origin(X.low) * h + sma(X.low, 6)")
    let position = try compile(
      "forecast(1)+forecast+forecast(3)*position.Y/equity", role: .position(horizons: [3, 1]))
    #expect(
      position.outputs[0].text == "forecast(1) + forecast + forecast(3) * position.Y / equity")
    #expect(
      position.inputs == [
        .forecast(horizon: 1), .forecast(horizon: 3), .position(instrument: 1), .equity,
      ])
  }

  @Test func aHedgeRatioIsReadAsOneValueOfTwoInstruments() throws {
    let program = try compile(
      "-forecast*hedge_ratio( Y,X )", role: .position(horizons: [1]))
    #expect(program.outputs[0].text == "-forecast * hedge_ratio(Y, X)")
    #expect(program.inputs == [.forecast(horizon: 1), .hedgeRatio(of: 1, on: 0)])
    #expect(program.outputs[0].instruments == [0, 1])
    let alone = try compile("hedge_ratio(X, Y)", role: .position(horizons: [1]))
    #expect(alone.outputs[0].usesForecast)
    #expect(alone.firstStep(ofOutput: 0, forecastsFrom: 7) == 7)
    #expect(alone.constant(ofOutput: 0) == nil)
    #expect(try compile("2 * 3").constant(ofOutput: 0) == 6)
  }

  @Test(arguments: 0..<200)
  func theShownTextMeansTheSame(seed: Int) throws {
    var random = TestRandom(seed: seed)
    let world = TestWorld(role: TestWorld.roles[seed % TestWorld.roles.count])
    let tree = world.tree(depth: 5, &random)
    guard let first = try? ExpressionProgram.compile([("a", tree.text)], scope: world.scope) else {
      return
    }
    let text = first.outputs[0].text
    let second = try ExpressionProgram.compile([("a", text)], scope: world.scope)
    #expect(second.outputs == first.outputs)
    let data = world.data(steps: 60, &random)
    #expect(same(stream(first, data, 0..<60), stream(second, data, 0..<60)), "\(text)")
  }

  @Test func whatIsSharedIsComputedOnce() throws {
    let alone = try compile("zscore(X.close - Y.close, 20)")
    let shared = try compile(
      "zscore(X.close - Y.close, 20)", "sma(X.close - Y.close, 5)",
      "zscore(X.close-Y.close, 2*10)", "zscore(X.close - Y.close, 20) + 1")
    #expect(alone.instructions.count == 3)
    #expect(shared.instructions.count == 5)
    #expect(shared.memories.count == 1)
    #expect(shared.inputs == alone.inputs)
    #expect(try compile("2 * 3 * X.close").instructions.count == 1)
    #expect(try compile("where(1 > 2, Y.close, X.close)").inputs.count == 1)
  }

  @Test func aProgramKnowsWhatItReads() throws {
    let program = try ExpressionProgram.compile(
      [("a", "C.close - A.low"), ("b", "forecast * 2"), ("c", "position.B")],
      scope: Scope(instruments: ["A", "B", "C"], role: .position(horizons: [2])))
    #expect(program.outputs.map(\.instruments) == [[0, 2], [], [1]])
    #expect(program.outputs.map(\.usesForecast) == [false, true, false])
    #expect(program.outputs.map(\.name) == ["a", "b", "c"])
    #expect(program.instruments == [0, 1, 2])
    #expect(
      program.inputs == [
        .field(instrument: 2, field: .close), .field(instrument: 0, field: .low),
        .forecast(horizon: 2), .position(instrument: 1),
      ])
  }

  /// Text, role, the first step that has a value.
  static let warmUps: [(String, Scope.Role, Int)] = [
    ("1", .feature, 0), ("X.close", .feature, 0), ("lag(X.close, 0)", .feature, 0),
    ("lag(X.close, 3)", .feature, 3), ("diff(X.close)", .feature, 1),
    ("sma(X.close, 1)", .feature, 0), ("sma(X.close, 5)", .feature, 4),
    ("sma(diff(X.close), 5)", .feature, 5), ("ema(X.close, 5)", .feature, 4),
    ("ema(ema(X.close, 5), 3)", .feature, 6), ("std(X.close, 5)", .feature, 4),
    ("sum(X.close, 5)", .feature, 4), ("highest(X.close, 5)", .feature, 4),
    ("lowest(X.close, 5)", .feature, 4), ("zscore(X.close, 5)", .feature, 4),
    ("slope(X.close, lag(Y.close, 2), 5)", .feature, 6),
    ("intercept(X.close, Y.close, 5)", .feature, 4), ("corr(X.close, Y.close, 5)", .feature, 4),
    ("sma(X.close, 3) - sma(Y.close, 9)", .feature, 8),
    ("max(X.close, lag(X.close, 2), lag(X.close, 4))", .feature, 4),
    ("where(X.close > 0, lag(X.close, 7), 1)", .feature, 0),
    ("where(lag(X.close, 2) > 0, sma(X.close, 7), X.close)", .feature, 2),
    ("at_origin(sma(X.close, 3))", .target(horizon: 4), 6),
    ("X.close - at_origin(X.close)", .target(horizon: 4), 4),
    ("at_origin(X.close)", .target(horizon: 0), 0), ("sma(X.close, h)", .target(horizon: 4), 3),
    ("zscore(forecast, 5)", .position(horizons: [1]), 4),
  ]

  @Test func theWarmUpIsKnownBeforehand() throws {
    var random = TestRandom(seed: 1)
    for (text, role, expected) in Self.warmUps {
      let program = try compile(text, role: role)
      #expect(program.outputs[0].warmUpSteps == expected, "\(text)")
      var data: [InputSlot: [Double]] = [:]
      for slot in program.inputs {
        data[slot] = (0..<20).map { _ in Double.random(in: 1...2, using: &random) }
      }
      let values = stream(program, data, 0..<20).map { $0[0] }
      if !text.contains("where") {
        #expect(values.firstIndex { !$0.isNaN } == expected, "\(text)")
      }
      #expect(values.prefix(expected).allSatisfy { $0.isNaN }, "\(text)")
    }
  }

  @Test func theWarmUpCountsFromTheFirstForecast() throws {
    let program = try compile(
      "zscore(forecast, 5)", "sma(X.close, 50) * sign(forecast)", "X.close",
      role: .position(horizons: [1]))
    #expect((0..<3).map { program.firstStep(ofOutput: $0, forecastsFrom: 30) } == [34, 49, 0])
    #expect((0..<3).map { program.firstStep(ofOutput: $0, forecastsFrom: 90) } == [94, 90, 0])
  }

  /// Whatever the data, no value comes before the step that was told.
  @Test(arguments: 0..<200)
  func noValueComesBeforeTheWarmUp(seed: Int) throws {
    var random = TestRandom(seed: seed + 500)
    let world = TestWorld(role: TestWorld.roles[seed % TestWorld.roles.count])
    let tree = world.tree(depth: 4, &random)
    guard let program = try? ExpressionProgram.compile([("a", tree.text)], scope: world.scope)
    else { return }
    let values = stream(program, world.data(steps: 120, &random), 0..<120).map { $0[0] }
    #expect(
      values.prefix(program.outputs[0].warmUpSteps).allSatisfy { $0.isNaN },
      "seed \(seed) \(tree.text)"
    )
  }

  @Test func theSourceKeepsItsOrder() throws {
    let program = try compile("Y.low", "X.low", "Y.low + 0")
    var evaluator = ExpressionEvaluator(program)
    [3.0, 4.0].withUnsafeBufferPointer { evaluator.step($0) }
    #expect(program.outputs.indices.map { evaluator.output($0) } == [3, 4, 3])
  }
}
