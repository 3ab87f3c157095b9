import Foundation
import Glibc
import Testing

/// The kernels' functions at every Float there is, when asked for: `make functions-campaign`.
///
/// What is true is Glibc's value in Float64, which is wrong by less than 1e-8 of a unit in the last
/// place of a Float.
struct FunctionCampaignTests {
  typealias Function = ElementaryFunctionTests.Function

  /// What was found over a range of arguments.
  struct Finding {
    var error = 0.0
    var at: Float = 0
    var exact = 0
    var count = 0
    var falls = 0
    var wrongNaNs = 0
  }

  /// Arguments from the bits `first` on, `count` of them, all of one sign: rising where that is
  /// positive, else falling. `edge` is the value before them.
  static func look(_ function: Function, _ first: UInt32, _ count: Int, edge: inout Float)
    -> Finding
  {
    let isNegative = first >> 31 == 1
    let x = (0..<count).map { Float(bitPattern: first + UInt32($0)) }
    let values = function.values(x)
    let checks = ElementaryFunctionTests()
    var found = Finding()
    for (x, y) in zip(x, values) {
      let expected = function.reference(x)
      guard !expected.isNaN, !y.isNaN else {
        found.wrongNaNs += expected.isNaN == y.isNaN ? 0 : 1
        continue
      }
      found.count += 1
      found.exact += y == Float(expected) ? 1 : 0
      // Past the largest Float the one right answer is infinity, which rounding gives.
      let error = y.isInfinite && Float(expected) == y ? 0 : checks.distance(y, expected)
      if error > found.error { (found.error, found.at) = (error, x) }
      if isNegative ? y > edge : y < edge { found.falls += 1 }
      edge = y
    }
    return found
  }

  static var isAsked: Bool { ProcessInfo.processInfo.environment["PAWL_TEST_FUNCTIONS"] == "all" }

  @Test(.enabled(if: isAsked), arguments: Function.allCases)
  func everyArgumentIsWithinTheStatedBound(function: Function) {
    var total = Finding()
    let block = 1 << 16
    for sign: UInt32 in [0, 0x8000_0000] {
      var edge = function.values([sign == 0 ? 0.0 : -0.0])[0]
      for first in stride(from: 0, to: 1 << 31, by: block) {
        let found = Self.look(function, sign + UInt32(first), block, edge: &edge)
        if found.error > total.error { (total.error, total.at) = (found.error, found.at) }
        total.exact += found.exact
        total.count += found.count
        total.falls += found.falls
        total.wrongNaNs += found.wrongNaNs
      }
    }
    let share = Double(total.exact) / Double(total.count) * 100
    print(
      "\(function): \(total.count) numbers, \(total.error) ulp at most (at \(total.at)), "
        + "\(share) % correctly rounded, \(total.falls) falls")
    #expect(total.error <= function.ulpMax)
    #expect(total.falls == 0 && total.wrongNaNs == 0)
  }

  /// So that the campaign's own eyes are open: a value one unit off, a fall and a NaN are seen.
  @Test func theCampaignSeesWhatIsWrong() {
    let checks = ElementaryFunctionTests()
    #expect(checks.distance(1 + .ulpOfOne, 1) == 1)
    #expect(checks.distance(.infinity, 1e38) == .infinity)
    #expect(checks.distance(0, 0x1p-149) == 1)
    var edge = Float.infinity
    #expect(Self.look(.exp, Float(1).bitPattern, 16, edge: &edge).falls == 1)
    var none: Float = 0
    #expect(Self.look(.log, Float(2).bitPattern, 16, edge: &none).wrongNaNs == 0)
  }
}

extension ElementaryFunctionTests {
  /// As `ulps`, but infinite where one of the two is.
  func distance(_ found: Float, _ expected: Double) -> Double {
    guard expected.isFinite, found.isFinite else {
      return expected == Double(found) ? 0 : .infinity
    }
    return ulps(found, expected)
  }
}
