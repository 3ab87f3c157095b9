/// The clocks of a place: standard time, and an hour more while daylight saving lasts.
///
/// The list is Pawl's own, so that a bar closes at the same instant on every machine, whatever version
/// of the time zone database it has. A zone is known from the year on in which its rules became
/// regular; the names are those of the IANA database.
public struct Zone: Equatable, Sendable {
  public let name: String
  /// The first year whose rules are in the list.
  public let firstYear: Int
  /// Milliseconds that standard time is ahead of UTC.
  let standard: Int64
  let saving: Saving

  public static let utc = Zone("UTC", 0, .none, from: 0)

  /// - Returns: nil for a name that is not in the list.
  public init?(name: String) {
    guard let zone = Zone.all.first(where: { $0.name == name }) else { return nil }
    self = zone
  }

  /// All names, in the order of the list.
  public static var names: [String] { all.map(\.name) }

  /// The day, counted from 1970-01-01, that the clocks show at an instant.
  public func day(of time: Timestamp) -> Int {
    Timestamp(milliseconds: time.milliseconds + offset(at: time.milliseconds)).day
  }

  /// The instant at which clocks show a time of a day.
  ///
  /// Of a time that comes twice it is the first; a time that is skipped counts as standard time.
  ///
  /// - Parameters:
  ///   - time: milliseconds after midnight.
  ///   - day: counted from 1970-01-01.
  /// - Returns: the instant.
  public func instant(_ time: Int64, ofDay day: Int) -> Timestamp {
    let asStandard = Int64(day) * Timestamp.millisecondsPerDay + time - standard
    let asSaving = asStandard - Zone.hour
    return Timestamp(
      milliseconds: saving.isOn(atStandard: asSaving + standard) ? asSaving : asStandard)
  }

  /// Milliseconds that clocks are ahead of UTC.
  func offset(at utc: Int64) -> Int64 {
    standard + (saving.isOn(atStandard: utc + standard) ? Zone.hour : 0)
  }

  static let hour: Int64 = 3_600_000

  private init(_ name: String, _ hours: Double, _ saving: Saving, from firstYear: Int) {
    self.name = name
    self.firstYear = firstYear
    self.saving = saving
    standard = Int64(hours * 60) * 60_000
  }

  private static let all: [Zone] =
    [
      utc, Zone("America/New_York", -5, .america, from: 1976),
      Zone("America/Chicago", -6, .america, from: 1976),
      Zone("America/Toronto", -5, .america, from: 1976),
      Zone("Europe/London", 0, .europe(hours: 0), from: 1996),
      Zone("Europe/Lisbon", 0, .europe(hours: 0), from: 1997),
    ]
    + [
      "Amsterdam", "Berlin", "Brussels", "Budapest", "Copenhagen", "Madrid", "Oslo", "Paris",
      "Prague", "Rome", "Stockholm", "Vienna", "Warsaw", "Zurich",
    ].map { Zone("Europe/\($0)", 1, .europe(hours: 1), from: 1996) }
    + ["Athens", "Helsinki"].map { Zone("Europe/\($0)", 2, .europe(hours: 2), from: 1996) }
    + [
      Zone("Africa/Johannesburg", 2, .none, from: 1970),
      Zone("Asia/Hong_Kong", 8, .none, from: 1980),
      Zone("Asia/Kolkata", 5.5, .none, from: 1970), Zone("Asia/Seoul", 9, .none, from: 1989),
      Zone("Asia/Shanghai", 8, .none, from: 1992), Zone("Asia/Singapore", 8, .none, from: 1983),
      Zone("Asia/Taipei", 8, .none, from: 1980), Zone("Asia/Tokyo", 9, .none, from: 1970),
      Zone("Australia/Sydney", 10, .sydney, from: 1996),
    ]
}

/// When daylight saving begins and ends, year by year; both by clocks that show standard time.
struct Saving: Equatable, Sendable {
  var begins: [Change]
  var ends: [Change]

