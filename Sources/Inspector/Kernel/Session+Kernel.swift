import Glibc
import PageCache
import RangedMmap
import SystemPackage

// What the kernel says of the open file.

extension Session {
  // The pages that are asked about, of those that are mapped and those that the file has by now.
  func pages(_ asked: ClosedRange<Int>?, of file: MmapFile) throws(CommandError) -> Range<Int> {
    let count = max(file.states.count, file.presentPages)
    guard let asked else { return 0..<count }
    guard asked.upperBound < count else {
      throw CommandError("page \(asked.upperBound): the last page is \(count - 1)")
    }
    return asked.lowerBound..<asked.upperBound + 1
  }

  // A line about those of the pages that are behind the file's end by now.
  func shortfall(_ file: MmapFile, _ pages: Range<Int>) -> [String] {
    let bytes = pages.lowerBound * Alignment.page..<pages.upperBound * Alignment.page
    return file.shortfall(of: bytes).map { ["\(file.path): \($0)"] } ?? []
  }

  // Neighbouring pages of which the kernel says the same, and which lie on the disk in one way.
  struct Piece {
    let pages: Range<Int>
    let state: CachedPage
    let extent: Extent?
  }

  // Of those of the pages that the file has.
  func pieces(of file: MmapFile, _ pages: Range<Int>) throws(PageCacheError) -> KernelAnswer<[Piece]> {
    let size = file.presentSize
    let pages = pages.clamped(to: 0..<Alignment.pages(in: size))
    guard !pages.isEmpty else { return KernelAnswer(value: [], lacking: nil) }
    let bytes = pages.lowerBound * PageCache.pageSize..<min(size, pages.upperBound * PageCache.pageSize)
    let extents = try? PageCache.extents(ofOwn: file.descriptor, bytes: bytes)
    let runs = try KernelAnswer(file.descriptor, each: pages)
    return KernelAnswer(value: divide(runs.value, by: extents), lacking: runs.lacking)
  }

  // Each run in pieces that lie on the disk in one way.
  private func divide(_ runs: [CacheRun], by extents: [Extent]?) -> [Piece] {
    guard let extents else { return runs.map { Piece(pages: $0.pages, state: $0.state, extent: nil) } }
    var pieces: [Piece] = []
    var extent = 0
    for run in runs {
      var page = run.pages.lowerBound
      while page < run.pages.upperBound, extent < extents.count {
        let end = min(run.pages.upperBound, Alignment.pages(in: extents[extent].bytes.upperBound))
        if end > page { pieces.append(Piece(pages: page..<end, state: run.state, extent: extents[extent])) }
        page = max(page, end)
        if page < run.pages.upperBound { extent += 1 }
      }
    }
    return pieces
  }

  /// What the kernel counts, in words.
  func kernelSummary(_ file: MmapFile) -> String {
    do throws(PageCacheError) {
      let answer = try KernelAnswer<KernelCell>(whole: file.descriptor)
      guard let dirty = answer.value.dirty, let writeback = answer.value.writeback else {
        let reason = answer.lacking.map { ": \($0)" } ?? ""
        return "\(answer.value.cached) cached, dirty and writeback unknown\(reason)"
      }
      return "\(answer.value.cached) cached, \(dirty) dirty, \(writeback) in writeback"
    } catch { return "unknown: \(error)" }
  }

  func unknown(_ reason: PageCacheError) -> CommandError { CommandError(unknown: reason) }

  func words(_ extent: Extent) -> String {
    ([extent.kind.rawValue] + extent.marks).joined(separator: ", ")
  }
}
