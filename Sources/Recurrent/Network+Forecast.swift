import CKernels

extension Network {
  /// The forecast from the window that ends at row `end`; nothing is dropped.
  ///
  /// - Parameters:
  ///   - rows: row-major, features a row.
  ///   - end: the window's last row, at least lookback - 1.
  ///   - outputs: set to the forecast; its count is `configuration.outputs`.
  ///   - workspace: from `makeWorkspace` of this network or a copy.
  public func forecast(
    rows: [Float], end: Int, into outputs: inout [Float], using workspace: inout Workspace
  ) {
    precondition(workspace.configuration == configuration, "the workspace is this network's")
    precondition(outputs.count == configuration.outputs, "outputs holds a forecast")
    precondition(
      end >= configuration.lookback - 1 && (end + 1) * configuration.features <= rows.count,
      "the window lies within rows")
    let verbs = variant.verbs
    values.withFloats { weights in
      workspace.withScratch { scratch in
        rows.withUnsafeBufferPointer { rows in
          withUnsafePointer(to: end) { end in
            guard let rows = rows.baseAddress else { preconditionFailure("rows holds a window") }
            // SAFETY: a workspace for training is at least as large as one for a single sample
            // without masks; the window was checked above.
            var pass = TilePass(
              configuration, layout: layout, samples: 1, training: false, scratch: scratch,
              verbs: verbs)
            var samples = pawl_samples(rows: rows, ends: end)
            var index = 0
            pass.prepare(weights, backward: false)
            pass.gather(&samples, index: &index, count: 1)
            pass.forward(weights)
            for output in 0..<configuration.outputs { outputs[output] = pass.outputs[output] }
          }
        }
      }
    }
  }
}
