import Testing

@testable import RangedMmap

@Suite("Alignment")
struct AlignmentTests {
  @Test("Offsets are rounded to pages of 4096")
  func rounding() {
    #expect([0, 1, 4095, 4096, 4097].map(Alignment.up) == [0, 4096, 4096, 4096, 8192])
    #expect([0, 1, 4095, 4096, 4097].map(Alignment.down) == [0, 0, 0, 4096, 4096])
    #expect([0, 1, 4096, 4097, .max].map(Alignment.pages(in:)) == [0, 1, 1, 2, 1 << 51])
  }

  @Test("Where the system's pages are larger, its calls are given whole ones, from the boundary below")
  func largerPages() {
    #expect(Alignment.outward(4096..<8192, unit: 4096) == 4096..<8192)
    #expect(Alignment.outward(69632..<73728, unit: 65536) == 65536..<131_072)
    #expect(Alignment.outward(0..<65537, unit: 65536) == 0..<131_072)
    #expect(Alignment.outward(70000..<70000, unit: 65536).lowerBound == 65536)
  }
}
