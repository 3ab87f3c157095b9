import Expressions
import Market
import Testing

@Suite struct FunctionTests {
  private func run(
    _ text: String, _ columns: [(InputSlot, [Double])], role: Scope.Role = .feature
  ) throws -> [Double] {
    let program = try ExpressionProgram.compile(
      [("a", text)], scope: Scope(instruments: ["X", "Y"], role: role))
    let data = Dictionary(uniqueKeysWithValues: columns)
    return stream(program, data, 0..<(columns.first?.1.count ?? 1)).map { $0[0] }
  }

  private let x = InputSlot.field(instrument: 0, field: .close)
  private let y = InputSlot.field(instrument: 1, field: .close)

  @Test(arguments: ReferenceValues.cases.indices)
  func eachFunctionAgreesWithNumPyAndPandas(index: Int) throws {
    let (text, expected) = ReferenceValues.cases[index]
    let values = try run(text, [(x, ReferenceValues.x), (y, ReferenceValues.y)])
    #expect(values.count == expected.count)
    for (step, (value, reference)) in zip(values, expected).enumerated() {
      if reference.isNaN {
        #expect(value.isNaN, "\(text) step \(step)")
      } else {
        #expect(
          abs(value - reference) <= 1e-12 * max(1, abs(reference)),
          "\(text) step \(step): \(value) for \(reference)")
      }
    }
  }

  /// The rows and targets printed in a tutorial on pairs and recurrent networks.
  @Test func thePrintedRowsOfTheTutorialGiveItsPrintedTargets() throws {
    let printedX = [
      0.55928822, 0.44612865, 1, 0.49551368, 0.76240437, 0.6005067, 0.6225156, 0.70007064,
      0.59366238, 0.5063174, 0.47553949, 0.67173956, 0.71701628, 0.37952982, 0.31141229, 0.38672278,
    ]
    let printedY = [
      0.77041298, 0.94235836, 0.89336033, 1, 0.95297434, 0.76148573, 0.49964456, 0.59001004,
      0.79011148, 0.86559101, 0.86278509, 0.74614287, 0.71846731, 0.45497885, 0.41051196,
      0.47362239,
    ]
    let values = try run(
      "X.close - slope(X.close, Y.close, 15) * Y.close", [(x, printedX), (y, printedY)],
      role: .target(horizon: 0))
    #expect(values.prefix(14).allSatisfy { $0.isNaN })
    // The rows are rounded to eight digits, which alone moves a target by up to 1.5e-8.
    #expect(abs(values[14] - 0.16383707) < 1e-8)
    #expect(abs(values[15] - 0.17428863) < 1e-8)
  }

  @Test func aNullIsNoStep() throws {
    let gaps: [Double] = [1, 2, .nan, 4, .nan, .nan, 7, 8]
    let table: [(String, [Double])] = [
      ("lag(X.close, 1)", [.nan, 1, .nan, 2, .nan, .nan, 4, 7]),
      ("diff(X.close)", [.nan, 1, .nan, 2, .nan, .nan, 3, 1]),
      ("sum(X.close, 2)", [.nan, 3, .nan, 6, .nan, .nan, 11, 15]),
      ("highest(X.close, 3)", [.nan, .nan, .nan, 4, .nan, .nan, 7, 8]),
      ("lowest(X.close, 3)", [.nan, .nan, .nan, 1, .nan, .nan, 2, 4]),
      ("ema(X.close, 3)", [.nan, .nan, .nan, 7.0 / 3, .nan, .nan, 14.0 / 3, 19.0 / 3]),
      ("X.close > 3", [0, 0, .nan, 1, .nan, .nan, 1, 1]),
      ("X.close != X.close", [0, 0, .nan, 0, .nan, .nan, 0, 0]),
      ("where(X.close > 3, 1, 0)", [0, 0, .nan, 1, .nan, .nan, 1, 1]),
      ("where(1, 5, X.close)", [5, 5, 5, 5, 5, 5, 5, 5]),
      ("max(X.close, 3)", [3, 3, .nan, 4, .nan, .nan, 7, 8]),
      ("clip(3, X.close, 9)", [3, 3, .nan, 4, .nan, .nan, 7, 8]),
      ("sign(X.close)", [1, 1, .nan, 1, .nan, .nan, 1, 1]),
    ]
    for (text, expected) in table {
      let values = try run(text, [(x, gaps)])
      for (value, wanted) in zip(values, expected) {
        #expect(value.isNaN == wanted.isNaN && !(abs(value - wanted) > 1e-15), "\(text): \(values)")
      }
    }
  }

  @Test func onlyTheChosenBranchOfWhereCounts() throws {
    let values = try run(
      "where(X.close > 0, Y.close, 7)", [(x, [1, 1, -1, -1, .nan]), (y, [5, .nan, 5, .nan, 5])])
    let expected: [Double] = [5, .nan, 7, 7, .nan]
    #expect(zip(values, expected).allSatisfy { same($0, $1) }, "\(values)")
  }

  @Test func atOriginCountsStepsOfThePanelNullsIncluded() throws {
    let gaps: [Double] = [1, .nan, 3, 4, .nan, 6]
    let values = try run("at_origin(X.close)", [(x, gaps)], role: .target(horizon: 2))
    let expected: [Double] = [.nan, .nan, 1, .nan, 3, 4]
    #expect(zip(values, expected).allSatisfy { same($0, $1) }, "\(values)")
  }

  @Test func pairsStepOnlyWhereBothHaveValues() throws {
    let xs: [Double] = [1, 2, .nan, 3, 50, 4, 5]
    let ys: [Double] = [2, 4, 9, 6, .nan, 8, 10]
    let values = try run("slope(X.close, Y.close, 3)", [(x, xs), (y, ys)])
    let expected: [Double] = [.nan, .nan, .nan, 2, .nan, 2, 2]
    #expect(zip(values, expected).allSatisfy { same($0, $1) }, "\(values)")
  }

  @Test func whatIsUndefinedIsNull() throws {
    let table: [(String, Double)] = [
      ("X.close / 0", 5), ("0 / (X.close - X.close)", 5), ("log(X.close)", 0), ("log(X.close)", -1),
      ("sqrt(X.close)", -1e-300), ("exp(X.close)", 710), ("X.close * X.close", 1e200),
      ("X.close + X.close", 1.7e308), ("X.close - 1e308", -1e308), ("X.close / 1e-10", 1e300),
      ("sum(X.close, 2)", 1.7e308), ("sma(X.close, 2)", 1.7e308), ("std(X.close, 3)", 0.1),
      ("zscore(X.close, 3)", 0.1), ("slope(X.close, X.close, 7)", 0.1),
      ("corr(X.close, X.close, 7)", 0.1), ("intercept(X.close, X.close, 7)", 1e15 / 3),
    ]
    for (text, value) in table {
      let values = try run(text, [(x, [Double](repeating: value, count: 9))])
      #expect(values[8].isNaN, "\(text) of \(value)")
    }
    #expect(try run("sqrt(X.close)", [(x, [0])])[0] == 0)
    #expect(try run("exp(X.close)", [(x, [-800])])[0] == 0)
  }

  @Test func windowsOfLargeNumbersKeepTheirDigits() throws {
    let level = 1e9
    let values = (0..<40).map { level + Double($0 % 5) }
    let std = try run("std(X.close, 10)", [(x, values)])
    #expect(abs(std[39] - (20.0 / 9).squareRoot()) < 1e-15 * 4)
    let slope = try run(
      "slope(X.close, Y.close, 10)", [(x, values), (y, values.map { 3 * ($0 - level) + level })])
    #expect(slope[39] == 3)
    let corr = try run("corr(X.close, Y.close, 10)", [(x, values), (y, values.map { -$0 })])
    #expect(abs(corr[39] + 1) < 1e-15)
  }
}
