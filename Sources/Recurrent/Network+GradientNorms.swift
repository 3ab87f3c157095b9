import CKernels

extension Network {
  /// How strongly a forecast hangs on what each layer held at each step of its window: the norm of
  /// the gradient of the outputs' sum in h, averaged over windows. Norms that fall towards the
  /// window's start are gradients that vanish; nothing is dropped.
  ///
  /// - Parameters:
  ///   - rows: row-major, features a row.
  ///   - ends: the last row of each window, each at least lookback - 1; at least one.
  /// - Returns: [layer][distance from the last step, 0..<lookback].
  public func gradientNorms(rows: [Float], ends: [Int]) -> [[Double]] {
    precondition(!ends.isEmpty, "there is a window")
    let rowCount = rows.count / configuration.features
    for end in ends {
      precondition(
        end >= configuration.lookback - 1 && end < rowCount, "a window lies within rows")
    }
    var sums = configuration.hidden.map { _ in [Double](repeating: 0, count: configuration.lookback)
    }
    let scratch = TilePass.floats(configuration, samples: 1, training: true)
    let trace = TilePass.traceFloats(configuration, samples: 1)
    var memory = [SIMD16<Float>](
      repeating: .zero, count: (scratch + trace + layout.count) / 16)
    values.withFloats { (weights: UnsafePointer<Float>) in
      memory.withFloats { memory in
        // SAFETY: the memory holds a pass, its trace and a gradient, in this order.
        var pass = TilePass(
          configuration, layout: layout, samples: 1, training: true, masked: false,
          scratch: memory, verbs: variant.verbs)
        pass.trace(to: memory + scratch)
        pass.prepare(weights, backward: true)
        rows.withUnsafeBufferPointer { rows in
          ends.withUnsafeBufferPointer { ends in
            guard let rows = rows.baseAddress, let first = ends.baseAddress else { return }
            var samples = pawl_samples(rows: rows, ends: first)
            for window in ends.indices {
              pass.gather(&samples, index: [window], count: 1)
              pass.forward(weights)
              pass.setGradientsOfLastStep(1)
              pass.backward(weights, first: true, memory + (scratch + trace))
              pass.addNorms(to: &sums)
            }
          }
        }
      }
    }
    return sums.map { layer in layer.reversed().map { $0 / Double(ends.count) } }
  }
}

extension TilePass {
  /// Floats of the traces of all layers.
  static func traceFloats(_ configuration: NetworkConfiguration, samples: Int) -> Int {
    configuration.shapes(samples: samples, training: true).reduce(0) { $0 + traceFloats(of: $1) }
  }

  private static func traceFloats(of shape: pawl_layer_shape) -> Int {
    pawl_padded(Int(shape.hidden)) * Int(shape.samples * shape.steps + 2 * shape.samples)
  }

  /// From now on `backward` leaves the gradient of h of each layer and step in `memory`.
  mutating func trace(to memory: UnsafeMutablePointer<Float>) {
    var base = memory
    for index in layers.indices {
      layers[index].work.d_trace = base
      base += TilePass.traceFloats(of: layers[index].shape)
    }
  }

  /// Sets the gradient of each output: `value` at the last step, 0 before.
  func setGradientsOfLastStep(_ value: Float) {
    let rows = configuration.trainsAtEachStep ? tile.steps : 1
    for row in 0..<rows * tile.samples {
      for output in 0..<configuration.outputs {
        let isLast = row >= (rows - 1) * tile.samples
        outputGradients[row * outputStride + output] = isLast ? value : 0
      }
    }
  }

  /// Adds the norm of the first sample's gradient of h to each layer's and step's.
  func addNorms(to sums: inout [[Double]]) {
    for (index, layer) in layers.enumerated() {
      guard let trace = layer.work.d_trace else { continue }
      for step in 0..<tile.steps {
        var square = 0.0
        for unit in 0..<Int(layer.shape.hidden) {
          let row = step * tile.samples
          let d = Double(trace[unit / 16 * layer.work.panel + row * 16 + unit % 16])
          square += d * d
        }
        sums[index][step] += square.squareRoot()
      }
    }
  }
}
