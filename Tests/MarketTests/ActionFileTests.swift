import Bytes
import Testing

@testable import Market

private func read(_ rows: String..., zone: Zone = .utc) throws -> ActionFile {
  let folder = Folder()
  let text = "date,kind,value\n" + rows.map { $0 + "\n" }.joined()
  return try ActionFile(path: try folder.write(text, as: "actions.csv"), zone: zone)
}

private func midnight(_ year: Int, _ month: Int, _ day: Int) -> Timestamp {
  Timestamp(milliseconds: Int64(CivilDate.day(year, month, day)) * Timestamp.millisecondsPerDay)
}

@Test func actionsAreReadInTheirOrder() throws {
  let file = try read(
    "2000-06-21,split,3:2", "2004-11-15,split,1:10", "2004-11-15,dividend,0.08",
    "2004-11-15,dividend,3.00")
  #expect(
    file.actions == [
      CorporateAction(time: midnight(2000, 6, 21), kind: .split(ratio: 1.5)),
      // Dividends of a day are for the units before its split.
      CorporateAction(time: midnight(2004, 11, 15), kind: .dividend(amount: 0.08)),
      CorporateAction(time: midnight(2004, 11, 15), kind: .dividend(amount: 3)),
      CorporateAction(time: midnight(2004, 11, 15), kind: .split(ratio: 0.1)),
    ])
  #expect(file.rows == 4)
  #expect(
    file.sha256
      == SHA256.hex(
        of: Array(
          """
          date,kind,value
          2000-06-21,split,3:2
          2004-11-15,split,1:10
          2004-11-15,dividend,0.08
          2004-11-15,dividend,3.00

          """.utf8)))
}

@Test func aDayBeginsByTheClocksOfItsZone() throws {
  let zone = try #require(Zone(name: "Australia/Sydney"))
  let file = try read("2018-01-05,split,2:1", zone: zone)
  #expect(file.actions[0].time.iso8601 == "2018-01-04T13:00:00.000Z")
}

@Test func aFileWithoutActionsHasNone() throws {
  #expect(try read().actions == [])
}

/// Rows under the header, and the message behind the path.
@Test(
  arguments: [
    (
      ["2000-06-21,split,0:1"],
      ":2: the split was '0:1', units after and before it above 0, as in 2:1, are needed"
    ),
    (
      ["2000-06-21,split,2:0"],
      ":2: the split was '2:0', units after and before it above 0, as in 2:1, are needed"
    ),
    (
      ["2000-06-21,split,2"],
      ":2: the split was '2', units after and before it above 0, as in 2:1, are needed"
    ),
    (
      ["2000-06-21,split,-2:1"],
      ":2: the split was '-2:1', units after and before it above 0, as in 2:1, are needed"
    ),
    (
      ["2000-06-21,split,1e308:1"],
      ":2: the split was '1e308:1', at most 100000 units for one, or one for as many, are allowed"
    ),
    (["2000-06-21,dividend,-0.1"], ":2: the dividend was -0.1, above 0 is needed"),
    (["2000-06-21,dividend,0"], ":2: the dividend was 0.0, above 0 is needed"),
    (
      ["2000-06-21,dividend,inf"],
      ":2: the dividend was 'inf', an amount for each unit is needed"
    ),
    (["2000-06-21,merger,1"], ":2: kind was 'merger', split or dividend is needed"),
    (["2000-06-21,split"], ":2: the row had 2 columns, 3 are needed"),
    (
      ["2000-06-21T10:00:00Z,split,2:1"],
      ":2: date was '2000-06-21T10:00:00Z', a date like 2024-01-31 is needed"
    ),
    (["2000-02-30,split,2:1"], ":2: date was '2000-02-30', a date like 2024-01-31 is needed"),
    (
      ["2000-06-21,split,2:1", "2000-06-20,dividend,1"],
      ":3: date was 2000-06-20, 2000-06-21 or later, as in the row before, is needed"
    ),
    (
      ["2000-06-21,split,2:1", "2000-06-21,dividend,1", "2000-06-21,split,3:1"],
      ":4: 2000-06-21 had a second split, one of both ratios together is needed"
    ),
  ] as [([String], String)])
func aRowThatIsNoActionIsRefused(rows: [String], message: String) throws {
  let folder = Folder()
  let path = try folder.write(
    "date,kind,value\n" + rows.map { $0 + "\n" }.joined(), as: "actions.csv")
  let error = #expect(throws: BarError.self) { try ActionFile(path: path) }
  #expect(error?.description == path + message)
  #expect(error?.kind == .data)
}

@Test func anotherHeaderIsRefused() throws {
  let folder = Folder()
  let path = try folder.write("day,kind,value\n", as: "actions.csv")
  let error = #expect(throws: BarError.self) { try ActionFile(path: path) }
  #expect(
    error?.description
      == path + ":1: the header was 'day,kind,value', 'date,kind,value' is needed")
  let empty = try folder.write("", as: "empty.csv")
  #expect(
    #expect(throws: BarError.self) { try ActionFile(path: empty) }?.description
      == empty + ": the file was empty, 'date,kind,value' is needed")
}
