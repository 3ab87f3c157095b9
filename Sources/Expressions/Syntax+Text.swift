extension Syntax {
  /// The expression as it is understood: no needless parentheses, one space around operators,
  /// windows as the numbers they come to.
  ///
  /// To parse it again gives the same nodes.
  func canonicalText(instruments: [String]) -> String {
    enum Piece {
      case text(String)
      case node(Int, tighterThan: Int)
    }
    let tightest = 5
    var text = ""
    var stack = [Piece.node(root, tighterThan: 0)]
    while let piece = stack.popLast() {
      guard case .node(let index, let outer) = piece else {
        if case .text(let part) = piece { text += part }
        continue
      }
      var parts: [Piece] = []
      var precedence = tightest
      switch nodes[index].kind {
      case .number(let value): parts = [.text(Self.text(of: value))]
      case .horizon: parts = [.text("h")]
      case .input(let slot): parts = [.text(Self.text(of: slot, instruments: instruments))]
      case .firstForecast: parts = [.text("forecast")]
      case .negation(let child):
        precedence = 4
        parts = [.text("-"), .node(child, tighterThan: 3)]
      case .binary(let sign, let left, let right):
        precedence = sign.precedence
        // Operators group to the left; comparisons do not group at all.
        let leftOuter = precedence == Operator.less.precedence ? precedence : precedence - 1
        parts = [
          .node(left, tighterThan: leftOuter), .text(" \(sign.rawValue) "),
          .node(right, tighterThan: precedence),
        ]
      case .call(let function, let arguments, let window):
        parts = [.text(function.rawValue + "(")]
        for (place, argument) in arguments.enumerated() {
          if place > 0 { parts.append(.text(", ")) }
          parts.append(.node(argument, tighterThan: 0))
        }
        if let window { parts.append(.text(", \(window)")) }
        parts.append(.text(")"))
      }
      if precedence <= outer { parts = [.text("(")] + parts + [.text(")")] }
      stack.append(contentsOf: parts.reversed())
    }
    return text
  }

  static func text(of value: Double) -> String {
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
    return "\(value)"
  }

  private static func text(of slot: InputSlot, instruments: [String]) -> String {
    switch slot {
    case .field(let instrument, let field): "\(instruments[instrument]).\(field.name)"
    case .forecast(let horizon): "forecast(\(horizon))"
    case .hedgeRatio(let y, let x): "hedge_ratio(\(instruments[y]), \(instruments[x]))"
    case .position(let instrument): "position.\(instruments[instrument])"
    case .equity: "equity"
    }
  }
}
