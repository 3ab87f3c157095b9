import Recurrent

extension RunSpec {
  /// What no key can be wrong in alone: rules between the parts of a spec.
  ///
  /// - Parameter root: the spec's tree, for places.
  /// - Throws: at the value that a rule refuses.
  func checkRules(_ root: SpecNode) throws(SpecError) {
    try checkLeaks(root)
    try checkUnits(root)
    try checkInstruments(root)
    try checkTrading(root)
    try checkSizes(root)
    try learning?.checkRules(root)
    try checkLogs(root)
    if execution.settings.fill == .thisClose, execution.settings.delayBars > 0 {
      throw SpecError(
        root.place(of: "execution.delay_bars"),
        "execution.delay_bars was \(execution.settings.delayBars), 0 is needed with fill: this_close"
      )
    }
  }

  private func checkLogs(_ root: SpecNode) throws(SpecError) {
    if logs.losses, learning?.network == nil {
      throw SpecError(
        root.place(of: "logs.losses"),
        "logs.losses was true, false is needed where no network is trained")
    }
    if logs.fitted, learning == nil {
      throw SpecError(
        root.place(of: "logs.fitted"), "logs.fitted was true, false is needed without a model")
    }
  }

  /// Sizes that are allowed one by one, and together are more than a machine holds.
  private func checkSizes(_ root: SpecNode) throws(SpecError) {
    if case .generate(let generate) = source {
      let bars = generate.bars * generate.instrumentNames.count
      guard bars <= SpecLimits.generatedBars else {
        throw SpecError(
          root.place(of: "generate.bars"),
          "generate.bars was \(generate.bars) for each of \(generate.instrumentNames.count) series, "
            + "at most \(SpecLimits.generatedBars) together are allowed")
      }
    }
    guard let network = learning?.network else { return }
    let shape = network.configuration
    let bytes = Workspace.byteCount(shape, batch: network.training.batch)
    guard bytes <= SpecLimits.networkBytes / network.ensemble else {
      let members = network.ensemble == 1 ? "" : " for each of \(network.ensemble) networks"
      throw SpecError(
        root.place(of: "model.hidden"),
        "model.hidden was \(shape.hidden) at a lookback of \(shape.lookback), which takes "
          + "\(bytes >> 20) MiB\(members); at most \(SpecLimits.networkBytes >> 20) MiB are allowed"
      )
    }
  }

  private func checkLeaks(_ root: SpecNode) throws(SpecError) {
    guard !allowLeaks else { return }
    let cure = "a leak; allow_leaks: true under training accepts it"
    if let path = rescaledPath {
      let node = root.nearest(to: path)
      throw SpecError(
        node.place,
        "\(path) was \(node.found), none is allowed: "
          + "rescale maps prices by extremes of the whole series: " + cure)
    }
    if learning?.walk.scalerFit == .all {
      throw SpecError(
        root.place(of: "training.scaler_fit"),
        "training.scaler_fit was all, train, first or window is needed: "
          + "all fits the scaler on the whole series: " + cure)
    }
  }

  private var rescaledPath: String? {
    switch source {
    case .files(let files):
      files.first { $0.rescale != nil }.map { "data.\($0.name).rescale" }
    case .generate(let generate): generate.rescale.map { _ in "generate.rescale" }
    }
  }

  /// Weights and notionals divide by the price, which must then be above zero.
  private func checkUnits(_ root: SpecNode) throws(SpecError) {
    guard positions.targets.unit != .units else { return }
    for position in positions.positions {
      guard let reason = signedPrices(ofInstrument: position.instrument) else { continue }
      let hasUnit = root.entries.contains { entry in
        entry.key == "positions" && entry.value.entries.contains { $0.key == "unit" }
      }
      let name = source.instrumentNames[position.instrument]
      throw SpecError(
        root.place(of: hasUnit ? "positions.unit" : "positions.\(name)"),
        "positions.unit was \(positions.targets.unit.rawValue), units is needed: \(name) has \(reason)"
      )
    }
  }

  /// Why the prices of an instrument may be zero or negative; nil where they may not.
  func signedPrices(ofInstrument index: Int) -> String? {
    let (prices, rescale) =
      switch source {
      case .files(let files): (files[index].prices, files[index].rescale)
      case .generate(let generate): (generate.prices, generate.rescale)
      }
    if prices == .signed { return "prices: signed" }
    if let rescale, rescale.low <= 0 { return "prices rescaled to zero or less" }
    return nil
  }
}
