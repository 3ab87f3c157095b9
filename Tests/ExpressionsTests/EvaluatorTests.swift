import Bytes
import Expressions
import Market
import Testing

@Suite struct EvaluatorTests {
  /// One program of several random expressions a seed, so that sharing is tried too.
  private func randomCase(_ seed: Int) -> (
    program: ExpressionProgram, trees: [Tree], world: TestWorld, data: [InputSlot: [Double]]
  )? {
    var random = TestRandom(seed: seed)
    let world = TestWorld(role: TestWorld.roles[seed % TestWorld.roles.count])
    let data = world.data(steps: Self.steps, &random)
    // Trees that are null at every bar are refused; others are drawn until there are enough.
    var trees: [Tree] = []
    while trees.count < 4 {
      let tree = world.tree(depth: 4, &random)
      if (try? ExpressionProgram.compile([("a", tree.text)], scope: world.scope)) != nil {
        trees.append(tree)
      }
    }
    trees.append(trees[0])
    guard
      let program = try? ExpressionProgram.compile(
        trees.enumerated().map { ("e\($0)", $1.text) }, scope: world.scope)
    else { return nil }
    return (program, trees, world, data)
  }

  static let steps = 120

  @Test(arguments: 0..<200)
  func streamingGivesTheBitsOfThePlainDefinition(seed: Int) throws {
    let (program, trees, world, data) = try #require(randomCase(seed))
    let streamed = stream(program, data, 0..<Self.steps)
    for (index, tree) in trees.enumerated() {
      let plain = tree.values(data, horizon: world.horizon, steps: Self.steps)
      for step in 0..<Self.steps where !same(streamed[step][index], plain[step]) {
        Issue.record(
          "seed \(seed) step \(step): \(streamed[step][index]) for \(plain[step]) of \(tree.text)")
        return
      }
    }
  }

  @Test func randomExpressionsAreNotAllNull() throws {
    var values = 0
    for seed in 0..<50 {
      let (program, _, _, data) = try #require(randomCase(seed))
      values += stream(program, data, 0..<Self.steps).joined().count { !$0.isNaN }
    }
    #expect(values > 10_000)
  }

