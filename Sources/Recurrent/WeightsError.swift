/// Bytes that are not the weights of this network: what was found where, and what is needed.
public struct WeightsError: Error, Equatable, CustomStringConvertible {
  /// A tensor's name, or a part of the file.
  public var place: String
  public var found: String
  public var expected: String

  public var description: String { "\(place) was \(found), \(expected) is needed" }

  init(_ place: String, found: String, expected: String) {
    self.place = place
    self.found = found
    self.expected = expected
  }
}
