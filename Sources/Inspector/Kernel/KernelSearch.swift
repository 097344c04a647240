import PageCache
import RangedMmap

/// Finds a page in a state of the kernel, by counts of ever smaller parts of a file.
struct KernelSearch {
  let file: FileDescriptor
  let target: KernelTarget
  /// The pages that were seen to change.
  let changed: [Range<Int>]
  let isBackward: Bool

  // One walk through so many pages takes about as many calls as halving them further.
  private static let fewPages = 512

  /// The first of some pages, or the last.
  ///
  /// - Throws: Why it can't be known.
  func page(in pages: Range<Int>) throws(CommandError) -> Int? {
    guard target != .changed else {
      let found = changed.map { $0.clamped(to: pages) }.filter { !$0.isEmpty }
      return isBackward ? found.map { $0.upperBound - 1 }.max() : found.map(\.lowerBound).min()
    }
    do throws(PageCacheError) { return try search(pages) } catch {
      throw CommandError("find kernel \(target): which pages are is unknown: \(error)")
    }
  }

  private func search(_ pages: Range<Int>) throws(PageCacheError) -> Int? {
    let answer = try KernelAnswer<KernelCell>(file, bytes: Alignment.bytes(of: pages))
    guard let count = mostPages(answer.value) else { throw answer.lacking ?? .notSupported }
    guard count > 0 else { return nil }
    if pages.count <= Self.fewPages {
      let found = try KernelAnswer(file, each: pages).value.filter { isFit($0.state) }.map(\.pages)
      return isBackward ? found.last.map { $0.upperBound - 1 } : found.first?.lowerBound
    }
    let middle = pages.lowerBound + pages.count / 2
    let halves = [pages.lowerBound..<middle, middle..<pages.upperBound]
    for half in isBackward ? halves.reversed() : halves {
      if let page = try search(half) { return page }
    }
    return nil
  }

  // How many there are at most; `nil` if that is unknown.
  private func mostPages(_ cell: KernelCell) -> Int? {
    guard target == .clean else { return KernelCount(rawValue: target.rawValue)?.of(cell) }
    guard let dirty = cell.dirty, let writeback = cell.writeback else { return nil }
    // A page may be both: so many are not clean at least.
    return cell.cached - max(dirty, writeback)
  }

  private func isFit(_ state: CachedPage) -> Bool {
    if target == .clean { return state == .cached }
    return KernelCount(rawValue: target.rawValue)?.state.map { state.contains($0) } ?? false
  }
}