  /// A Sunday of a month, the same in some years.
  struct Change: Equatable, Sendable {
    var years: ClosedRange<Int>
    var month: Int
    var sunday: Sunday
    var hour: Int64
  }

  enum Sunday: Equatable, Sendable {
    case first
    case second
    case last
  }

  static let none = Saving(begins: [], ends: [])

  // At 2:00 by the clocks on the wall, which in autumn is 1:00 standard time.
  static let america = Saving(
    begins: [
      Change(years: 1976...1986, month: 4, sunday: .last, hour: 2),
      Change(years: 1987...2006, month: 4, sunday: .first, hour: 2),
      Change(years: 2007...9999, month: 3, sunday: .second, hour: 2),
    ],
    ends: [
      Change(years: 1976...2006, month: 10, sunday: .last, hour: 1),
      Change(years: 2007...9999, month: 11, sunday: .first, hour: 1),
    ])

  /// At 1:00 UTC everywhere in the European Union and its neighbours.
  static func europe(hours: Int64) -> Saving {
    Saving(
      begins: [Change(years: 1996...9999, month: 3, sunday: .last, hour: 1 + hours)],
      ends: [Change(years: 1996...9999, month: 10, sunday: .last, hour: 1 + hours)])
  }

  // Summer goes over the turn of the year. In 2000 it began early, for the Olympic Games.
  static let sydney = Saving(
    begins: [
      Change(years: 1995...1999, month: 10, sunday: .last, hour: 2),
      Change(years: 2000...2000, month: 8, sunday: .last, hour: 2),
      Change(years: 2001...2007, month: 10, sunday: .last, hour: 2),
      Change(years: 2008...9999, month: 10, sunday: .first, hour: 2),
    ],
    ends: [
      Change(years: 1996...2005, month: 3, sunday: .last, hour: 2),
      Change(years: 2006...2006, month: 4, sunday: .first, hour: 2),
      Change(years: 2007...2007, month: 3, sunday: .last, hour: 2),
      Change(years: 2008...9999, month: 4, sunday: .first, hour: 2),
    ])

  /// Whether clocks are an hour ahead, at a time that standard clocks show, in milliseconds.
  func isOn(atStandard time: Int64) -> Bool {
    guard !begins.isEmpty else { return false }
    let year = CivilDate(day: Timestamp(milliseconds: time).day).year
    let hasBegun = Saving.instant(begins, year).map { time >= $0 } ?? false
    let hasEnded = Saving.instant(ends, year).map { time >= $0 } ?? false
    guard let begin = begins.first, let end = ends.first else { return false }
    // South of the equator the year begins with it.
    return begin.month < end.month ? hasBegun && !hasEnded : hasBegun || !hasEnded
  }

  private static func instant(_ changes: [Change], _ year: Int) -> Int64? {
    guard let change = changes.first(where: { $0.years.contains(year) }) else { return nil }
    return Int64(change.day(of: year)) * Timestamp.millisecondsPerDay + change.hour * Zone.hour
  }
}

extension Saving.Change {
  /// Counted from 1970-01-01.
  fileprivate func day(of year: Int) -> Int {
    let first = CivilDate.day(year, month, 1)
    switch sunday {
    case .first: return first + Saving.Change.daysToSunday(from: first)
    case .second: return first + 7 + Saving.Change.daysToSunday(from: first)
    case .last:
      // The first Sunday of the last seven days.
      let start = CivilDate.day(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 7
      return start + Saving.Change.daysToSunday(from: start)
    }
  }

  private static func daysToSunday(from day: Int) -> Int { 6 - Weekday.of(day: day).rawValue }
}

/// A day of the week.
public enum Weekday: Int, CaseIterable, Sendable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// Of a day counted from 1970-01-01, which was a Thursday.
  public static func of(day: Int) -> Weekday {
    let index = (day + 3) % 7
    return Weekday.allCases[index < 0 ? index + 7 : index]
  }

  /// `monday`.
  public var name: String { String(describing: self) }
}
