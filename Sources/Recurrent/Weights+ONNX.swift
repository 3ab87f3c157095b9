import Bytes

// The graph: x [batch, lookback, features] is turned to [lookback, batch, features], as the
// operators have it; each layer's Y [lookback, 1, batch, hidden] goes to the next without its second
// axis; the last layer's Y_h [1, batch, hidden] goes through Gemm to forecast [batch, outputs].
// Operators LSTM, GRU, RNN: https://onnx.ai/onnx/operators/ ; messages and their field numbers:
// onnx/onnx.proto.

extension Weights {
  /// A model in ONNX's format (operator set 14) that makes the same forecast: input `x`
  /// [batch, lookback, features], output `forecast` [batch, outputs], both Float32.
  ///
  /// Each window starts from zeros, and nothing is dropped. The number of rows of a window is free
  /// where the weights do not say it.
  public var onnx: [UInt8] {
    var model = ProtobufWriter()
    model.write(7, field: 1)
    model.write("pawl", field: 2)
    model.write(field: 7) { writeGraph(to: &$0) }
    model.write(field: 8) { operators in
      operators.write("", field: 1)
      operators.write(14, field: 2)
    }
    return model.bytes
  }

  private func writeGraph(to graph: inout ProtobufWriter) {
    let last = configuration.hidden.count - 1
    graph.write(
      node: "Transpose", inputs: ["x"], outputs: ["rows0"], [.integers("perm", [1, 0, 2])])
    for layer in 0...last {
      graph.write(
        node: configuration.cell.rawValue.uppercased(),
        inputs: ["rows\(layer)", "W\(layer)", "R\(layer)", "B\(layer)"],
        outputs: layer == last ? ["", "hidden"] : ["states\(layer)"],
        attributes(layer: layer))
      if layer < last {
        graph.write(
          node: "Squeeze", inputs: ["states\(layer)", "second_axis"],
          outputs: ["rows\(layer + 1)"])
      }
    }
    graph.write(node: "Squeeze", inputs: ["hidden", "first_axis"], outputs: ["last"])
    graph.write(
      node: "Gemm", inputs: ["last", "head.weight", "head.bias"], outputs: ["forecast"],
      [.integer("transB", 1)])
    graph.write("pawl", field: 2)
    graph.write(axis: 0, named: "first_axis")
    if last > 0 { graph.write(axis: 1, named: "second_axis") }
    for layer in 0...last { writeTensors(ofLayer: layer, to: &graph) }
    for tensor in tensors.suffix(2) { graph.write(tensor) }
    graph.write(
      value: "x",
      shape: [
        .free("batch"), lookback.map { .fixed($0) } ?? .free("lookback"),
        .fixed(configuration.features),
      ], field: 11)
    graph.write(
      value: "forecast", shape: [.free("batch"), .fixed(configuration.outputs)], field: 12)
  }

  /// Hidden units, and what differs from the operator's defaults.
  private func attributes(layer: Int) -> [ONNXAttribute] {
    var attributes = [ONNXAttribute.integer("hidden_size", configuration.hidden[layer])]
    if configuration.cell == .gru, configuration.gruForm == .resetAfter {
      attributes.append(.integer("linear_before_reset", 1))
    }
    if configuration.cell != .rnn, configuration.gates == .hardSigmoid {
      let others = configuration.cell == .lstm ? ["Tanh", "Tanh"] : ["Tanh"]
      attributes.append(.texts("activations", ["HardSigmoid"] + others))
      attributes.append(.floats("activation_alpha", [0.2]))
      attributes.append(.floats("activation_beta", [0.5]))
    }
    return attributes
  }

