import Foundation
import Testing

@testable import Market

/// A row of `Reference/zones.txt`: from this second on, clocks are so many seconds ahead of UTC.
private struct ClockChange {
  let zone: String
  let second: Int64
  let ahead: Int64

  static let all: [ClockChange] = {
    let path =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Reference/zones.txt"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: " ")
      guard cells.count == 3, let second = Int64(cells[1]), let ahead = Int64(cells[2]) else {
        return nil
      }
      return ClockChange(zone: String(cells[0]), second: second, ahead: ahead)
    }
  }()
}

@Test func clocksChangeWhenTheTimeZoneDatabaseSaysSo() throws {
  let changes = Dictionary(grouping: ClockChange.all, by: \.zone)
  #expect(Set(changes.keys) == Set(Zone.names))
  for (name, changes) in changes {
    let zone = try #require(Zone(name: name))
    let first = try #require(changes.first)
    let firstYear = max(zone.firstYear, 1970)
    #expect(first.second == Int64(CivilDate.day(firstYear, 1, 1)) * 86_400, "\(name)")
    var before = first.ahead
    for change in changes.dropFirst() {
      #expect(zone.offset(at: change.second * 1000) == change.ahead * 1000, "\(change)")
      #expect(zone.offset(at: change.second * 1000 - 1) == before * 1000, "\(change)")
      before = change.ahead
    }
    // And at no other time.
    var seen = 0
    let end = Int64(CivilDate.day(2038, 1, 1)) * 86_400
    for second in stride(from: first.second, to: end, by: 86_400)
    where zone.offset(at: second * 1000) != zone.offset(at: (second + 86_400) * 1000) {
      seen += 1
    }
    #expect(seen == changes.count - 1, "\(name)")
  }
}

/// A day, a time on the wall, and the instant in UTC.
@Test(
  arguments: [
    ("America/New_York", (2018, 1, 5), "16:00", "2018-01-05T21:00:00.000Z"),
    ("America/New_York", (2018, 7, 5), "16:00", "2018-07-05T20:00:00.000Z"),
    // 2006 changed on the first Sunday of April, 2007 on the second of March.
    ("America/New_York", (2006, 3, 20), "16:00", "2006-03-20T21:00:00.000Z"),
    ("America/New_York", (2007, 3, 20), "16:00", "2007-03-20T20:00:00.000Z"),
    // Twice, and then the first; skipped, and then by standard time.
    ("America/New_York", (2018, 11, 4), "01:30", "2018-11-04T05:30:00.000Z"),
    ("America/New_York", (2018, 3, 11), "02:30", "2018-03-11T07:30:00.000Z"),
    ("Europe/London", (2018, 7, 5), "16:30", "2018-07-05T15:30:00.000Z"),
    ("Asia/Kolkata", (2018, 7, 5), "15:30", "2018-07-05T10:00:00.000Z"),
    ("Australia/Sydney", (2018, 1, 5), "16:00", "2018-01-05T05:00:00.000Z"),
    ("Australia/Sydney", (2018, 1, 5), "00:00", "2018-01-04T13:00:00.000Z"),
  ] as [(String, (Int, Int, Int), String, String)])
func aTimeOnTheWallIsAnInstant(
  name: String, date: (Int, Int, Int), time: String, instant: String
) throws {
  let zone = try #require(Zone(name: name))
  let day = CivilDate.day(date.0, date.1, date.2)
  let time = try #require(CloseTime(time)).milliseconds
  let found = zone.instant(time, ofDay: day)
  #expect(found.iso8601 == instant)
  #expect(zone.day(of: found) == day)
}

@Test func anUnknownZoneIsNone() {
  #expect(Zone(name: "Mars/Olympus_Mons") == nil)
  #expect(Zone(name: "EST") == nil)
}
