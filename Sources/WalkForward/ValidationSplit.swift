/// Training samples parted into those that are trained on and the newest ones, which are held out to
/// choose the number of epochs.
struct ValidationSplit: Equatable {
  /// The older ones, but for those next to the part held out: with v the first sample there, a
  /// sample s is trained on only if s <= v - gap, so that no label trained on is of v's bars.
  var trained: [Int]
  var held: [Int]

  /// Nil where nothing would be held out, or nothing be left to train on.
  ///
  /// - Parameters:
  ///   - samples: in time order.
  ///   - fraction: ⌊n (1 - fraction)⌋ of n samples lie before the part held out.
  ///   - gap: max(longest horizon, bars that a target spans, 1).
  init?(_ samples: [Int], fraction: Double, gap: Int) {
    guard fraction > 0 else { return nil }
    let cut = Int((Double(samples.count) * (1 - fraction)).rounded(.down))
    guard cut < samples.count else { return nil }
    held = Array(samples[cut...])
    let first = held[0]
    trained = samples[..<cut].filter { $0 <= first - gap }
    if trained.isEmpty { return nil }
  }
}
