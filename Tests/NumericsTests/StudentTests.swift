import Foundation
import Numerics
import Testing

/// Lines `degrees t p`, by mpmath in 400 digits.
private let reference: [(degrees: Int, t: Double, p: Double)] = {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Reference/student.txt")
  let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
  return text.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ")
    guard words.count == 3, let degrees = Int(words[0]), let t = Double(words[1]),
      let p = Double(words[2])
    else { return nil }
    return (degrees, t, p)
  }
}()

@Test func studentsUpperTailAgreesWithManyDigits() {
  #expect(reference.count > 120)
  for (degrees, t, p) in reference {
    let found = Elementary.studentUpperTail(t, degrees: degrees)
    let tolerance = degrees > 100_000 ? 1e-10 : 1e-12
    #expect(abs(found / p - 1) < tolerance, "\(degrees) degrees, t \(t): \(found) was not \(p)")
    let other = Elementary.studentUpperTail(-t, degrees: degrees)
    #expect(
      abs(other - (1 - p)) < 1e-2 * tolerance,
      "\(degrees) degrees, t -\(t): \(other) was not \(1 - p)")
  }
}

@Test func studentsUpperTailFallsAndHasItsEnds() {
  for degrees in [1, 2, 7, 60, 999] {
    #expect(Elementary.studentUpperTail(0, degrees: degrees) == 0.5)
    #expect(Elementary.studentUpperTail(.infinity, degrees: degrees) == 0)
    #expect(Elementary.studentUpperTail(-.infinity, degrees: degrees) == 1)
    #expect(Elementary.studentUpperTail(.nan, degrees: degrees).isNaN)
    #expect(Elementary.studentUpperTail(1e200, degrees: degrees) == 0)
    var previous = 1.0
    // In steps that no rounding hides: there is a change of branch near 1.
    for step in -400...1000 {
      let p = Elementary.studentUpperTail(Double(step) / 100, degrees: degrees)
      #expect(p < previous, "\(degrees) degrees at \(Double(step) / 100)")
      previous = p
    }
  }
}