  /// W [1, gates · hidden, inputs], R [1, gates · hidden, hidden], B [1, 2 gates · hidden], gates
  /// i, o, f, c and z, r, h.
  private func writeTensors(ofLayer layer: Int, to graph: inout ProtobufWriter) {
    let units = configuration.hidden[layer]
    let order: [Int] =
      switch configuration.cell {
      case .rnn: [0]
      case .gru: [1, 0, 2]
      case .lstm: [0, 3, 1, 2]
      }
    let ofLayer = Array(tensors[4 * layer..<4 * layer + 4])
    for (name, tensor) in zip(["W", "R"], ofLayer) {
      graph.write(
        NamedTensor(
          name: "\(name)\(layer)", shape: [1] + tensor.shape,
          values: tensor.values.gates(order, of: units * tensor.shape[1])))
    }
    let biases = ofLayer[2...].flatMap { $0.values.gates(order, of: units) }
    graph.write(NamedTensor(name: "B\(layer)", shape: [1, biases.count], values: biases))
  }
}

/// An attribute of a node.
private enum ONNXAttribute {
  case integer(String, Int)
  case integers(String, [Int])
  case floats(String, [Float])
  case texts(String, [String])
}

/// A size of a tensor that flows through the graph.
private enum ONNXSize {
  case fixed(Int)
  case free(String)
}

extension ProtobufWriter {
  /// Elements of tensors: TensorProto.DataType.
  private static let float = 1
  private static let int64 = 7

  /// A `NodeProto` of a graph.
  fileprivate mutating func write(
    node kind: String, inputs: [String], outputs: [String], _ attributes: [ONNXAttribute] = []
  ) {
    write(field: 1) { node in
      for name in inputs { node.write(name, field: 1) }
      for name in outputs { node.write(name, field: 2) }
      node.write(kind, field: 4)
      for attribute in attributes { node.write(field: 5) { $0.write(attribute) } }
    }
  }

  /// The fields of an `AttributeProto`; 20 is its type.
  private mutating func write(_ attribute: ONNXAttribute) {
    switch attribute {
    case .integer(let name, let value):
      write(name, field: 1)
      write(value, field: 3)
      write(2, field: 20)
    case .integers(let name, let values):
      write(name, field: 1)
      for value in values { write(value, field: 8) }
      write(7, field: 20)
    case .floats(let name, let values):
      write(name, field: 1)
      for value in values { write(value, field: 7) }
      write(6, field: 20)
    case .texts(let name, let values):
      write(name, field: 1)
      for value in values { write(value, field: 9) }
      write(8, field: 20)
    }
  }

  /// A `TensorProto` among a graph's initialisers.
  fileprivate mutating func write(_ tensor: NamedTensor) {
    write(
      tensor: tensor.name, shape: tensor.shape, type: ProtobufWriter.float,
      bytes: tensor.values.littleEndianBytes)
  }

  /// An axis as a tensor of one Int64, as Squeeze takes it.
  fileprivate mutating func write(axis: Int64, named name: String) {
    write(
      tensor: name, shape: [1], type: ProtobufWriter.int64,
      bytes: withUnsafeBytes(of: axis.littleEndian) { Array($0) })
  }

  private mutating func write(tensor name: String, shape: [Int], type: Int, bytes: [UInt8]) {
    write(field: 5) { tensor in
      for size in shape { tensor.write(size, field: 1) }
      tensor.write(type, field: 2)
      tensor.write(name, field: 8)
      tensor.write(bytes, field: 9)
    }
  }

  /// A `ValueInfoProto`: an input (field 11) or output (12) of the graph, of Float32.
  fileprivate mutating func write(value name: String, shape: [ONNXSize], field: Int) {
    write(field: field) { value in
      value.write(name, field: 1)
      value.write(field: 2) { type in
        type.write(field: 1) { tensor in
          tensor.write(ProtobufWriter.float, field: 1)
          tensor.write(field: 2) { sizes in
            for size in shape {
              sizes.write(field: 1) { dimension in
                switch size {
                case .fixed(let count): dimension.write(count, field: 1)
                case .free(let name): dimension.write(name, field: 2)
                }
              }
            }
          }
        }
      }
    }
  }
}
