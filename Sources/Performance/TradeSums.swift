import Bytes
import Market

/// Follows the closed trades of one kind: of a side, of an instrument, or all.
struct TradeSums: Equatable, Sendable {
  private(set) var count = 0
  private(set) var wins = 0
  private(set) var losses = 0
  private(set) var wonMoney = WideSum()
  private(set) var lostMoney = WideSum()
  private(set) var best = -Double.infinity
  private(set) var worst = Double.infinity
  private(set) var meanProfit = 0.0
  /// Σ(profit − mean)². B. P. Welford, Technometrics 4 (1962).
  private(set) var squaredDeviations = 0.0
  /// Wins in a row so far, or losses as a negative number.
  private var streak = 0
  private(set) var mostWinsInRow = 0
  private(set) var mostLossesInRow = 0
  private(set) var lengths = LengthCounts()
  private(set) var adverse = Excursions()
  private(set) var favourable = Excursions()

  mutating func add(_ trade: Trade) {
    count += 1
    best = max(best, trade.pnl)
    worst = min(worst, trade.pnl)
    let step = trade.pnl - meanProfit
    meanProfit += step / Double(count)
    squaredDeviations += step * (trade.pnl - meanProfit)
    if trade.pnl > 0 {
      wins += 1
      wonMoney.add(trade.pnl)
      streak = max(streak, 0) + 1
      mostWinsInRow = max(mostWinsInRow, streak)
    } else if trade.pnl < 0 {
      losses += 1
      lostMoney.add(-trade.pnl)
      streak = min(streak, 0) - 1
      mostLossesInRow = max(mostLossesInRow, -streak)
    } else {
      streak = 0
    }
    lengths.add(trade.barsHeld)
    if let mae = trade.mae { adverse.add(mae) }
    if let mfe = trade.mfe { favourable.add(mfe) }
  }

  /// How far prices went against or for the trades that know it, fractions of the entry price.
  struct Excursions: Equatable, Sendable {
    private(set) var count = 0
    private(set) var sum = WideSum()
    /// The farthest from 0.
    private(set) var farthest = 0.0

    mutating func add(_ value: Double) {
      count += 1
      sum.add(value)
      if abs(value) > abs(farthest) { farthest = value }
    }
  }

  /// How many trades were held for how many bars: an exact median without keeping the trades.
  struct LengthCounts: Equatable, Sendable {
    private static let shortCount = 512
    /// Trades by bars held, as far as the longest of them.
    private var short: [Int] = []
    /// The few that were held longer.
    private var long: [Int: Int] = [:]
    private(set) var total = 0
    private(set) var count = 0

    mutating func add(_ bars: Int) {
      total += bars
      count += 1
      if (0..<Self.shortCount).contains(bars) {
        while short.count <= bars { short.append(0) }
        short[bars] += 1
      } else {
        long[bars, default: 0] += 1
      }
    }

    /// The middle one, or the mean of the two middle ones; there is at least one.
    var median: Double {
      let upper = value(at: count / 2)
      return count % 2 == 1 ? Double(upper) : Double(value(at: count / 2 - 1) + upper) / 2
    }

    /// The length at a place of the sorted ones.
    private func value(at place: Int) -> Int {
      var below = 0
      for (bars, number) in short.enumerated() {
        below += number
        if place < below { return bars }
      }
      for bars in long.keys.sorted() {
        below += long[bars] ?? 0
        if place < below { return bars }
      }
      return 0
    }
  }
}

extension TradeSums: Restorable {
  func save(to writer: inout StateWriter) {
    for number in [count, wins, losses, streak, mostWinsInRow, mostLossesInRow] {
      writer.write(number)
    }
    wonMoney.save(to: &writer)
    lostMoney.save(to: &writer)
    for number in [best, worst, meanProfit, squaredDeviations] { writer.write(number) }
    lengths.save(to: &writer)
    adverse.save(to: &writer)
    favourable.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.readInt()
    wins = try reader.readInt()
    losses = try reader.readInt()
    streak = try reader.readInt()
    mostWinsInRow = try reader.readInt()
    mostLossesInRow = try reader.readInt()
    try wonMoney.restore(from: &reader)
    try lostMoney.restore(from: &reader)
    best = try reader.readDouble()
    worst = try reader.readDouble()
    meanProfit = try reader.readDouble()
    squaredDeviations = try reader.readDouble()
    try lengths.restore(from: &reader)
    try adverse.restore(from: &reader)
    try favourable.restore(from: &reader)
  }
}

extension TradeSums.Excursions: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(count)
    sum.save(to: &writer)
    writer.write(farthest)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.readInt()
    try sum.restore(from: &reader)
    farthest = try reader.readDouble()
  }
}

extension TradeSums.LengthCounts: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(short)
    writer.write(long.keys.sorted().flatMap { [$0, long[$0] ?? 0] })
    writer.write(total)
    writer.write(count)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    short = try reader.readInts()
    let pairs = try reader.readInts()
    guard short.count <= Self.shortCount, pairs.count % 2 == 0 else {
      throw StateError("lengths of trades had \(short.count) and \(pairs.count) counts")
    }
    long = [:]
    for index in stride(from: 0, to: pairs.count, by: 2) { long[pairs[index]] = pairs[index + 1] }
    total = try reader.readInt()
    count = try reader.readInt()
  }
}
