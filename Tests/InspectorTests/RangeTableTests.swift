import Testing

@testable import Inspector

@Suite("The ranges of a session") struct RangeTableTests {
  @Test("A range costs 72 bytes, since workers on a large file have millions")
  func size() { #expect(MemoryLayout<RangeRecord>.stride <= 72) }

  @Test("A time of four bytes is that of the second, and nothing stays nothing")
  func wholeSeconds() throws {
    @WholeSecond var kept: WallTime?
    #expect(kept == nil)
    for milliseconds in [1000, 1999, WallTime.now.milliseconds, 4_294_967_295_000] {
      kept = WallTime(milliseconds: milliseconds)
      #expect(kept?.milliseconds == milliseconds / 1000 * 1000)
    }
    // What 32 bits have no room for is the first or the last time that they have.
    for (milliseconds, nearest) in [(-5000, 1000), (9_000_000_000_000, 4_294_967_295_000)] {
      kept = WallTime(milliseconds: milliseconds)
      #expect(kept?.milliseconds == nearest)
    }
    kept = nil
    #expect(kept == nil)
  }
}
