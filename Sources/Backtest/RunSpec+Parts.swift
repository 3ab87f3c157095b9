import Market
import Simulation

// From what a spec says to what the layers below take.

extension PanelClock {
  init(_ clock: ClockSpec) {
    switch clock {
    case .union: self = .union
    case .intersection: self = .intersection
    case .instrument(let index): self = .instrument(index)
    }
  }
}

extension ExecutionSettings {
  init(_ execution: ExecutionSpec) {
    let fill: FillPolicy
    switch execution.fill {
    case .nextOpen: fill = .nextOpen
    case .nextClose: fill = .nextClose
    case .thisClose: fill = .thisClose
    }
    self.init(
      cash: execution.cash, fill: fill, feeBps: execution.feeBps,
      slippageBps: execution.slippageBps, delayBars: execution.delayBars,
      maxLeverage: execution.maxLeverage, borrowBpsYear: execution.borrowBpsYear,
      riskFree: execution.riskFree, participation: execution.participation)
  }
}

extension TargetSettings {
  init(_ positions: PositionsSpec) {
    let unit: TargetUnit
    switch positions.unit {
    case .weight: unit = .weight
    case .units: unit = .units
    case .notional: unit = .notional
    }
    self.init(unit: unit, rebalance: positions.rebalance == .everyBar ? .everyBar : .onChange)
  }
}
