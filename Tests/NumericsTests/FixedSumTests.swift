import Numerics
import Testing

@Suite struct FixedSumTests {
  /// The definition, one element at a time.
  private func twin(_ terms: [Double]) -> Double {
    var lanes = [Double](repeating: 0, count: 8)
    for (index, term) in terms.enumerated() { lanes[index % 8] += term }
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
      + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
  }

  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 100, 1003])
  func sumsFollowTheStatedOrder(count: Int) {
    let noise = PhiloxStream(seed: UInt32(count), purpose: .search)
    let x = (0..<count).map { noise.normal(at: 2 * $0) * 1e3 }
    let y = (0..<count).map { noise.normal(at: 2 * $0 + 1) }
    x.withUnsafeBufferPointer { px in
      y.withUnsafeBufferPointer { py in
        #expect(FixedSum.sum(px) == twin(x))
        #expect(FixedSum.dot(px, py) == twin(zip(x, y).map { $0 * $1 }))
        #expect(FixedSum.squares(px, around: 3) == twin(x.map { ($0 - 3) * ($0 - 3) }))
        #expect(
          FixedSum.products(px, around: 3, py, around: 0.1)
            == twin(zip(x, y).map { ($0 - 3) * ($1 - 0.1) }))
      }
    }
    #expect(FixedSum.sum(x) == twin(x))
  }

  @Test func aSliceAtAnOddAddressGivesTheSameSum() {
    let x = (0..<64).map { Double($0) * 0.1 }
    let copy = Array(x[5..<30])
    x.withUnsafeBufferPointer { all in
      #expect(FixedSum.sum(UnsafeBufferPointer(rebasing: all[5..<30])) == FixedSum.sum(copy))
    }
  }

  @Test func nanShowsInTheSum() {
    #expect(FixedSum.sum([1, 2, .nan]).isNaN)
    #expect(FixedSum.sum([1, .nan, 3, 4, 5, 6, 7, 8, 9]).isNaN)
  }
}
