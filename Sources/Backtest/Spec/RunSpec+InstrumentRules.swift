import Simulation

/// Rules between an instrument and the account that trades it.
extension RunSpec {
  func checkInstruments(_ root: SpecNode) throws(SpecError) {
    try checkTicks(root)
    try checkCashAccount(root)
    guard case .files(let files) = source else {
      try checkDetail([], root)
      return
    }
    for file in files { try checkCurrency(file, root) }
    try checkRates(files, root)
    try checkDetail(files, root)
  }

  private func checkTicks(_ root: SpecNode) throws(SpecError) {
    let ticks = execution.settings.slippageTicks
    guard ticks > 0,
      let position = positions.positions.first(where: { instruments[$0.instrument].tick == nil })
    else { return }
    throw SpecError(
      root.place(of: "execution.slippage_ticks"),
      "execution.slippage_ticks was \(SpecWriter.number(ticks)), a tick of every traded instrument is"
        + " needed: \(instruments[position.instrument].name) has none")
  }

  /// What a unit at a negative price costs, a cash account could not say.
  private func checkCashAccount(_ root: SpecNode) throws(SpecError) {
    guard execution.settings.limits.account == .cash,
      let position = positions.positions.first(where: {
        signedPrices(ofInstrument: $0.instrument) != nil
      }), let reason = signedPrices(ofInstrument: position.instrument)
    else { return }
    throw SpecError(
      root.place(of: "execution.account"),
      "execution.account was cash, margin is needed: \(instruments[position.instrument].name) has "
        + reason)
  }

  private func checkCurrency(_ file: FileInstrument, _ root: SpecNode) throws(SpecError) {
    guard let currency = file.currency else { return }
    let path = "data.\(file.name).currency"
    guard let account = execution.currency else {
      throw SpecError(
        root.place(of: path),
        "\(path) was \(currency), none is needed without execution.currency beside it")
    }
    guard currency == account || execution.rates.contains(where: { $0.currency == currency }) else {
      let known = [account] + execution.rates.map(\.currency)
      throw SpecError(
        root.place(of: path),
        "\(path) was \(currency), an unknown currency: \(SpecSection.listed(known, "or")) is needed, "
          + "or its rate in execution.rates")
    }
  }

  /// A rate is a price in the account's currency: rates of rates would be two prices of two times.
  private func checkRates(_ files: [FileInstrument], _ root: SpecNode) throws(SpecError) {
    for rate in execution.rates {
      let file = files[rate.instrument]
      let path = "execution.rates.\(rate.currency)"
      if let currency = file.currency, currency != execution.currency {
        throw SpecError(
          root.place(of: path),
          "\(path) was \(file.name), whose prices are in \(currency); an instrument in the account's "
            + "currency is needed")
      }
      if let reason = signedPrices(ofInstrument: rate.instrument) {
        throw SpecError(
          root.place(of: path),
          "\(path) was \(file.name), an instrument with prices above 0 is needed: it has \(reason)")
      }
    }
  }

  private func checkDetail(_ files: [FileInstrument], _ root: SpecNode) throws(SpecError) {
    guard execution.settings.path == .detail, !files.contains(where: { $0.detail != nil }) else {
      return
    }
    throw SpecError(
      root.place(of: "execution.path"),
      "execution.path was detail, a detail file of some instrument is needed")
  }
}
