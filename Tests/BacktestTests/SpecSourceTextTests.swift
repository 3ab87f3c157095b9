import Testing

@testable import Backtest

@Test func aPlaceInAnExpressionCountsScalarsFromItsFirstColumn() {
  let start = SpecPlace.file("a.yaml", line: 14, column: 6)
  let text = SourceText("é + clos", keyPath: "features.x", place: start, column: 7)
  #expect(text.place(offset: 0) == .file("a.yaml", line: 14, column: 7))
  // Byte 5 is the `c`: é takes two bytes and one column.
  #expect(text.place(offset: 5) == .file("a.yaml", line: 14, column: 11))
  #expect(text.error(at: 5, "no").description == "a.yaml:14:11: features.x: no")
}

@Test func aFoldedExpressionIsPlacedAtItsStart() {
  let start = SpecPlace.file("a.yaml", line: 14, column: 6)
  let text = SourceText("a + clos", keyPath: "features.x", place: start)
  #expect(text.place(offset: 4) == start)
}

@Test func anExpressionGivenAsAnOptionIsPlacedThere() {
  let text = SourceText(
    "clos", keyPath: "features.x", place: .option("--set features.x=clos"), column: 3)
  #expect(text.place(offset: 2).description == "--set features.x=clos")
}
