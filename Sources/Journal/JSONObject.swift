/// Members of a JSON object, read with their types checked.
struct JSONObject {
  let value: JSONValue
  let place: String

  init(_ value: JSONValue, place: String) {
    self.value = value
    self.place = place
  }

  func string(_ key: String) throws(JournalError) -> String {
    try member(key, "text") { $0.stringValue }
  }

  func int(_ key: String) throws(JournalError) -> Int {
    try member(key, "a whole number") { $0.intValue }
  }

  func bool(_ key: String) throws(JournalError) -> Bool {
    try member(key, "true or false") { $0.boolValue }
  }

  func array(_ key: String) throws(JournalError) -> [JSONValue] {
    try member(key, "a list") { $0.arrayValue }
  }

  func members(_ key: String) throws(JournalError) -> [String: JSONValue] {
    try member(key, "an object") { $0.objectValue }
  }

  func strings(_ key: String) throws(JournalError) -> [String] {
    try member(key, "a list of texts") { value in
      guard let values = value.arrayValue else { return nil }
      let strings = values.compactMap(\.stringValue)
      return strings.count == values.count ? strings : nil
    }
  }

  func objects(_ key: String) throws(JournalError) -> [JSONObject] {
    try array(key).enumerated().map { JSONObject($1, place: "\(place): \(key)[\($0)]") }
  }

  private func member<Value>(
    _ key: String, _ needed: String, _ convert: (JSONValue) -> Value?
  ) throws(JournalError) -> Value {
    guard let member = value[key] else {
      throw .damaged("\(place): \(key)", found: "missing", needed: needed)
    }
    guard let result = convert(member) else {
      let found = member.text.split(separator: "\n").first.map(String.init) ?? ""
      throw .damaged("\(place): \(key)", found: found, needed: needed)
    }
    return result
  }
}
