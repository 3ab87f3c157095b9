extension Weights {
  /// The weights as a safetensors file, which says under `__metadata__` what network they are of.
  ///
  /// In PyTorch's layout a module with `rnn = nn.LSTM(...)` (GRU, RNN) and `head = nn.Linear(...)`
  /// loads them by `load_state_dict`.
  public func safetensors(_ layout: WeightsLayout = .torch) -> [UInt8] {
    var metadata = [(key: "format", text: layout == .torch ? "pt" : "keras")]
    metadata.append(("pawl.cell", configuration.cell.rawValue))
    if configuration.cell == .gru {
      metadata.append(("pawl.gru_form", configuration.gruForm.rawValue))
    }
    if configuration.cell != .rnn {
      metadata.append(("pawl.gates", configuration.gates.rawValue))
    }
    if let lookback { metadata.append(("pawl.lookback", String(lookback))) }
    metadata.append(("pawl.dialect", configuration.dialect.rawValue))
    return SafetensorsFile.bytes(tensors(in: layout), metadata: metadata)
  }

  /// Reads a safetensors file in PyTorch's or Keras's layout.
  ///
  /// The file holds exactly the tensors of a network of one kind of cell with a linear head, each
  /// finite, and no byte besides. Cell and sizes follow from the shapes; entries under
  /// `__metadata__` that begin with `pawl.` may say more and may not contradict, others are passed
  /// over. F16, BF16 and F64 are taken as well as F32.
  ///
  /// - Throws: `WeightsError`.
  public init(safetensors bytes: [UInt8]) throws(WeightsError) {
    let file = try SafetensorsFile(bytes)
    let layout = file.layout
    var configuration =
      switch layout {
      case .torch: try Weights.torchConfiguration(of: file)
      case .keras: try Weights.kerasConfiguration(of: file)
      }
    let statements = try WeightsStatements(file.metadata)
    try statements.checkCell(configuration.cell)
    if layout == .torch { configuration.gruForm = statements.gruForm ?? .resetAfter }
    try statements.checkGRUForm(configuration.gruForm)
    configuration.gates = statements.gates ?? .sigmoid
    configuration.dialect = statements.dialect ?? (layout == .torch ? .torch : .keras3)
    configuration.lookback = statements.lookback ?? 1
    try self.init(file, configuration, lookback: statements.lookback)
  }

  /// Reads a file that has to hold the weights of a certain network.
  init(safetensors bytes: [UInt8], of configuration: NetworkConfiguration) throws(WeightsError) {
    let file = try SafetensorsFile(bytes)
    let statements = try WeightsStatements(file.metadata)
    try statements.checkCell(configuration.cell)
    try statements.checkGRUForm(configuration.gruForm)
    try statements.checkGates(configuration.gates)
    try self.init(file, configuration, lookback: configuration.lookback)
  }

  private init(
    _ file: SafetensorsFile, _ configuration: NetworkConfiguration, lookback: Int?
  ) throws(WeightsError) {
    switch file.layout {
    case .torch:
      let tensors = try file.tensors(Weights.torchShapes(of: configuration))
      self.init(configuration, layout: .torch, lookback: lookback, tensors: tensors)
    case .keras:
      let tensors = try file.tensors(Weights.kerasShapes(of: configuration))
      self.init(configuration, lookback: lookback, kerasTensors: tensors)
    }
  }

  /// Names and shapes in PyTorch's layout.
  static func torchShapes(of configuration: NetworkConfiguration) -> [(name: String, shape: [Int])]
  {
    Tensor.all(in: configuration).map { ($0.name, $0.shape(in: configuration)) }
  }

  /// What the shapes of a file in PyTorch's layout say: a recurrent matrix has a row for each gate
  /// and unit, and a column for each unit.
  private static func torchConfiguration(
    of file: SafetensorsFile
  ) throws(WeightsError) -> NetworkConfiguration {
    var hidden: [Int] = []
    var firstCell: Cell?
    while let entry = file.entry("rnn.weight_hh_l\(hidden.count)") {
      let (rows, units) = try file.matrix(entry.name)
      guard let cell = Cell.allCases.first(where: { $0.gateCount * units == rows }) else {
        throw WeightsError(
          entry.name, found: "of shape \(entry.shape)",
          expected: "1 (rnn), 3 (gru) or 4 (lstm) rows a column")
      }
      firstCell = firstCell ?? cell
      hidden.append(units)
    }
    guard let firstCell else { throw file.holdsNoNetwork() }
    return NetworkConfiguration(
      cell: firstCell, features: try file.matrix("rnn.weight_ih_l0").columns, hidden: hidden,
      lookback: 1, outputs: try file.matrix("head.weight").rows)
  }
}

extension SafetensorsFile {
  /// Only Keras's names are paths.
  var layout: WeightsLayout { entries.contains { $0.name.contains("/") } ? .keras : .torch }

  /// The sizes of a tensor that has to be a matrix.
  func matrix(_ name: String) throws(WeightsError) -> (rows: Int, columns: Int) {
    guard let entry = entry(name) else {
      throw WeightsError(name, found: "missing", expected: "a tensor of that name")
    }
    guard entry.shape.count == 2, entry.shape.allSatisfy({ $0 >= 1 }) else {
      throw WeightsError(
        name, found: "of shape \(entry.shape)", expected: "a matrix, each size at least 1,")
    }
    return (entry.shape[0], entry.shape[1])
  }

  /// The tensors of these names and shapes, in this order; the file may hold no other.
  func tensors(_ shapes: [(name: String, shape: [Int])]) throws(WeightsError) -> [NamedTensor] {
    let names = Set(shapes.map(\.name))
    for entry in entries where !names.contains(entry.name) {
      throw WeightsError(
        "a tensor's name", found: entry.name.quoted,
        expected: "one of \(listed(shapes.map(\.name)))")
    }
    var tensors: [NamedTensor] = []
    for (name, shape) in shapes {
      guard let entry = entry(name) else {
        throw WeightsError(name, found: "missing", expected: "a tensor of that name")
      }
      guard entry.shape == shape else {
        throw WeightsError(name, found: "of shape \(entry.shape)", expected: "\(shape)")
      }
      tensors.append(NamedTensor(name: name, shape: shape, values: try floats(of: entry)))
    }
    return tensors
  }

  func holdsNoNetwork() -> WeightsError {
    let names = entries.map(\.name.shown)
    return WeightsError(
      "the file", found: names.isEmpty ? "without a tensor" : "of \(listed(names))",
      expected: "rnn.weight_ih_l0 and so on (PyTorch's names) or lstm/lstm_cell/kernel, "
        + "gru/gru_cell/kernel, simple_rnn/simple_rnn_cell/kernel and so on (Keras's)")
  }

  /// Names in a message: of many the first and the last.
  private func listed(_ names: [String]) -> String {
    let shown = names.count <= 10 ? names : names.prefix(4) + ["..."] + names.suffix(2)
    return shown.joined(separator: ", ")
  }
}
