import FileObserver
import Foundation
import Testing

@Suite("Verdicts on answers")
struct VerdictTests {
  private func status(
    size: Int = 8192, cached: Int = 2, dirty: Int? = 0, fate: String = "kept", path: String? = nil
  ) throws -> Status {
    Status(
      size: size, path: path, fate: fate, inode: 1, kernel: Status.Kernel(cached: cached, dirty: dirty, writeback: 0))
  }

  private func isWrong(_ answer: some Answer, _ seen: Seen) -> Bool {
    if case .wrong = Verdict(answer, seen, leads: { $0 == "/it" }) { true } else { false }
  }

  @Test("An answer is right between the least and the most that was seen")
  func between() throws {
    var seen = Seen()
    seen.dirty = 1...3
    for dirty in 1...3 { #expect(Verdict(try status(dirty: dirty), seen, leads: { _ in true }) == .right) }
    #expect(Verdict(try status(dirty: 4), seen, leads: { _ in true }) == .unsettled)
  }

  @Test("An answer about a file that stands still is false with any wrong number, and with the wrong fate")
  func still() throws {
    #expect(Verdict(try status(), Seen(), leads: { _ in true }) == .right)
    for answer in try [status(size: 4096), status(cached: 1), status(dirty: 1), status(fate: "renamed", path: "/it")] {
      #expect(isWrong(answer, Seen()))
    }
    var seen = Seen()
    seen.names = NAME_GONE
    #expect(isWrong(try status(), seen))
    #expect(isWrong(try status(fate: "deleted"), seen), "another name leads to it")
    #expect(isWrong(try status(fate: "renamed", path: "/other"), seen))
    #expect(Verdict(try status(fate: "renamed", path: "/it"), seen, leads: { $0 == "/it" }) == .right)
    seen.links = 0...0
    #expect(Verdict(try status(fate: "deleted"), seen, leads: { _ in false }) == .right)
    seen.names = NAME_TAKEN
    #expect(Verdict(try status(fate: "replaced"), seen, leads: { _ in false }) == .right)
  }

  @Test("What was written between two views is unsettled, though both views were the same")
  func writtenBetween() throws {
    var seen = Seen()
    seen.wasWritten = true
    #expect(Verdict(try status(dirty: 1), seen, leads: { _ in true }) == .unsettled)
    #expect(Verdict(try status(), seen, leads: { _ in true }) == .right)
  }

  @Test("Cached pages of a stacked file system are what mincore returns")
  func stacked() throws {
    var seen = Seen()
    seen.cached = 0...0
    #expect(Verdict(try status(dirty: nil), seen, leads: { _ in true }) == .right)
    #expect(isWrong(try status(cached: 0, dirty: nil), seen))
  }

  @Test("Each page is held against what it was, and its blocks too")
  func pages() throws {
    var seen = Seen()
    // Both are cached and clean; the first is written, the second reserved.
    (seen.states, seen.blocks) = ([1 << 1, 1 << 1], [BLOCKS_WRITTEN, BLOCKS_UNWRITTEN])
    func pages(dirty: Bool, _ disk: String) -> KernelPages {
      KernelPages(
        pages: 2, cached: 2, dirty: 0, writeback: 0,
        runs: [
          .init(first: 0, last: 0, cached: true, dirty: dirty, writeback: false, disk: "written"),
          .init(first: 1, last: 1, cached: true, dirty: false, writeback: false, disk: disk),
        ])
    }
    #expect(Verdict(pages(dirty: false, "unwritten"), seen, leads: { _ in true }) == .right)
    #expect(isWrong(pages(dirty: true, "unwritten"), seen))
    #expect(isWrong(pages(dirty: false, "written"), seen))
    #expect(isWrong(ExtentList(extents: [.init(start: 0, end: 8192, kind: "written")]), seen))
    #expect(isWrong(ExtentList(extents: [.init(start: 0, end: 4096, kind: "written")]), seen))
    let extents = ExtentList(
      extents: [.init(start: 0, end: 4096, kind: "written"), .init(start: 4096, end: 8192, kind: "unwritten")])
    #expect(Verdict(extents, seen, leads: { _ in true }) == .right)
  }
}
