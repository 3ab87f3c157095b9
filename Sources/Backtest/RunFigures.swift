import Performance

/// All figures of a run: those of its manifest and summary, and of `pawl metrics`.
public struct RunFigures: Sendable {
  /// Figures of the forecasts of one horizon.
  public struct Horizon: Equatable, Sendable {
    public var report: ForecastReport
    /// Mean standard deviation over the members of an ensemble, in the unit of the target.
    public var ensembleSpread: Figure

    /// All of them, in a fixed order.
    public var metrics: [Metric] {
      report.metrics + [Metric("ensemble_spread", .target, ensembleSpread)]
    }
  }

  public var returns: ReturnReport
  public var trades: TradeMetrics
  /// What rests on fills that depend on the path within their bar.
  public var ambiguous: AmbiguousProfit
  /// In the order of the spec; empty for a rule strategy.
  public var horizons: [Horizon]
  /// What the run saw of the future, identifiers only.
  public var leaks: [String]
  /// Names, in the order of the spec.
  public var instruments: [String]

  /// What the run shows, in plain words.
  public var verdict: Verdict {
    Verdict(leaks: leaks, forecasts: horizons.map(\.report), returns: returns)
  }

  /// What the names of a horizon's figures end with: nothing for the first one, else `_h` and the
  /// horizon.
  public func suffix(ofHorizonAt index: Int) -> String {
    index == 0 ? "" : "_h\(horizons[index].report.horizon)"
  }
}
