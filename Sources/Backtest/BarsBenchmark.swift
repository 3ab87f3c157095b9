import Journal
import Recurrent

/// How fast bars go through the spine: a moving-average cross on one instrument, from memory.
public struct BarsBenchmark {
  public static let spec = """
    name: bench-bars
    generate: { kind: random_walk, series: 1, bars: 1000000, start: 100000, seed: 1 }
    positions:
      unit: weight
      rebalance: on_change
      X: where(sma(X.close, 10) > sma(X.close, 30), 1, -1)
    execution: { cash: 100000, fill: next_open, fee_bps: 1, slippage_bps: 1 }
    """

  private let prepared: PreparedRun
  /// Bars of one pass.
  public let bars: Int

  /// Makes the series, of at least 2 bars.
  public init(bars: Int) throws(RunFailure) {
    let spec: RunSpec
    do throws(SpecError) {
      spec = try RunSpec(
        yaml: Array(Self.spec.utf8), file: "bench-bars", folder: "",
        overrides: [SpecOverride(set: "generate.bars=\(bars)")])
    } catch {
      throw .spec(error)
    }
    self.bars = bars
    prepared = try PreparedRun(spec, variant: .detected)
  }

  /// One pass without logs.
  ///
  /// - Returns: the final equity, which is the same at every pass.
  public func pass() throws(RunFailure) -> Double {
    var engine = try prepared.makeEngine()
    var equity = 0.0
    while try engine.step({ event in
      if case .equity(let point, _, _) = event { equity = point.equity }
    }) {}
    return equity
  }

  /// One pass with every log, into a folder that must hold no run.
  public func loggedPass(folder: String, threads: Int) throws(RunFailure) -> Manifest {
    try RunSession(
      starting: prepared, options: RunOptions(folder: folder, threads: threads)
    ).run()
  }
}
