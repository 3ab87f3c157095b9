import Foundation
import Testing

@testable import Market

/// A file that is refused: its text, how it is read, and the exact message after the path.
struct Refusal: Sendable, CustomTestStringConvertible {
  var text: String
  var format = BarFormat.pawl
  var symbol: String?
  var signed = false
  var message: String
  var testDescription: String { message }

  init(
    _ text: String, _ format: BarFormat = .pawl, symbol: String? = nil, signed: Bool = false,
    is message: String
  ) {
    self.text = text
    self.format = format
    self.symbol = symbol
    self.signed = signed
    self.message = message
  }

  /// A `pawl` file with these rows under its header.
  static func rows(_ rows: String..., signed: Bool = false, is message: String) -> Refusal {
    Refusal(
      "ts,open,high,low,close,volume\n" + rows.joined(separator: "\n") + "\n", signed: signed,
      is: message)
  }

  static func yahoo(_ rows: String..., is message: String) -> Refusal {
    Refusal(
      "Date,Open,High,Low,Close,Adj Close,Volume\n" + rows.joined(separator: "\n") + "\n", .yahoo,
      is: message)
  }
}

private let refusals: [Refusal] = [
  .rows(
    "1970-01-01,10.1,9.8,9.5,9.7,1", is: ":2: high was 9.8, at least the open, 10.1, is needed"),
  .rows("1970-01-01,9,9.8,9,10,1", is: ":2: high was 9.8, at least the close, 10.0, is needed"),
  .rows("1970-01-01,9,12,9.5,10,1", is: ":2: low was 9.5, at most the open, 9.0, is needed"),
  .rows("1970-01-01,10,12,9.5,9,1", is: ":2: low was 9.5, at most the close, 9.0, is needed"),
  .rows(
    "1970-01-01,-2,-3,-4,-4,1", signed: true,
    is: ":2: high was -3.0, at least the open, -2.0, is needed"),
  .rows("1970-01-01,nan,1,1,1,1", is: ":2: open was nan, a finite number is needed"),
  .rows("1970-01-01,1,inf,1,1,1", is: ":2: high was inf, a finite number is needed"),
  .rows("1970-01-01,1,1e999,1,1,1", is: ":2: high was inf, a finite number is needed"),
  .rows("1970-01-01,1,1,-inf,1,1", signed: true, is: ":2: low was -inf, a finite number is needed"),
  .rows(
    "1970-01-01,1,1,0,1,1",
    is: ":2: low was 0.0, a price above 0 is needed (or 'prices: signed')"),
  .rows(
    "1970-01-01,1,1,1,-1.5,1",
    is: ":2: close was -1.5, a price above 0 is needed (or 'prices: signed')"),
  .rows("1970-01-01,1,1,1,,1", is: ":2: close was '', a number is needed"),
  .rows("1970-01-01,1,1,1,null,1", is: ":2: close was 'null', a number is needed"),
  .rows("1970-01-01,1,1,1,1\u{1}2,1", is: ":2: close was '1?2', a number is needed"),
  .rows("1970-01-01,1,1,1,1,-1", is: ":2: volume was -1.0, at least 0 is needed"),
  .rows("1970-01-01,1,1,1,1,inf", is: ":2: volume was inf, a finite number is needed"),
  .rows("1970-01-01,1,1,1,1,many", is: ":2: volume was 'many', a number or nothing is needed"),
  .rows(
    "1970-01-02,1,1,1,1,", "1970-01-01,1,1,1,1,",
    is: ":3: ts was 1970-01-01T23:59:59.999Z, "
      + "after the row before, 1970-01-02T23:59:59.999Z, is needed"),
  .rows(
    "1970-01-02,1,1,1,1,", "1970-01-02,1,1,1,1,",
    is: ":3: ts was 1970-01-02T23:59:59.999Z again, each time once is needed"),
  .rows("1970-02-30,1,1,1,1,", is: ":2: ts was '1970-02-30', a day of the calendar is needed"),
  .rows(
    "yesterday,1,1,1,1,",
    is: ":2: ts was 'yesterday', a time like 2024-01-31T21:00:00Z or whole milliseconds is needed"),
  .rows("1970-01-01,1,1,1,1", is: ":2: the row had 5 columns, 6 are needed"),
  .rows("1970-01-01", is: ":2: the row had 1 column, 6 are needed"),
  .rows("1970-01-01,1,1,1,1,1,1", is: ":2: the row had 7 columns, 6 are needed"),
  .rows(
    "1970-01-01,1,1,1,1,", "", "1970-01-02,1,1,1,1,",
    is: ":3: the line was empty, a row is needed"),
  .rows(
    "1970-01-01,\"1\"x,1,1,1,",
    is: ":2:15: after a closing quote was 'x,1,1,1,', a comma is needed"),
  .rows(
    "1970-01-01,\"1,1,1,1,",
    is: ":2:12: the quote was not closed, one on the same line is needed"),
  .rows(
    "1700000000,1,1,1,1,", "1700086400,1,1,1,1,",
    is: ": all times lay between 1970-01-20T16:13:20.000Z and 1970-01-20T16:14:46.400Z, "
      + "milliseconds since 1970 are needed: these look like seconds or YYYYMMDD "
      + "('accept: [time-unit]' reads them as milliseconds)"),
  .rows(is: ": the file had a header and no bar, one at least is needed"),
  Refusal("", is: ": the file was empty, a header and rows are needed"),
  Refusal("\u{FEFF}\r\n\n", is: ": the file was empty, a header and rows are needed"),
  Refusal(
    "time,open,high,low,close\n1,1,1,1,1\n",
    is: ":1: the header was 'time,open,high,low,close', "
      + "'ts,open,high,low,close,volume' is needed"),
  Refusal(
    "Date,Open,High,Low,Close,Volume\n1,1,1,1,1\n",
    is: ":1: the header was 'Date,Open,High,Low,Close,Volume', "
      + "'ts,open,high,low,close,volume' is needed; "
      + "'format: yahoo' reads a file with Date and Close"),
  Refusal(
    "<!DOCTYPE html>\n<html>\n", .yahoo,
    is: ":1: the file was an HTML page, '<!DOCTYPE html>', bars are needed: "
      + "a download may have ended at a login or an error"),
  Refusal(
    "(\u{B5}/x\n", is: ":1: the header was '(\u{B5}/x', 'ts,open,high,low,close,volume' is needed"),
  .yahoo("1999-01-04,1,1,null,1,1,1", is: ":2: low was 'null', a number is needed"),
  .yahoo(
    "1999-01-04,1,1,1,1,0,1",
    is: ":2: the adjusted close was '0', a price above 0 is needed"),
  .yahoo(
    "1999-01-04,1,1,1,1,x,1",
    is: ":2: the adjusted close was 'x', a price above 0 is needed"),
  .yahoo(
    "915408000000,1,1,1,1,1,1",
    is: ":2: Date was '915408000000', a date like 2024-01-31 or 1/31/2024 is needed"),
  .yahoo(
    "1999-01-05,null,null,null,null,null,null", "1999-01-05,1,1,1,1,1,1",
    is: ":3: Date was 1999-01-05T23:59:59.999Z again, each time once is needed"),
  .yahoo(
    "1999-01-04,100,100,100,100,50,1", "1999-01-05,49,52,48,51,51,1",
    is:
      ":3: close was 51.0 after 100.0, while the adjusted close went from 50.0 to 51.0: that looks "
      + "like a split of 2:1, and no split is given "
      + "('accept: [split-jump]' takes the prices as they stand)"),
  .rows(
    "1970-01-01,100,100,100,100,", "1970-01-02,10.1,11,10,10.1,", "1970-01-03,101,102,100,101,",
    is:
      ":3: open was 10.1 after a close of 100.0: that looks like a split of 10:1, and no split is "
      + "given ('accept: [split-jump]' takes the prices as they stand); 2 such jumps in all"),
  Refusal(
    "Date,A\n1999-01-04,1\n1999-01-05,20.1\n", .closes, symbol: "A",
    is: ":3: close was 20.1 after 1.0: that looks like a split of 1:20, and no split is given "
      + "('accept: [split-jump]' takes the prices as they stand)"),
  Refusal(
    "Date,Open,High,Low,Adj Close\n", .yahoo,
    is: ":1: the header was 'Date,Open,High,Low,Adj Close', a column 'Close' is needed"),
  Refusal(
    "Date,Open,Open,High,Low,Close\n", .yahoo,
    is: ":1: column 'Open' was there twice, one is needed"),
  Refusal(
    "Date,Brent,WTI\n", .closes, symbol: "Dubai",
    is: ":1: column 'Dubai' was not there, one of 'Brent,WTI' is needed"),
  Refusal(
    "Date,A,B,A\n", .closes, symbol: "A", is: ":1: column 'A' was there twice, one is needed"),
  Refusal(
    "Date,A\n1999-01-04,-1\n", .closes, symbol: "A",
    is: ":2: A was -1.0, a price above 0 is needed (or 'prices: signed')"),
  Refusal(
    String(repeating: "x", count: 300_000),
    is: ":1: the line was longer than 262144 bytes, a row of bars is needed"),
]

