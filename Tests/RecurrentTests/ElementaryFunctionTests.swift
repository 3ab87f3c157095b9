import CKernels
import Glibc
import Testing

@testable import Recurrent

/// The kernels' exp, log, tanh and sigmoid against Glibc's in Float64.
struct ElementaryFunctionTests {
  enum Function: String, CaseIterable, Sendable {
    case exp
    case log
    case tanh
    case sigmoid

    func values(_ x: [Float], _ variant: KernelVariant = .detected) -> [Float] {
      var y = [Float](repeating: 0, count: x.count)
      let verbs = variant.verbs
      switch self {
      case .exp: verbs.exp(x.count, x, &y)
      case .log: verbs.log(x.count, x, &y)
      case .tanh: verbs.tanh(x.count, x, &y)
      case .sigmoid: verbs.sigmoid(x.count, x, &y)
      }
      return y
    }

    func reference(_ x: Float) -> Double {
      switch self {
      case .exp: Glibc.exp(Double(x))
      case .log: Glibc.log(Double(x))
      case .tanh: Glibc.tanh(Double(x))
      case .sigmoid: 1 / (1 + Glibc.exp(-Double(x)))
      }
    }

    /// The largest error in units in the last place that any argument has, rounded up.
    var ulpMax: Double {
      switch self {
      case .exp: 1.74
      case .log: 0.51
      case .tanh: 1.4
      case .sigmoid: 2
      }
    }
  }

  /// Distance in units of the last place of a Float of the size of `expected`.
  func ulps(_ found: Float, _ expected: Double) -> Double {
    guard expected.isFinite, found.isFinite else { return 0 }
    let size = max(expected.magnitude, 0x1p-126)
    let ulp = Double(sign: .plus, exponent: size.exponent - 23, significand: 1)
    return (Double(found) - expected).magnitude / ulp
  }

  /// Floats of all sizes and both signs, in rising order.
  static let arguments: [Float] = {
    let positive = stride(from: UInt32(1), through: 0x7F80_0000, by: 9973).map {
      Float(bitPattern: $0)
    }
    return positive.reversed().map { -$0 } + positive
  }()

  @Test(arguments: Function.allCases)
  func errorsStayBelowTheStatedBound(function: Function) {
    let values = function.values(Self.arguments)
    var worst = 0.0
    for (x, y) in zip(Self.arguments, values) {
      let expected = function.reference(x)
      if y.isNaN != expected.isNaN { Issue.record("\(function)(\(x)) was \(y)") }
      worst = max(worst, ulps(y, expected))
    }
    #expect(worst <= function.ulpMax)
    #expect(worst > 0.4, "a correctly rounded function would be news")
  }

  /// 1 + e^-x lies half way between two floats near -17, and a power of two below -5 log 2 to
  /// -10 log 2: there the steps of rounding add up most.
  @Test func sigmoidIsTwoUlpsAccurateInItsWeakSpots() {
    var bands: [(from: Float, to: Float, step: Int)] = [(16, 18.1, 11)]
    for n in 4...9 {
      let edge = Float(n + 1) * 0.6931472
      bands.append((edge - Float(sign: .plus, exponent: -n - 1, significand: 1), edge, 1))
    }
    for band in bands {
      let bits = stride(from: band.from.bitPattern, through: band.to.bitPattern, by: band.step)
      let x = bits.map { -Float(bitPattern: $0) }
      for (x, y) in zip(x, Function.sigmoid.values(x))
      where ulps(y, Function.sigmoid.reference(x)) > 2 {
        Issue.record("sigmoid(\(x)) was \(y)")
      }
    }
  }

  @Test(arguments: Function.allCases)
  func theyAreMonotone(function: Function) {
    // Neighbours, where rounding could turn the order, and far apart.
    let starts: [UInt32] = [
      0x3F0C_C000, 0x3EB1_7000, 0x3F31_7000, 0x3D80_0000, 0x4080_0000, 0x4184_8000, 0x42AE_0000,
    ]
    var sweeps = [Self.arguments]
    for start in starts {
      let up = (start..<start + 20_000).map { Float(bitPattern: $0) }
      sweeps += [up, up.reversed().map { -$0 }]
    }
    for sweep in sweeps {
      let values = function.values(sweep).filter { !$0.isNaN }
      for (lower, upper) in zip(values, values.dropFirst()) where lower > upper {
        Issue.record("\(function) fell from \(lower) to \(upper)")
      }
    }
  }

  @Test func specialValues() {
    let x: [Float] = [.infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude]
    #expect(Function.exp.values(x) == [.infinity, 0, 1, 1, 1])
    #expect(Function.sigmoid.values(x) == [1, 0, 0.5, 0.5, 0.5])
    #expect(Function.tanh.values(x) == [1, -1, 0, 0, .leastNonzeroMagnitude])
    #expect(Function.tanh.values([-0.0])[0].sign == .minus)
    let logs = Function.log.values([.infinity, 0, -0.0, 1, .leastNonzeroMagnitude])
    #expect(logs == [.infinity, -.infinity, -.infinity, 0, Float(Glibc.log(0x1p-149))])
    for function in Function.allCases { #expect(function.values([.nan])[0].isNaN) }
    #expect(Function.log.values([-1, -.infinity]).allSatisfy { $0.isNaN })
    // Subnormal results are rounded once.
    #expect(Function.exp.values([-103.9, -104]) == [.leastNonzeroMagnitude, 0])
    #expect(Function.sigmoid.values([-103.9, -104]) == [.leastNonzeroMagnitude, 0])
    #expect(Function.exp.values([88.73]) == [.infinity])
    #expect(Function.exp.values([88.72])[0].isFinite)
  }

  @Test(arguments: Function.allCases)
  func theTailOfAnyCountHasTheSameBits(function: Function) {
    let x = (0..<33).map { Float($0) / 7 + 0.1 }
    let all = function.values(x)
    for count in 0..<33 { #expect(function.values(Array(x[..<count])) == Array(all[..<count])) }
  }

  @Test(arguments: Function.allCases)
  func allVariantsGiveTheSameBits(function: Function) {
    let x = stride(from: 0, to: Self.arguments.count, by: 50).map { Self.arguments[$0] }
    let expected = function.values(x, .baseline).map(\.bitPattern)
    for variant in KernelVariant.allCases where variant.isSupported {
      let found = function.values(x, variant)
      for (index, value) in found.enumerated()
      where !value.isNaN && value.bitPattern != expected[index] {
        Issue.record("\(variant) \(function)(\(x[index])) was \(value)")
      }
    }
  }
}
