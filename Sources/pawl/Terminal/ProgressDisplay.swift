import Backtest
import Bytes
import Glibc
import Synchronization

/// Shows how far one or several runs have come, on standard error: a bar that is redrawn on a
/// terminal, elsewhere a line every 30 seconds.
final class ProgressDisplay: Sendable {
  private struct State {
    var runs: [RunProgress]
    var lastShown: ContinuousClock.Instant
    var lineIsOpen = false
  }

  private let names: [String]
  private let isTerminal: Bool
  private let isQuiet: Bool
  private let started = ContinuousClock.now
  private let state: Mutex<State>

  init(names: [String], isQuiet: Bool) {
    self.names = names
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) == 1
    state = Mutex(
      State(
        runs: names.map { _ in RunProgress(bars: 0, barsExpected: nil, refits: 0) },
        lastShown: ContinuousClock.now))
  }

  func update(_ index: Int, _ progress: RunProgress) {
    let runs = state.withLock { state in
      state.runs[index] = progress
      return state.runs
    }
    show { text(of: runs, elapsed: $0) }
  }

  /// Shows a line, unless the last one is too fresh.
  private func show(_ text: (_ elapsedSeconds: Double) -> String) {
    guard !isQuiet else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      guard now - state.lastShown >= (isTerminal ? .milliseconds(200) : .seconds(30)) else {
        return
      }
      state.lastShown = now
      let line = text((now - started) / .seconds(1))
      if isTerminal {
        // Back to the start of the line, and clear to its end.
        writeError("\r\u{1B}[K\(line)")
        state.lineIsOpen = true
      } else {
        printError(line)
      }
    }
  }

  /// Shows the share of a single piece of work that is done.
  func update(share: Double) {
    show { elapsed in
      let left = share > 0 ? ", \(Self.duration(elapsed / share - elapsed)) left" : ""
      return "\(names[0]) \(Self.bar(share)) \(Int(share * 100)) %\(left)"
    }
  }

  /// Clears the bar, so that other text can follow.
  func finish() {
    state.withLock { state in
      if state.lineIsOpen { writeError("\r\u{1B}[K") }
      state.lineIsOpen = false
    }
  }

  private func text(of runs: [RunProgress], elapsed: Double) -> String {
    let bars = runs.reduce(0) { $0 + $1.bars }
    let refits = runs.reduce(0) { $0 + $1.refits }
    let updates = runs.reduce(0) { $0 + $1.updates }
    let expected = runs.reduce(Int?.some(0)) { sum, run in
      // A run that has not begun is taken to be like the others.
      guard let sum else { return nil }
      return run.bars == 0 ? sum : run.barsExpected.map { sum + $0 }
    }
    let begun = runs.count { $0.bars > 0 }
    var text = names.count == 1 ? names[0] : "\(names.count) runs"
    if let expected, expected > 0, begun > 0 {
      let total = expected * runs.count / begun
      let share = min(1, Double(bars) / Double(total))
      text += " " + Self.bar(share) + " bar \(bars) of \(total)"
      text += rates(bars, refits, updates, elapsed)
      if share > 0 { text += ", \(Self.duration(elapsed / share - elapsed)) left" }
    } else {
      text += " bar \(bars)" + rates(bars, refits, updates, elapsed)
    }
    return text
  }

  private func rates(_ bars: Int, _ refits: Int, _ updates: Int, _ elapsed: Double) -> String {
    guard elapsed > 0 else { return "" }
    var text = ", \(Int(Double(bars) / elapsed)) bars/s"
    // Long fits are counted by their updates, which move when nothing else does.
    let refitsASecond = Double(refits) / elapsed
    if refitsASecond >= 1 { text += ", \(Int(refitsASecond)) refits/s" }
    if refitsASecond < 10, updates > 0 {
      text += ", refit \(refits + 1), \(DecimalText.fixed(Double(updates), places: 0)) updates"
    }
    return text
  }

  private static func bar(_ share: Double) -> String {
    let width = 24
    let full = Int(share * Double(width))
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
      + "]"
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
