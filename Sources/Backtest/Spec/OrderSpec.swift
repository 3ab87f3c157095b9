import Market
import Simulation

/// How the target orders of an instrument are made.
public struct OrderSpec: Equatable, Sendable {
  /// Index in `RunSpec.instruments`.
  public var instrument: Int
  public var rule: OrderRule
  /// Of types with a limit, and of no others.
  public var limit: SourceText?
  /// Of types with a stop, and of no others.
  public var stop: SourceText?
}

/// What protects the positions of an instrument.
public struct ExitSpec: Equatable, Sendable {
  /// Index in `RunSpec.instruments`.
  public var instrument: Int
  public var unit: LevelUnit
  public var stopLoss: SourceText?
  public var takeProfit: SourceText?
  /// Instead of a stop loss.
  public var trailingStop: SourceText?

  public var rule: ExitRule {
    ExitRule(
      unit: unit, hasStopLoss: stopLoss != nil, hasTakeProfit: takeProfit != nil,
      hasTrailingStop: trailingStop != nil)
  }
}

/// An expression of the level of an order.
struct LevelSpec {
  let instrument: Int
  let kind: TargetLevels.Kind
  let unit: LevelUnit
  /// Of the order that has it; an exit's own kind says enough.
  let type: OrderType
  let expression: SourceText
}

extension RunSpec {
  /// Every level of an order or exit, in the order of the spec.
  var levels: [LevelSpec] {
    var levels: [LevelSpec] = []
    for order in orders {
      for (kind, expression) in [(TargetLevels.Kind.limit, order.limit), (.stop, order.stop)] {
        guard let expression else { continue }
        levels.append(
          LevelSpec(
            instrument: order.instrument, kind: kind, unit: order.rule.unit,
            type: order.rule.type, expression: expression))
      }
    }
    for exit in exits {
      let parts: [(TargetLevels.Kind, OrderType, SourceText?)] = [
        (.stopLoss, .stop, exit.stopLoss), (.takeProfit, .limit, exit.takeProfit),
        (.trailingStop, .trailingStop, exit.trailingStop),
      ]
      for (kind, type, expression) in parts {
        guard let expression else { continue }
        levels.append(
          LevelSpec(
            instrument: exit.instrument, kind: kind, unit: exit.unit, type: type,
            expression: expression))
      }
    }
    return levels
  }

  /// The rules of all instruments, as the broker takes them; empty where the spec has none.
  var orderRules: [OrderRule] {
    guard !orders.isEmpty else { return [] }
    var rules = instruments.map { _ in OrderRule() }
    for order in orders { rules[order.instrument] = order.rule }
    return rules
  }

  /// What protects the positions of all instruments; empty where the spec has nothing.
  var exitRules: [ExitRule] {
    guard !exits.isEmpty else { return [] }
    var rules = instruments.map { _ in ExitRule() }
    for exit in exits { rules[exit.instrument] = exit.rule }
    return rules
  }
}

extension LevelSpec {
  /// What a level may be, where it is the same number at every bar.
  ///
  /// - Parameter isSigned: whether prices may be zero or negative.
  /// - Returns: any number where nothing can be said.
  func range(isSigned: Bool) -> NumberRange {
    if unit == .price { return isSigned ? .any : .above(0) }
    let isShare = unit == .fraction
    switch kind {
    case .limit where type == .stopLimit: return isShare ? NumberRange.above(-1).below(1) : .any
    case .limit, .stop: return isShare ? NumberRange.atLeast(0).below(1) : .atLeast(0)
    case .takeProfit: return .above(0)
    case .stopLoss, .trailingStop: return isShare ? NumberRange.above(0).below(1) : .above(0)
    }
  }
}
