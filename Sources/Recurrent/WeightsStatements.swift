/// What a file of weights says of its network under `__metadata__`, where shapes do not tell.
struct WeightsStatements {
  private let cell: Cell?
  let gruForm: GRUForm?
  let gates: GateActivation?
  let dialect: Dialect?
  let lookback: Int?

  /// - Throws: `WeightsError` where a key of Pawl's holds what Pawl does not write.
  init(_ metadata: [String: String]) throws(WeightsError) {
    cell = try WeightsStatements.choice("pawl.cell", metadata)
    gruForm = try WeightsStatements.choice("pawl.gru_form", metadata)
    gates = try WeightsStatements.choice("pawl.gates", metadata)
    dialect = try WeightsStatements.choice("pawl.dialect", metadata)
    if let text = metadata["pawl.lookback"] {
      guard let number = Int(text), (1...100_000).contains(number), String(number) == text else {
        throw WeightsError(
          "__metadata__: pawl.lookback", found: text.quoted,
          expected: "a whole number, at least 1 and at most 100000,")
      }
      lookback = number
    } else {
      lookback = nil
    }
  }

  func checkCell(_ needed: Cell) throws(WeightsError) {
    try WeightsStatements.check("pawl.cell", cell, needed)
  }

  /// Of a network that is no GRU the form says nothing.
  func checkGRUForm(_ needed: GRUForm) throws(WeightsError) {
    try WeightsStatements.check("pawl.gru_form", gruForm, needed)
  }

  func checkGates(_ needed: GateActivation) throws(WeightsError) {
    try WeightsStatements.check("pawl.gates", gates, needed)
  }

  private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ key: String, _ metadata: [String: String]
  ) throws(WeightsError) -> Choice? {
    guard let text = metadata[key] else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw WeightsError(
        "__metadata__: \(key)", found: text.quoted, expected: "one of \(choices)")
    }
    return choice
  }

  private static func check<Choice: Equatable & RawRepresentable<String>>(
    _ key: String, _ stated: Choice?, _ needed: Choice
  ) throws(WeightsError) {
    guard let stated, stated != needed else { return }
    throw WeightsError(
      "__metadata__: \(key)", found: stated.rawValue, expected: needed.rawValue)
  }
}
