import Expressions
import Market

/// SplitMix64: enough for tests, and the same everywhere.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  /// The multiplier is not the stream's own step, with which seeds would share one stream.
  init(seed: Int) { state = UInt64(seed + 1) &* 0xD134_2543_DE82_EF95 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A scope, the inputs that may be named in it, and random trees over them.
struct TestWorld {
  var scope: Scope
  var slots: [(InputSlot, String)]
  var horizon: Int { if case .target(let horizon) = scope.role { horizon } else { 0 } }

  init(role: Scope.Role) {
    scope = Scope(instruments: ["X", "Y", "Es_1"], role: role)
    slots = []
    for (index, name) in scope.instruments.enumerated() {
      for field in Field.allCases {
        slots.append((.field(instrument: index, field: field), "\(name).\(field.name)"))
      }
    }
    if case .position(let horizons) = role {
      for horizon in horizons {
        slots.append((.forecast(horizon: horizon), "forecast(\(horizon))"))
      }
      if let first = horizons.first { slots.append((.forecast(horizon: first), "forecast")) }
      slots += [(.equity, "equity"), (.position(instrument: 1), "position.Y")]
    }
  }

  static let roles: [Scope.Role] = [
    .feature, .target(horizon: 0), .target(horizon: 3), .position(horizons: [1, 4]),
  ]

  /// Prices with nulls, repeats and, rarely, values at which arithmetic overflows or divides by 0.
  func data(steps: Int, _ random: inout TestRandom) -> [InputSlot: [Double]] {
    var data: [InputSlot: [Double]] = [:]
    for (slot, _) in slots where data[slot] == nil {
      var value = Double.random(in: 1...200, using: &random)
      data[slot] = (0..<steps).map { _ in
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10: return .nan
        case 10..<15: return value
        case 15: return 0
        case 16: return -0.0
        case 17: return Double.random(in: -1e200...1e200, using: &random)
        case 18: return Double.random(in: -1e-200...1e-200, using: &random)
        default:
          value += Double.random(in: -2...2, using: &random)
          return value
        }
      }
    }
    return data
  }

  func tree(depth: Int, _ random: inout TestRandom, mayUseOrigin: Bool = true) -> Tree {
    func child(_ random: inout TestRandom) -> Tree {
      tree(depth: depth - 1, &random, mayUseOrigin: mayUseOrigin)
    }
    let isTarget = if case .target = scope.role { true } else { false }
    if depth == 0 || Int.random(in: 0..<8, using: &random) == 0 {
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        return .number([0, 1, 2, 0.5, 1e-3, 1e300, 100][Int.random(in: 0..<7, using: &random)])
      case 1 where isTarget: return .horizon
      default:
        let (slot, text) = slots[Int.random(in: 0..<slots.count, using: &random)]
        return .input(slot, text: text)
      }
    }
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return .negation(child(&random))
    case 1..<6:
      let signs = ["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="]
      return .binary(
        signs[Int.random(in: 0..<signs.count, using: &random)], child(&random), child(&random))
    case 6, 7:
      let names = ["abs", "sign", "sqrt", "exp", "log"]
      return .call(names[Int.random(in: 0..<names.count, using: &random)], [child(&random)])
    case 8:
      let count = Int.random(in: 2...4, using: &random)
      let name = Bool.random(using: &random) ? "min" : "max"
      return .call(name, (0..<count).map { _ in child(&random) })
    case 9: return .call("clip", [child(&random), child(&random), child(&random)])
    case 10: return .call("where", [child(&random), child(&random), child(&random)])
    case 11 where isTarget && mayUseOrigin:
      return .call("at_origin", [tree(depth: depth - 1, &random, mayUseOrigin: false)])
    case 11, 12, 13:
      let names = ["slope", "intercept", "corr"]
      return .windowed(
        names[Int.random(in: 0..<3, using: &random)], [child(&random), child(&random)],
        Int.random(in: 2...20, using: &random))
    default:
      let names = ["lag", "diff", "sma", "ema", "std", "sum", "highest", "lowest", "zscore"]
      return .windowed(
        names[Int.random(in: 0..<names.count, using: &random)], [child(&random)],
        Int.random(in: 2...20, using: &random))
    }
  }
}

/// Streams `data` through `evaluator`: for each step, the outputs.
func stream(
  _ program: ExpressionProgram, _ evaluator: inout ExpressionEvaluator,
  _ data: [InputSlot: [Double]], _ steps: Range<Int>
) -> [[Double]] {
  steps.map { step in
    for (slot, input) in program.inputs.enumerated() {
      evaluator.setInput(slot, data[input]?[step] ?? .nan)
    }
    evaluator.step()
    return program.outputs.indices.map { evaluator.output($0) }
  }
}

func stream(
  _ program: ExpressionProgram, _ data: [InputSlot: [Double]], _ steps: Range<Int>
) -> [[Double]] {
  var evaluator = ExpressionEvaluator(program)
  return stream(program, &evaluator, data, steps)
}

/// Equal bits; all nulls are equal.
func same(_ a: Double, _ b: Double) -> Bool {
  a.isNaN && b.isNaN || a.bitPattern == b.bitPattern
}
func same(_ a: [[Double]], _ b: [[Double]]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { zip($0, $1).allSatisfy(same) && $0.count == $1.count }
}
