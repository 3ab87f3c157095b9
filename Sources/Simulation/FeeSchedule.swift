/// What a broker charges for fills. All parts are added up; money is that of the account.
public struct FeeSchedule: Equatable, Sendable {
  /// Basis points of the traded value, at least 0 and below 10000.
  public var takerBps: Double
  /// The same for orders that waited for the price: fills of limit orders within a bar. Nil: as others.
  public var makerBps: Double?
  /// Money for each unit, at least 0.
  public var perUnit: Double
  /// Money for each order, with its first fill, at least 0.
  public var perOrder: Double
  /// The least that an order pays in all, at least 0.
  public var minimum: Double
  /// Other rates from a traded value on, by rising volume.
  public var tiers: [FeeTier]

  public init(
    takerBps: Double = 0, makerBps: Double? = nil, perUnit: Double = 0, perOrder: Double = 0,
    minimum: Double = 0, tiers: [FeeTier] = []
  ) {
    self.takerBps = takerBps
    self.makerBps = makerBps
    self.perUnit = perUnit
    self.perOrder = perOrder
    self.minimum = minimum
    self.tiers = tiers
  }

  /// Whether nothing is ever charged.
  public var isFree: Bool {
    takerBps == 0 && makerBps ?? 0 == 0 && perUnit == 0 && perOrder == 0 && minimum == 0
      && tiers.allSatisfy { $0.takerBps == 0 && $0.makerBps == 0 }
  }

  /// Whether an order's fee is a share of its value and nothing else, the same for all.
  public var isFlatRate: Bool {
    makerBps ?? takerBps == takerBps && perUnit == 0 && perOrder == 0 && minimum == 0
      && tiers.isEmpty
  }

  /// The rates after so much was traded in the last 30 days.
  func rates(volume: Double) -> FeeTier {
    tiers.last { volume >= $0.volume }
      ?? FeeTier(volume: 0, takerBps: takerBps, makerBps: makerBps ?? takerBps)
  }

  func checkRanges() {
    for bps in [takerBps, makerBps ?? 0] + tiers.flatMap({ [$0.takerBps, $0.makerBps] }) {
      precondition(bps >= 0 && bps < 10_000, "a fee lies in 0..<10000 bps")
    }
    for money in [perUnit, perOrder, minimum] + tiers.map(\.volume) {
      precondition(money >= 0 && money.isFinite, "fees and volumes are at least 0")
    }
    precondition(
      zip(tiers, tiers.dropFirst()).allSatisfy { $0.volume < $1.volume }, "tiers rise by volume")
  }
}

/// The rates from a traded value on.
public struct FeeTier: Equatable, Sendable {
  /// Money traded in the last 30 days, at least 0.
  public var volume: Double
  public var takerBps: Double
  public var makerBps: Double

  public init(volume: Double, takerBps: Double, makerBps: Double) {
    self.volume = volume
    self.takerBps = takerBps
    self.makerBps = makerBps
  }
}
