/// Holds the jumps of a price, bar by bar, against the splits that are given.
struct SplitCheck {
  /// What a bar has to say.
  enum Outcome {
    case fine
    /// A jump that a split explains, and none is given.
    case unexplained(SplitJump, SplitJump.Step)
    /// A split that is given, and its first bar does not jump as it says.
    case withoutJump(ratio: Double)
    /// A dividend of the close before or more.
    case tooGreat(dividend: Double, close: Double)
  }

  private let actions: [CorporateAction]
  private let opensApart: Bool
  private var next = 0
  private var previous: (close: Double, adjusted: Double)?

  init(actions: [CorporateAction], opensApart: Bool) {
    self.actions = actions
    self.opensApart = opensApart
  }

  /// Takes the next bar within the span.
  mutating func take(_ bar: Bar, adjusted: Double, line: Int) -> Outcome {
    let due = next
    while next < actions.count, actions[next].time < bar.time { next += 1 }
    defer { previous = (bar.close, adjusted) }
    // What took effect before the first bar is in its prices.
    guard let previous else { return .fine }
    var close = previous.close
    var given = 1.0
    for action in actions[due..<next] {
      switch action.kind {
      case .split(let ratio):
        given *= ratio
        close /= ratio
      case .dividend(let amount):
        guard amount < close else { return .tooGreat(dividend: amount, close: close) }
        close -= amount
      }
    }
    var step = SplitJump.Step(
      previousClose: previous.close, bar: bar, previousAdjusted: previous.adjusted,
      adjusted: adjusted, opensApart: opensApart)
    var outcome = Outcome.fine
    if given != 1 {
      if step.jumps(by: given) {
        step.previousClose = close
        // A source that repeats the close before as the open repeats the one before the split.
        if bar.open == previous.close { step.opensApart = false }
      } else {
        outcome = .withoutJump(ratio: given)
      }
    }
    guard let (new, old) = SplitJump.ratio(explaining: step) else { return outcome }
    return .unexplained(SplitJump(line: line, time: bar.time, new: new, old: old), step)
  }
}

extension SplitJump.Step {
  /// Whether the price moved as a split of this ratio has it: nearer to that than to no move at all.
  ///
  /// Small ratios drown in what prices do anyway, so they count as seen.
  fileprivate func jumps(by ratio: Double) -> Bool {
    guard ratio >= 1.2 || ratio <= 1 / 1.2 else { return true }
    let price = opensApart && bar.open != previousClose ? bar.open : bar.close
    let move = price / previousClose
    // Halfway in logarithms: move · √ratio against 1.
    return ratio > 1 ? move * move * ratio < 1 : move * move * ratio > 1
  }
}
