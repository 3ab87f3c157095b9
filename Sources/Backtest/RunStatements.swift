import Market
import Simulation

/// Something to know of a run before believing its figures.
public struct RunStatement: Equatable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    case rescale
    case scalerFit = "scaler_fit"
    case thisClose = "this_close"
    case staleOpen = "stale-open"
    case index
    case kerasState = "keras_state"
  }

  public var kind: Kind
  public var text: String

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// A sentence that begins with the kind and a colon.
  public var description: String { "\(kind.rawValue): \(text)" }
}

/// What a reader of a run has to know before believing its figures.
public struct RunStatements: Equatable, Sendable {
  /// What the run saw of the future.
  public var leaks: [RunStatement] = []
  /// What is doubtful about its fills or its model.
  public var caveats: [RunStatement] = []
  /// Costs that were not charged, identifiers only.
  public var omitted: [String] = []

  init(_ spec: RunSpec, supplies: [BarSupply]) {
    leaks = Self.leaks(spec)
    caveats = Self.caveats(spec, supplies)
    omitted = Self.omitted(spec)
  }

  private static func leaks(_ spec: RunSpec) -> [RunStatement] {
    var leaks: [RunStatement] = []
    let rescaled: [String]
    switch spec.source {
    case .files(let files): rescaled = files.filter { $0.rescale != nil }.map(\.name)
    case .generate(let generate):
      rescaled = generate.rescale == nil ? [] : generate.instrumentNames
    }
    if !rescaled.isEmpty {
      leaks.append(
        RunStatement(
          .rescale,
          "prices of \(rescaled.joined(separator: ", ")) are mapped by extremes of the "
            + "whole series"))
    }
    if spec.learning?.walk.scalerFit == .all {
      leaks.append(RunStatement(.scalerFit, "scalers are fitted on the whole series"))
    }
    return leaks
  }

  private static func caveats(_ spec: RunSpec, _ supplies: [BarSupply]) -> [RunStatement] {
    var caveats: [RunStatement] = []
    switch spec.execution.settings.fill {
    case .thisClose:
      caveats.append(
        RunStatement(.thisClose, "orders fill at the close that decided them"))
    case .nextOpen:
      for position in spec.positions.positions {
        let index = position.instrument
        guard supplies[index].summary.hasStaleOpens, !spec.accepts(.staleOpen, instrument: index)
        else { continue }
        let percent = (supplies[index].summary.staleOpenShare * 1000).rounded() / 10
        caveats.append(
          RunStatement(
            .staleOpen,
            "\(spec.instruments[index].name) opens at its previous close on \(percent) % "
              + "of bars, so that a fill at the next open is a fill at the deciding close"))
      }
    case .nextClose: break
    }
    let indices = spec.positions.positions.map(\.instrument).filter { spec.isIndex($0) }
    if !indices.isEmpty {
      let names = indices.map { spec.instruments[$0].name }.joined(separator: " and ")
      caveats.append(
        RunStatement(
          .index,
          "\(names): an index cannot be traded as such and pays no dividends; a fund or a "
            + "future on it has other prices"))
    }
    if spec.learning?.network?.configuration.state == .keras {
      caveats.append(
        RunStatement(
          .kerasState,
          "state is carried from sample to sample as Keras does on overlapping windows: it meets "
            + "bars twice and out of order"))
    }
    return caveats
  }

  private static func omitted(_ spec: RunSpec) -> [String] {
    let execution = spec.execution.settings
    var omitted: [String] = []
    if execution.fees.isFree { omitted.append("fee") }
    if execution.slippageBps == 0, execution.slippageTicks == 0, execution.impact == 0 {
      omitted.append("slippage")
    }
    if execution.borrowBpsYear == 0 { omitted.append("borrow") }
    if !spec.paysDividends { omitted.append("dividends") }
    if execution.participation == nil { omitted.append("participation") }
    return omitted
  }
}

extension RunSpec {
  /// Whether every asset that is traded has a file of actions. An index pays none, which is a caveat of
  /// its own.
  fileprivate var paysDividends: Bool {
    guard case .files(let files) = source else { return false }
    let assets = positions.positions.map { files[$0.instrument] }.filter { $0.kind == .asset }
    return !assets.isEmpty && assets.allSatisfy { $0.actions != nil }
  }

  func isIndex(_ instrument: Int) -> Bool {
    if case .files(let files) = source { return files[instrument].kind == .index }
    return false
  }

  func accepts(_ rule: VettingRule, instrument: Int) -> Bool {
    switch source {
    case .files(let files): files[instrument].accept.contains(rule.rawValue)
    case .generate(let generate): generate.accept.contains(rule.rawValue)
    }
  }
}