  @Test(arguments: 0..<60)
  func whatComesLaterChangesNothing(seed: Int) throws {
    var random = TestRandom(seed: seed + 1000)
    let (program, _, world, data) = try #require(randomCase(seed))
    let cut = Int.random(in: 1..<Self.steps, using: &random)
    let other = world.data(steps: Self.steps, &random)
    let poisoned = data.merging(other) { Array($0[..<cut]) + Array($1[cut...]) }
    let whole = stream(program, data, 0..<Self.steps)
    #expect(same(Array(whole[..<cut]), stream(program, data, 0..<cut)), "prefix, seed \(seed)")
    #expect(
      same(Array(whole[..<cut]), Array(stream(program, poisoned, 0..<Self.steps)[..<cut])),
      "poison, seed \(seed)")
  }

  @Test(arguments: 0..<60)
  func aRestoredEvaluatorGoesOnAsIfNeverStopped(seed: Int) throws {
    var random = TestRandom(seed: seed + 2000)
    let (program, _, _, data) = try #require(randomCase(seed))
    let cut = Int.random(in: 0..<Self.steps, using: &random)
    let whole = stream(program, data, 0..<Self.steps)
    var first = ExpressionEvaluator(program)
    _ = stream(program, &first, data, 0..<cut)
    var writer = StateWriter()
    first.save(to: &writer)
    var second = ExpressionEvaluator(program)
    _ = stream(program, &second, data, 0..<5)
    var reader = StateReader(writer.bytes)
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    if cut > 0 {
      #expect(same(program.outputs.indices.map { second.output($0) }, whole[cut - 1]))
    }
    #expect(
      same(stream(program, &second, data, cut..<Self.steps), Array(whole[cut...])), "seed \(seed)")
    var again = StateWriter()
    second.save(to: &again)
    _ = stream(program, &first, data, cut..<Self.steps)
    var straight = StateWriter()
    first.save(to: &straight)
    #expect(again.bytes == straight.bytes)
  }

  @Test func aCopyGoesItsOwnWay() throws {
    let (program, _, _, data) = try #require(randomCase(3))
    var first = ExpressionEvaluator(program)
    _ = stream(program, &first, data, 0..<40)
    var second = first
    _ = stream(program, &second, data, 80..<100)
    #expect(
      same(stream(program, &first, data, 40..<60), Array(stream(program, data, 0..<60)[40...])))
  }

  @Test(arguments: 0..<60)
  func bytesThatAreNoStateAreRefusedOrHarmless(seed: Int) throws {
    var random = TestRandom(seed: seed)
    let (program, _, _, data) = try #require(randomCase(seed))
    var evaluator = ExpressionEvaluator(program)
    _ = stream(program, &evaluator, data, 0..<30)
    var writer = StateWriter()
    evaluator.save(to: &writer)
    var bytes = writer.bytes
    for _ in 0..<Int.random(in: 1...50, using: &random) {
      bytes[Int.random(in: 8..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    var damaged = evaluator
    var reader = StateReader(bytes)
    do {
      try damaged.restore(from: &reader)
    } catch {
      // A state that was refused leaves the old one in place.
      #expect(
        same(
          stream(program, &damaged, data, 30..<60), stream(program, &evaluator, data, 30..<60)))
      return
    }
    _ = stream(program, &damaged, data, 30..<Self.steps)
  }

  @Test func aStateThatEndsEarlyOrIsAnothersIsRefused() throws {
    let scope = Scope(instruments: ["X"], role: .feature)
    let short = try ExpressionProgram.compile([("a", "sma(X.close, 3)")], scope: scope)
    let long = try ExpressionProgram.compile([("a", "sma(X.close, 4)")], scope: scope)
    var writer = StateWriter()
    ExpressionEvaluator(short).save(to: &writer)
    var other = ExpressionEvaluator(long)
    var reader = StateReader(writer.bytes)
    #expect(throws: StateError("the state of the expressions had 12 values, 14 are needed")) {
      try other.restore(from: &reader)
    }
    var cut = StateReader(Array(writer.bytes.dropLast()))
    var same = ExpressionEvaluator(short)
    #expect(throws: StateError.self) { try same.restore(from: &cut) }
  }

  @Test func aWindowsResultForgetsWhatLiesBeforeIt() throws {
    let scope = Scope(instruments: ["X", "Y"], role: .feature)
    let functions = [
      "sum(X.close, 11)", "sma(X.close, 11)", "std(X.close, 11)", "zscore(X.close, 11)",
      "highest(X.close, 11)", "lowest(X.close, 11)", "slope(X.close, Y.close, 11)",
      "intercept(X.close, Y.close, 11)", "corr(X.close, Y.close, 11)", "lag(X.close, 10)",
    ]
    let program = try ExpressionProgram.compile(
      functions.map { ($0, $0) } + [("long", "sum(X.close, 29)")], scope: scope)
    var random = TestRandom(seed: 5)
    let slots = program.inputs
    let window = slots.map { _ in (0..<11).map { _ in Double.random(in: 1...9, using: &random) } }
    var expected: [Double]?
    for history in 11..<60 {
      var data: [InputSlot: [Double]] = [:]
      for (index, slot) in slots.enumerated() {
        let before = (0..<history).map { step in
          step % 7 == 3 ? .nan : Double.random(in: -1e9...1e9, using: &random)
        }
        data[slot] = before + window[index]
      }
      let last = Array(stream(program, data, 0..<history + 11)[history + 10].dropLast())
      #expect(last.allSatisfy { !$0.isNaN })
      if let expected { #expect(same(last, expected), "after \(history) bars") }
      expected = last
    }
  }

  @Test func infinitiesGivenAsInputsAreNull() throws {
    let program = try ExpressionProgram.compile(
      [("a", "where(forecast > 0, 1, -1)")],
      scope: Scope(instruments: [], role: .position(horizons: [1])))
    var evaluator = ExpressionEvaluator(program)
    for (given, expected) in [(3.0, 1.0), (.infinity, .nan), (-.infinity, .nan), (-2, -1)] {
      evaluator.setInput(0, given)
      evaluator.step()
      #expect(same(evaluator.output(0), expected))
    }
  }
}

private func same(_ a: [Double], _ b: [Double]) -> Bool { same([a], [b]) }
