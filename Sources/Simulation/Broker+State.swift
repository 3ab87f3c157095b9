import Bytes
import Market

/// The state between two steps. Settings and instruments come from the spec and are not written.
extension Broker: Restorable {
  public func save(to writer: inout StateWriter) {
    precondition(stage == .betweenSteps, "a broker is saved between two steps")
    precondition(outbox.isEmpty, "what a broker did is taken before it is saved")
    writer.write(bar)
    writer.write(time != nil)
    writer.write(Int(time?.milliseconds ?? 0))
    account.save(to: &writer)
    writer.write(working.count)
    for order in working { order.save(to: &writer) }
    for quote in quotes { quote.save(to: &writer) }
    writer.write(lastValues)
    liquidity?.save(to: &writer)
    returns?.save(to: &writer)
    tradedVolume?.save(to: &writer)
    writer.write(sequence)
    writer.write(orderCount)
    writer.write(stoppedAtBar)
    writer.write(marginCallCount)
    writer.write(isLiquidating)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    precondition(stage == .betweenSteps, "a broker is restored between two steps")
    let instruments = lastValues.count
    outbox.removeAll(keepingCapacity: true)
    bar = try reader.readInt()
    let hasBegun = try reader.readBool()
    let milliseconds = try reader.readInt()
    time = hasBegun ? Timestamp(milliseconds: Int64(milliseconds)) : nil
    try account.restore(from: &reader)
    let count = try reader.readInt()
    guard count >= 0 else {
      throw StateError("a count of orders was \(count), at least 0 is needed")
    }
    working.removeAll(keepingCapacity: true)
    for _ in 0..<count {
      let order = try WorkingOrder(from: &reader)
      guard (0..<instruments).contains(order.order.instrument) else {
        throw StateError(
          "an order's instrument was \(order.order.instrument), below \(instruments) is needed")
      }
      working.append(order)
    }
    for index in quotes.indices { try quotes[index].restore(from: &reader) }
    lastValues = try reader.readDoubles(count: instruments, "the last values of a broker")
    try liquidity?.restore(from: &reader)
    try returns?.restore(from: &reader)
    try tradedVolume?.restore(from: &reader)
    sequence = try reader.readInt()
    orderCount = try reader.readInt()
    stoppedAtBar = try reader.readInt()
    marginCallCount = try reader.readInt()
    isLiquidating = try reader.readBool()
    valuation = Exposure(of: account.positions, at: quotes)
  }
}

extension WorkingOrder {
  func save(to writer: inout StateWriter) {
    writer.write(order.id)
    writer.write(order.instrument)
    writer.write(order.side.rawValue)
    writer.write(order.quantity)
    writer.write(order.type.rawValue)
    writer.write(order.limitPrice)
    writer.write(order.stopPrice)
    writer.write(order.trail)
    writer.write(order.distance)
    writer.write(order.timeInForce.rawValue)
    writer.write(order.goodTill != nil)
    writer.write(Int(order.goodTill?.milliseconds ?? 0))
    writer.write(order.isReduceOnly)
    writer.write(order.decidedAtBar)
    writer.write(reason.rawValue)
    writer.write(remaining)
    writer.write(eligibleFromBar)
    writer.write(filled)
    writer.write(unreleased)
    writer.write(isTriggered)
    writer.write(parentID)
    writer.write(groupID)
    writer.write(hasChildren)
    writer.write(bundleID)
    writer.write(closing)
    writer.write(isExit)
    writer.write(lastBar)
    writer.write(feesOwed)
    writer.write(feesPaid)
    writer.write(day)
  }

  init(from reader: inout StateReader) throws(StateError) {
    let id = try reader.readInt()
    let instrument = try reader.readInt()
    let side: Side = try reader.readChoice("the side of an order")
    let quantity = try reader.readDouble()
    let type: OrderType = try reader.readChoice("the type of an order")
    let limitPrice = try reader.readOptionalDouble()
    let stopPrice = try reader.readOptionalDouble()
    let trail = try reader.readOptionalTrail()
    let distance = try reader.readOptionalTrail()
    let timeInForce: TimeInForce = try reader.readChoice("the time in force of an order")
    let hasGoodTill = try reader.readBool()
    let goodTill = Timestamp(milliseconds: Int64(try reader.readInt()))
    let order = Order(
      id: id, instrument: instrument, side: side, quantity: quantity, type: type,
      limitPrice: limitPrice, stopPrice: stopPrice, trail: trail, distance: distance,
      timeInForce: timeInForce, goodTill: hasGoodTill ? goodTill : nil,
      isReduceOnly: try reader.readBool(),
      decidedAtBar: try reader.readInt())
    self.init(
      order: order, reason: try reader.readChoice("the reason of an order"),
      remaining: try reader.readDouble(), eligibleFromBar: try reader.readInt())
    filled = try reader.readDouble()
    unreleased = try reader.readDouble()
    isTriggered = try reader.readBool()
    parentID = try reader.readInt()
    groupID = try reader.readInt()
    hasChildren = try reader.readBool()
    bundleID = try reader.readInt()
    closing = try reader.readDouble()
    isExit = try reader.readBool()
    lastBar = try reader.readInt()
    feesOwed = try reader.readDouble()
    feesPaid = try reader.readDouble()
    day = try reader.readInt()
  }
}

extension StateWriter {
  fileprivate mutating func write(_ value: Double?) {
    write(value != nil)
    write(value ?? 0)
  }

  fileprivate mutating func write(_ trail: Trail?) {
    switch trail {
    case nil: write(0)
    case .amount(let amount):
      write(1)
      write(amount)
    case .fraction(let fraction):
      write(2)
      write(fraction)
    }
  }
}

extension StateReader {
  fileprivate mutating func readOptionalDouble() throws(StateError) -> Double? {
    let isThere = try readBool()
    let value = try readDouble()
    return isThere ? value : nil
  }

  fileprivate mutating func readOptionalTrail() throws(StateError) -> Trail? {
    switch try readInt() {
    case 0: return nil
    case 1: return .amount(try readDouble())
    case 2: return .fraction(try readDouble())
    case let other: throw StateError("the distance of an order was \(other), which names none")
    }
  }

  fileprivate mutating func readChoice<Choice: RawRepresentable<Int>>(
    _ what: String
  ) throws(StateError) -> Choice {
    let value = try readInt()
    guard let choice = Choice(rawValue: value) else {
      throw StateError("\(what) was \(value), which names none")
    }
    return choice
  }
}
