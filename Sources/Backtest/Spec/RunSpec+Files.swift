extension RunSpec {
  /// Every file that the spec names, in its order.
  public var files: [FileReference] {
    var files: [FileReference] = []
    if case .files(let instruments) = source { files = instruments.flatMap(\.files) }
    if let weights = learning?.network?.initialWeights { files.append(weights) }
    return files
  }

  /// Refuses a spec that names a file which is not there, before anything is written.
  ///
  /// - Parameter exists: whether there is a file at a path.
  /// - Throws: at the place that names the first missing file.
  public func checkFiles(exists: (String) -> Bool) throws(SpecError) {
    for file in files where !exists(file.path) {
      let looked = file.path == file.written ? "" : ": there is no \(SpecNode.shown(file.path))"
      throw SpecError(
        file.place,
        "\(file.keyPath) was \(SpecNode.shown(file.written)), a file that exists is needed\(looked)"
      )
    }
  }
}

extension FileInstrument {
  fileprivate var files: [FileReference] {
    var files = [file]
    if case .file(let calendar) = calendar { files.append(calendar) }
    if let actions { files.append(actions) }
    if let detail { files.append(detail.file) }
    return files
  }
}
