/// A function of the language, by the name it is written with.
enum Function: String, CaseIterable {
  case absolute = "abs"
  case atOrigin = "at_origin"
  case clip
  case correlation = "corr"
  case difference = "diff"
  case exponentialAverage = "ema"
  case exponential = "exp"
  case highest
  case intercept
  case lag
  case logarithm = "log"
  case lowest
  case maximum = "max"
  case minimum = "min"
  case sign
  case slope
  case average = "sma"
  case squareRoot = "sqrt"
  case deviation = "std"
  case sum
  case select = "where"
  case zscore

  /// How many arguments it takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .absolute, .atOrigin, .exponential, .logarithm, .sign, .squareRoot: 1...1
    case .difference: 1...2
    case .exponentialAverage, .highest, .lag, .lowest, .average, .deviation, .sum, .zscore: 2...2
    case .clip, .correlation, .intercept, .slope, .select: 3...3
    case .maximum, .minimum: 2...Int.max
    }
  }

  /// The smallest whole number that its last argument may be, where that counts bars.
  ///
  /// `diff` may leave it out.
  var leastWindow: Int? {
    switch self {
    case .lag: 0
    case .difference, .exponentialAverage, .highest, .lowest, .average, .sum: 1
    case .deviation, .zscore, .slope, .intercept, .correlation: 2
    case .absolute, .atOrigin, .clip, .exponential, .logarithm, .maximum, .minimum, .sign,
      .squareRoot, .select:
      nil
    }
  }

  /// What its last argument is called in messages.
  var windowNoun: String {
    switch self {
    case .lag, .difference: "distance"
    default: "window"
    }
  }

  /// The largest window, distance or horizon: it bounds the memory that a text can ask for.
  static let largestWindow = 1_000_000

  /// Names that other languages use, to hint at ours.
  static func named(elsewhere name: String) -> Function? {
    switch name {
    case "mean", "avg", "average", "ma", "rolling_mean": .average
    case "ewm", "ewma": .exponentialAverage
    case "stdev", "stddev", "sd": .deviation
    case "shift", "delay", "ref", "prev": .lag
    case "delta", "change": .difference
    case "ln": .logarithm
    case "if", "iff", "iif", "ifelse": .select
    case "beta": .slope
    case "alpha": .intercept
    case "correl", "correlation": .correlation
    case "rolling_max", "ts_max", "hhv": .highest
    case "rolling_min", "ts_min", "llv": .lowest
    case "clamp": .clip
    case "sgn": .sign
    default: nil
    }
  }
}

extension Function {
  /// The opcode of a function that looks at this step only.
  var opcodeOfOneStep: Opcode? {
    switch self {
    case .absolute: .absolute
    case .clip: .clip
    case .exponential: .exponential
    case .logarithm: .logarithm
    case .maximum: .maximum
    case .minimum: .minimum
    case .select: .select
    case .sign: .sign
    case .squareRoot: .squareRoot
    case .atOrigin, .correlation, .difference, .exponentialAverage, .highest, .intercept, .lag,
      .lowest, .slope, .average, .deviation, .sum, .zscore:
      nil
    }
  }

  /// The opcode of a function of one series and a window.
  var opcodeOfWindow: Opcode? {
    switch self {
    case .average: .average
    case .sum: .sum
    case .deviation: .deviation
    case .zscore: .zscore
    case .highest: .highest
    case .lowest: .lowest
    default: nil
    }
  }

  /// The opcode of a function of two series and a window.
  var opcodeOfPair: Opcode? {
    switch self {
    case .slope: .slope
    case .intercept: .intercept
    case .correlation: .correlation
    default: nil
    }
  }
}
