import RangedMmap
import TestSupport
import Testing

@Suite("Groups of pages")
final class PageGroupsTests: FolderSuite {
  @Test("They count what the single pages say, whatever happens between updates", arguments: [1, 3, 64, 4096, 10_000])
  func agree(each: Int) throws {
    let pages = 9001
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: pages * 4096, allocator: ConcurrentAllocator.self, storage: .sparse)
    let window = 5..<8999
    var groups = PageGroups(of: file.states, pages: window, each: each)
    var generator = Seeded(each)
    func check() {
      let totals = groups.update()
      #expect(groups.count == (window.count + each - 1) / each)
      for group in 0..<groups.count {
        let pages = groups.pages(of: group)
        for state in PageState.allCases where groups[group][state] != pages.count(where: { file.states[$0] == state }) {
          Issue.record("group \(group) of \(each) pages miscounts \(state)")
        }
        if groups[group].total != pages.count { Issue.record("group \(group) counts too many or too few") }
      }
      #expect(totals == file.states.counts())
    }
    check()
    for _ in 0..<12 {
      guard let range = allocator.allocate(4096 * Int(generator.next() % 900 + 1)) else { break }
      if generator.next() % 3 > 0 {
        let receipt = try file.write([UInt8](repeating: 1, count: range.count), to: range)
        if generator.next() % 2 == 0 { _ = try file.sync(receipt) }
      }
      check()
    }
  }
}
