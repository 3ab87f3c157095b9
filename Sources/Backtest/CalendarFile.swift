import Bytes
import Market

/// A calendar read from its file.
struct CalendarFile {
  var calendar: SessionCalendar
  /// As the spec names it.
  var written: String
  /// Of the file's bytes.
  var sha256: String

  /// - Throws: `journal` where the file cannot be read, `spec` where it holds no calendar.
  init(_ file: FileReference) throws(RunFailure) {
    let bytes: [UInt8]
    do throws(BytesError) {
      bytes = try FileIO.readAll(file.path)
    } catch {
      throw .journal(.file(error))
    }
    written = file.written
    sha256 = SHA256.hex(of: bytes)
    do throws(SpecError) {
      calendar = .exchange(try ExchangeCalendar(yaml: bytes, file: file.path))
    } catch {
      throw .spec(error)
    }
  }
}

extension ExchangeCalendar {
  private static let keys = [
    "zone", "from", "to", "close", "weekdays", "holidays", "early_closes",
  ]

  /// Reads a calendar as strictly as a spec.
  ///
  /// - Parameters:
  ///   - yaml: its bytes, UTF-8.
  ///   - file: how messages name it.
  /// - Throws: the first thing that is wrong.
  public init(yaml: [UInt8], file: String) throws(SpecError) {
    let section = try SpecSection(
      try SpecYAML.read(yaml, file: file), path: "calendar", keys: Self.keys)
    let name = try section.text("zone", needed: "the name of a time zone")
    guard let zone = Zone(name: name) else {
      throw section.notAWord("zone", section["zone"] ?? section.node, name, Zone.names)
    }
    let from = try section.day("from")
    let to = try section.day("to")
    let firstYear = CivilDate(day: from).year
    guard firstYear >= zone.firstYear else {
      throw section.wrong(
        "from", section["from"] ?? section.node,
        "\(zone.firstYear)-01-01 or later, from which on the clocks of \(name) are known,")
    }
    guard from <= to else {
      throw section.wrong("to", section["to"] ?? section.node, "a day that is not before from")
    }
    let weekdays = try section.weekdays()
    let isSessionOfAWeek = { (day: Int) in weekdays.contains(Weekday.of(day: day)) }
    let holidays = Set(
      try section.days("holidays", within: from...to) {
        isSessionOfAWeek($0) ? nil : "one of its weekdays"
      })
    var earlyCloses: [Int: Int64] = [:]
    for item in try section.listIfPresent("early_closes") {
      let early = try SpecSection(
        item, path: section.path(of: "early_closes"), keys: ["close", "days"])
      let close = try early.timeOfDay("close")
      let days = try early.days("days", within: from...to) { day in
        if !isSessionOfAWeek(day) || holidays.contains(day) { return "a session" }
        return earlyCloses[day] == nil ? nil : "a day with one early close"
      }
      for day in days { earlyCloses[day] = close }
    }
    self.init(
      zone: zone, close: try section.timeOfDay("close"), weekdays: weekdays, holidays: holidays,
      earlyCloses: earlyCloses, days: from...to)
  }
}

extension SpecSection {
  fileprivate func day(_ key: String) throws(SpecError) -> Int {
    let needed = "a date like 2018-12-31"
    guard let day = Self.day(try text(key, needed: needed)) else {
      throw wrong(key, self[key] ?? node, needed)
    }
    return day
  }

  private static func day(_ text: String) -> Int? {
    text.utf8.count == 10 ? SpecTime.read(text, as: .from)?.day : nil
  }

  fileprivate func timeOfDay(_ key: String) throws(SpecError) -> Int64 {
    let needed = "a time of day like \"16:00\""
    guard let time = SpecTime.timeOfDay(try text(key, needed: needed)) else {
      throw wrong(key, self[key] ?? node, needed)
    }
    return time
  }

  fileprivate func listIfPresent(_ key: String) throws(SpecError) -> [SpecNode] {
    guard let node = self[key] else { return [] }
    return try list(key, node, needed: "a list")
  }

  fileprivate func weekdays() throws(SpecError) -> Set<Weekday> {
    guard let node = self["weekdays"] else {
      return [.monday, .tuesday, .wednesday, .thursday, .friday]
    }
    var weekdays: Set<Weekday> = []
    for item in try list("weekdays", node, needed: "a list of days of the week") {
      guard case .text(let text, _) = item.value,
        let weekday = Weekday.allCases.first(where: { $0.name == text })
      else { throw notAWord("weekdays", item, item.found, Weekday.allCases.map(\.name)) }
      weekdays.insert(weekday)
    }
    guard !weekdays.isEmpty else { throw wrong("weekdays", node, "one day at least") }
    return weekdays
  }

  /// Rising days; `objection` says what a day would have to be.
  fileprivate func days(
    _ key: String, within known: ClosedRange<Int>, objection: (Int) -> String?
  ) throws(SpecError) -> [Int] {
    var days: [Int] = []
    for item in try listIfPresent(key) {
      guard case .text(let text, _) = item.value, let day = Self.day(text) else {
        throw wrong(key, item, "a date like 2018-12-31")
      }
      guard known.contains(day) else { throw wrong(key, item, "a day from 'from' to 'to'") }
      if let last = days.last, day <= last {
        throw wrong(key, item, "a day after \(CivilDate(day: last).iso8601)")
      }
      if let needed = objection(day) {
        throw wrong(key, item, "\(needed) (it is a \(Weekday.of(day: day).name))")
      }
      days.append(day)
    }
    return days
  }
}
