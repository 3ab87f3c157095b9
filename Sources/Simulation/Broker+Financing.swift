import Market

/// Financing accrues on elapsed time, a year having 365 days, from one step to the next, on what
/// was held when the earlier one finished: cash then, and short positions at their marks then. So
/// it needs no price of the step at which it is booked.
extension Broker {
  private static let millisecondsPerYear = 365.0 * Double(Timestamp.millisecondsPerDay)

  @usableFromInline
  mutating func accrue(milliseconds: Int64) {
    let years = Double(milliseconds) / Self.millisecondsPerYear
    if execution.riskFree != 0 { interest = cash * execution.riskFree * years }
    if execution.borrowBpsYear != 0 {
      for index in quotes.indices where position(of: index) < 0 {
        let value = abs(position(of: index) * quotes[index].unitValue)
        borrowCosts[index] = value * execution.borrowBpsYear / 1e4 * years
      }
    }
  }

  /// Interest first, then borrow in the order of instruments. What is zero gives no row.
  mutating func bookFinancing() {
    if interest != 0 {
      book(Flow(bar: bar, time: now, instrument: nil, kind: .interest, amount: interest))
      interest = 0
    }
    guard execution.borrowBpsYear != 0 else { return }
    for index in borrowCosts.indices where borrowCosts[index] != 0 {
      book(
        Flow(
          bar: bar, time: now, instrument: index, kind: .borrow, amount: -borrowCosts[index]))
      borrowCosts[index] = 0
    }
  }

  mutating func book(_ flow: Flow) {
    account.book(flow)
    outbox.append(.flow(flow))
  }
}
