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
    precondition(workspace.serves(configuration), "the workspace is this network's")
    precondition(outputs.count == configuration.outputs, "outputs holds a forecast")
    precondition(
      end >= configuration.lookback - 1 && (end + 1) * configuration.features <= rows.count,
      "the window lies within rows")
    withPass(rows, &workspace) { pass, samples, weights in
      withUnsafePointer(to: end) { end in
        samples.ends = end
        pass.gather(&samples, index: [0], count: 1)
      }
      pass.forward(weights)
      for output in 0..<configuration.outputs { outputs[output] = pass.outputs[output] }
    }
  }
}
