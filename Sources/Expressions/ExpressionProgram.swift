/// A set of expressions compiled into one list of instructions, with what they share computed once.
///
///     let program = try ExpressionProgram.compile(
///       [("x", "diff(X.close)"), ("spread", "Y.close - X.close")],
///       scope: Scope(instruments: ["X", "Y"], role: .feature))
public struct ExpressionProgram: Sendable {
  /// One of the compiled expressions.
  public struct Output: Equatable, Sendable {
    public var name: String
    /// The text as it is understood, for a reader to check.
    public var text: String
    /// Instruments whose bars or positions it reads, rising.
    public var instruments: [Int]
    /// Whether it reads what a model makes: a forecast or a hedge ratio.
    public var usesForecast: Bool
    /// Steps of the panel before the first that can have a value, were there bars and forecasts at
    /// every step; 0 where the first step has one.
    public var warmUpSteps: Int

    let register: Int
  }

  /// The values to give at each step, in order of their first mention.
  public let inputs: [InputSlot]
  /// The expressions, in the order they were given.
  public let outputs: [Output]
  /// Instruments whose bars or positions any of them reads, rising.
  public let instruments: [Int]

  let constants: [Double]
  let instructions: [Instruction]
  let memories: [Memory]

  var registerCount: Int { inputs.count + constants.count + instructions.count }
  var pastSize: Int { memories.reduce(0) { $0 + $1.size } }

  /// Parses the texts and lays out their program.
  ///
  /// - Throws: The first error of the first text that has one.
  public static func compile(
    _ expressions: [(name: String, text: String)], scope: Scope
  ) throws(ExpressionError) -> ExpressionProgram {
    let names = Names(scope)
    var lowering = Lowering()
    var lowered: [(output: Output, operand: Lowering.Operand)] = []
    for (index, expression) in expressions.enumerated() {
      func fail(_ message: String) -> ExpressionError {
        ExpressionError(expression: index, offset: 0, message: message)
      }
      if let horizon = names.horizon, !(0...Function.largestWindow).contains(horizon) {
        throw fail("the horizon was \(horizon), 0 to \(Function.largestWindow) is allowed")
      }
      let syntax = try Parser.parse(expression.text, names: names, expression: index)
      let (operand, read) = lowering.lower(syntax, horizon: names.horizon ?? 0)
      guard lowering.pastSize <= Lowering.largestPast else {
        throw fail(
          "the windows up to here keep \(lowering.pastSize) values, at most "
            + "\(Lowering.largestPast) are allowed")
      }
      let output = Output(
        name: expression.name, text: syntax.canonicalText(instruments: scope.instruments),
        instruments: Self.instruments(of: read),
        usesForecast: read.contains(where: \.isOfModel),
        warmUpSteps: 0, register: 0)
      lowered.append((output, operand))
    }
    return try ExpressionProgram(lowering, lowered)
  }

  private init(
    _ lowering: Lowering, _ lowered: [(output: Output, operand: Lowering.Operand)]
  ) throws(ExpressionError) {
    inputs = lowering.inputs
    constants = lowering.constants
    var memories = lowering.memories
    var base = 0
    for index in memories.indices {
      memories[index].base = base
      base += memories[index].size
    }
    self.memories = memories

    let constantBase = lowering.inputs.count
    let resultBase = constantBase + lowering.constants.count
    func register(_ operand: Lowering.Operand) -> Int {
      switch operand {
      case .input(let index): index
      case .constant(let index): constantBase + index
      case .result(let index): resultBase + index
      }
    }
    func start(_ memory: Int, _ window: Int) -> Int32 {
      memory < 0 ? 0 : Int32(max(0, memories[memory].capacity - window))
    }
    instructions = lowering.drafts.enumerated().map { index, draft in
      Instruction(
        code: draft.code, result: Int32(resultBase + index), a: Int32(register(draft.a)),
        b: Int32(register(draft.b)), c: Int32(register(draft.c)), window: Int32(draft.window),
        memory: Int32(max(0, draft.memory)), secondMemory: Int32(max(0, draft.secondMemory)),
        start: start(draft.memory, draft.window),
        secondStart: start(draft.secondMemory, draft.window),
        base: draft.memory < 0 ? 0 : memories[draft.memory].base,
        capacity: draft.memory < 0 ? 0 : memories[draft.memory].capacity)
    }

    let firstSteps = Self.firstSteps(
      inputs: inputs, constants: constants, instructions: instructions, forecastsFrom: 0)
    var outputs: [Output] = []
    for (index, (output, operand)) in lowered.enumerated() {
      let register = register(operand)
      guard let warmUpSteps = firstSteps[register] else {
        throw ExpressionError(
          expression: index, offset: 0, message: "the expression is null at every bar")
      }
      outputs.append(
        Output(
          name: output.name, text: output.text, instruments: output.instruments,
          usesForecast: output.usesForecast, warmUpSteps: warmUpSteps, register: register))
    }
    self.outputs = outputs
    instruments = Self.instruments(of: inputs)
  }

  /// The value of an output that no bar can change; nil of any other.
  public func constant(ofOutput index: Int) -> Double? {
    let place = outputs[index].register - inputs.count
    return constants.indices.contains(place) ? constants[place] : nil
  }

  private static func instruments(of slots: [InputSlot]) -> [Int] {
    let all = slots.flatMap { slot -> [Int] in
      switch slot {
      case .field(let instrument, _), .position(let instrument): [instrument]
      case .hedgeRatio(let y, let x): [y, x]
      case .forecast, .equity: []
      }
    }
    return Set(all).sorted()
  }
}

extension InputSlot {
  /// Whether a model makes it.
  var isOfModel: Bool {
    switch self {
    case .forecast, .hedgeRatio: true
    case .field, .position, .equity: false
    }
  }
}
