import Bytes
import Journal
import Recurrent

/// What `pawl model inspect` says of a network.
struct ModelInspection {
  /// Windows, and the gradients on them.
  struct Windows {
    /// What they are, as people read it.
    var what: String
    var lookback: Int
    var gradient: StateGradient

    static func random(_ weights: Weights, lookback: Int) -> Windows {
      Windows(
        what: "\(windowCount) windows of normal random numbers", lookback: lookback,
        gradient: weights.stateGradient(randomWindows: windowCount, lookback: lookback))
    }
  }

  /// Windows that the gradients are averaged over.
  static let windowCount = 32

  private let path: String
  private let weights: Weights
  private let windows: Windows
  private let isLookbackKnown: Bool

  init(path: String, weights: Weights, windows: Windows, isLookbackKnown: Bool) {
    self.path = path
    self.weights = weights
    self.windows = windows
    self.isLookbackKnown = isLookbackKnown
  }

  private var lookback: Int { windows.lookback }
  private var gradient: StateGradient { windows.gradient }

  private var tensors: [NamedTensor] { weights.tensors(in: weights.layout) }

  private var parameterCount: Int { tensors.reduce(0) { $0 + $1.values.count } }

  var text: String {
    let network = weights.configuration
    var facts = [
      network.cell.rawValue, count(network.features, "feature"),
      "hidden \(network.hidden.map(String.init).joined(separator: ", "))",
      count(network.outputs, "output"),
      isLookbackKnown ? "lookback \(lookback)" : "lookback not known",
    ]
    if network.cell == .gru { facts.append(network.gruForm.rawValue) }
    if network.cell != .rnn { facts.append("gates \(network.gates.rawValue)") }
    facts.append("dialect \(network.dialect.rawValue)")
    let layout = weights.layout == .torch ? "PyTorch's" : "Keras's"
    var lines = [
      "\(path): \(facts.joined(separator: ", "))",
      "\(DecimalText.fixed(Double(parameterCount), places: 0)) numbers in \(layout) layout", "",
    ]
    lines += aligned([["tensor", "shape", "min", "max", "mean", "rms"]] + tensors.map(row))
    lines += ["", "norm of the derivative of the forecast by the hidden state, bars back"]
    lines += ["root mean square over \(windows.what)", ""]
    lines += aligned(gradientRows)
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    let network = weights.configuration
    let layers = gradient.layers.map { layer in
      JSONValue.object([
        "hidden": .array(layer.hidden.map { JSONValue($0) }),
        "cell": layer.cell.isEmpty ? .null : .array(layer.cell.map { JSONValue($0) }),
      ])
    }
    return .object([
      "file": .string(path), "layout": .string(weights.layout.rawValue),
      "cell": .string(network.cell.rawValue), "features": .int(network.features),
      "hidden": .array(network.hidden.map { .int($0) }), "outputs": .int(network.outputs),
      "lookback": isLookbackKnown ? .int(lookback) : .null,
      "gru_form": network.cell == .gru ? .string(network.gruForm.rawValue) : .null,
      "gates": network.cell == .rnn ? .null : .string(network.gates.rawValue),
      "dialect": .string(network.dialect.rawValue), "parameters": .int(parameterCount),
      "tensors": .array(tensors.map(json)),
      "gradient": .object([
        "windows": .string(windows.what), "lookback": .int(lookback), "layers": .array(layers),
      ]),
    ])
  }

  private func row(_ tensor: NamedTensor) -> [String] {
    let shape = "[\(tensor.shape.map(String.init).joined(separator: ", "))]"
    guard let figures = tensor.figures else { return [tensor.name, shape] }
    return [
      tensor.name, shape, DecimalText.significant(Double(figures.least)),
      DecimalText.significant(Double(figures.largest)), DecimalText.significant(figures.mean),
      DecimalText.significant(figures.rootMeanSquare),
    ]
  }

  private func json(_ tensor: NamedTensor) -> JSONValue {
    let figures = tensor.figures
    return .object([
      "name": .string(tensor.name), "shape": .array(tensor.shape.map { .int($0) }),
      "min": JSONValue(figures.map { Double($0.least) }),
      "max": JSONValue(figures.map { Double($0.largest) }), "mean": JSONValue(figures?.mean),
      "rms": JSONValue(figures?.rootMeanSquare),
    ])
  }

  /// One row a distance, of many at even steps; bars are shares of the column's largest number.
  private var gradientRows: [[String]] {
    let columns = gradient.layers.enumerated().flatMap { index, layer in
      let name = "layer \(index)"
      return layer.cell.isEmpty
        ? [(name, layer.hidden)] : [("\(name) h", layer.hidden), ("\(name) c", layer.cell)]
    }
    let stride = (lookback + 23) / 24
    var distances = Array(Swift.stride(from: 0, to: lookback, by: stride))
    if distances.last != lookback - 1 { distances.append(lookback - 1) }
    var rows = [["back"] + columns.flatMap { [$0.0, ""] }]
    for distance in distances {
      rows.append(
        ["\(distance)"]
          + columns.flatMap { _, norms in
            [DecimalText.significant(norms[distance]), bar(norms[distance] / (norms.max() ?? 1))]
          })
    }
    return rows
  }

  private func bar(_ share: Double) -> String {
    let eighths = share.isFinite ? Int((share * 80).rounded()) : 0
    let parts = [
      "", "\u{258F}", "\u{258E}", "\u{258D}", "\u{258C}", "\u{258B}", "\u{258A}", "\u{2589}",
    ]
    return String(repeating: "\u{2588}", count: eighths / 8) + parts[eighths % 8]
  }

  private func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Columns with two spaces between, all to the left.
  private func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (text, width) in zip(row, widths) {
        line += text + String(repeating: " ", count: width - text.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
