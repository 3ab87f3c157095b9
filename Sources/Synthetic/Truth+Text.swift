extension SyntheticSeries {
  /// The horizons whose errors `truth.json` gives.
  static let listedHorizons = [1, 2, 3, 5, 10]

  /// `truth.json`: the process with its parameters, the half-life, and the oracle: for each series
  /// the root mean squared error of its forecasts of the close, by theory and on these bars, its
  /// skill against the last close, and (not for `random_walk`, where it is the last close) the
  /// forecast of the next close made at each bar.
  ///
  /// Keys stand in a fixed order, numbers in their shortest exact form.
  public func truthText() -> String {
    let settings = truth.settings
    let rows = closesByBar
    func number(_ value: Double?) -> String { value.map { text($0) } ?? "null" }
    func list(_ values: [String]) -> String { "[\(values.joined(separator: ", "))]" }
    func byInstrument(_ value: (Int) -> [Double?]) -> String {
      truth.instruments.indices.map { index in
        "      \"\(truth.instruments[index])\": \(list(value(index).map(number)))"
      }.joined(separator: ",\n")
    }
    let parameters = settings.kind.parameters.map {
      "    \"\($0.name)\": \(text(settings[$0.name]))"
    }
    var oracle = [
      "    \"horizons\": \(list(Self.listedHorizons.map(String.init)))",
      "    \"rmse\": {\n"
        + byInstrument { index in
          Self.listedHorizons.map {
            truth.meanSquaredError(of: .close(index), horizon: $0).squareRoot()
          }
        } + "\n    }",
      "    \"rmse_on_these_bars\": {\n"
        + byInstrument { index in
          Self.listedHorizons.map { realisedError(rows, index, horizon: $0) }
        } + "\n    }",
      "    \"skill_against_last_close\": {\n"
        + byInstrument { index in
          Self.listedHorizons.map { truth.skill(of: .close(index), horizon: $0) }
        } + "\n    }",
    ]
    if settings.kind != .randomWalk {
      oracle.append(
        "    \"forecast_of_next_close\": {\n"
          + byInstrument { index in
            rows.map { truth.forecast(of: .close(index), horizon: 1, closes: $0) }
          } + "\n    }")
    }
    return """
      {
        "kind": "\(settings.kind.rawValue)",
        "bars": \(settings.bars),
        "seed": \(settings.seed),
        "rng": "\(settings.source.rawValue)",
        "parameters": {
      \(parameters.joined(separator: ",\n"))
        },
        "instruments": \(list(truth.instruments.map { "\"\($0)\"" })),
        "phi": \(text(truth.phi)),
        "half_life_bars": \(number(truth.halfLifeBars)),
        "oracle": {
      \(oracle.joined(separator: ",\n"))
        }
      }

      """
  }

  /// The closes of all series at each bar.
  var closesByBar: [[Double]] {
    (0..<truth.settings.bars).map { bar in bars.map { $0[bar].close } }
  }

  /// The root mean squared error of the oracle's forecasts of the close on these bars; nil where
  /// there are too few.
  func realisedError(_ rows: [[Double]], _ index: Int, horizon: Int) -> Double? {
    let count = rows.count - horizon
    guard count > 0 else { return nil }
    var sum = 0.0
    for bar in 0..<count {
      let forecast = truth.forecast(of: .close(index), horizon: horizon, closes: rows[bar])
      let error = rows[bar + horizon][index] - forecast
      sum += error * error
    }
    return (sum / Double(count)).squareRoot()
  }
}
