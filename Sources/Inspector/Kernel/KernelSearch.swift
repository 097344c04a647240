import PageCache
import RangedMmap
import SystemPackage

/// Looks for a page of which the kernel says something, by counts of ever smaller parts of a file.
struct KernelSearch {
  let file: FileDescriptor
  let target: KernelTarget
  /// The pages that were seen to change.
  let changed: [Range<Int>]
  let isBackward: Bool

  // So many pages are told apart by about as many calls as halves of halves would take.
  private static let fewPages = 512

  /// The first of some pages, or the last.
  ///
  /// - Throws: Why it can't be known.
  func page(in pages: Range<Int>) throws(CommandError) -> Int? {
    if target == .changed {
      let found = changed.map { $0.clamped(to: pages) }.filter { !$0.isEmpty }
      return isBackward ? found.map { $0.upperBound - 1 }.max() : found.map(\.lowerBound).min()
    }
    do throws(PageCacheError) { return try search(pages) } catch {
      throw CommandError("find kernel \(target): which pages are is unknown: \(error)")
    }
  }

  private func search(_ pages: Range<Int>) throws(PageCacheError) -> Int? {
    guard try count(pages) > 0 else { return nil }
    if pages.count <= Self.fewPages {
      let found = try KernelAnswer(file, each: pages).value.filter { matches($0.state) }.map(\.pages)
      return isBackward ? found.last.map { $0.upperBound - 1 } : found.first?.lowerBound
    }
    let middle = pages.lowerBound + pages.count / 2
    let halves = [pages.lowerBound..<middle, middle..<pages.upperBound]
    for half in isBackward ? halves.reversed() : halves {
      if let page = try search(half) { return page }
    }
    return nil
  }

  private func count(_ pages: Range<Int>) throws(PageCacheError) -> Int {
    let bytes = pages.lowerBound * Alignment.page..<pages.upperBound * Alignment.page
    let answer = try KernelAnswer<KernelCell>(file, bytes: bytes)
    let count =
      switch target {
      case .cached: Int?.some(answer.value.cached)
      case .dirty: answer.value.dirty
      case .writeback: answer.value.writeback
      case .changed: 0
      }
    guard let count else { throw answer.lacking ?? .notSupported }
    return count
  }

  private func matches(_ state: CachedPage) -> Bool {
    switch target {
    case .cached: state.contains(.cached)
    case .dirty: state.contains(.dirty)
    case .writeback: state.contains(.writeback)
    case .changed: false
    }
  }
}