@Test(arguments: refusals)
func aFileThatIsRefusedSaysWhereAndWhy(refusal: Refusal) throws {
  let folder = Folder()
  let path = try folder.write(refusal.text, as: "bars.csv")
  let file = BarFile(
    path: path, format: refusal.format, symbol: refusal.symbol,
    allowsSignedPrices: refusal.signed)
  do throws(BarError) {
    _ = try file.vet()
    Issue.record("the file was read, a refusal is needed")
  } catch {
    #expect(error.description == path + refusal.message)
    #expect(error.kind == .data)
  }
}

@Test func filesThatCannotBeReadAreToldApart() throws {
  let folder = Folder()
  func refusal(_ path: String) -> BarError? {
    do throws(BarError) {
      _ = try BarFile(path: path, format: .pawl).vet()
      return nil
    } catch {
      return error
    }
  }
  let missing = refusal(folder.path + "/none.csv")
  #expect(missing?.kind == .missingFile)
  #expect(missing?.description == "\(folder.path)/none.csv: there is no such file")

  let directory = refusal(folder.path)
  #expect(directory?.kind == .unreadable)
  #expect(directory?.description == "\(folder.path): read failed: Is a directory")

  let bytes = [UInt8](try #require(Data(base64Encoded: Compressed.gzip)))
  let cut = try folder.write(Array(bytes.dropLast(3)), as: "cut.csv.gz")
  #expect(refusal(cut)?.kind == .data)
  #expect(
    refusal(cut)?.description == "\(cut): read failed: the file was cut off within a gzip member")

  let misnamed = try folder.write(bytes, as: "misnamed.csv")
  #expect(
    refusal(misnamed)?.description
      == "\(misnamed):1: the file was compressed by gzip, a name ending in .gz is needed")
}
