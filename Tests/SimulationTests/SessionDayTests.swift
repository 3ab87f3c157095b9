import Market
import Simulation
import Testing

/// A `day` order works on one day by the clocks of its instrument.
struct SessionDayTests {
  /// Hours after 2018-01-04T00:00Z at which bars close, and how many of them the order saw.
  private func expiry(_ zone: Zone?, hours: [Int64]) throws -> Int? {
    let start = try #require(CivilDate(year: 2018, month: 1, day: 4)).midnight.milliseconds
    var broker = Broker(
      instruments: [Instrument(name: "X", zone: zone)],
      execution: ExecutionSettings(cash: 1000), targets: TargetSettings(unit: .units))
    var expired: Int?
    for (step, hour) in hours.enumerated() {
      let bar = Bar(
        time: Timestamp(milliseconds: start + hour * 3_600_000), open: 10, high: 10, low: 10,
        close: 10)
      broker.beginStep(bar: step, time: bar.time)
      broker.open(instrument: 0, price: bar.open)
      broker.finishOpen()
      broker.close(instrument: 0, bar: bar)
      broker.finishClose()
      if step == 0 {
        broker.submit(
          OrderRequest(
            instrument: 0, side: .buy, quantity: 1, type: .limit, limitPrice: 5, timeInForce: .day))
      }
      _ = broker.finishStep()
      for case .order(let event) in broker.outbox where event.kind == .expired { expired = step }
      broker.clearOutbox()
    }
    return expired
  }

  @Test func aDayEndsByTheClocksOfTheZone() throws {
    // The session of Sydney on January 5: 10:00 to 16:00 there, 23:00 to 5:00 in UTC.
    let hours: [Int64] = [22, 24, 25, 26, 28, 29, 48]
    #expect(try expiry(Zone(name: "Australia/Sydney"), hours: hours) == 6)
    // By UTC the bar that closes at midnight is the last of its day.
    #expect(try expiry(nil, hours: hours) == 2)
  }
}
