import CLinux
public import SystemPackage

/// What the kernel knows of one page.
public struct CachedPage: OptionSet, Sendable, Hashable {
  /// One bit for each fact.
  public let rawValue: UInt8

  /// A page of some facts.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It is in memory.
  public static let cached = CachedPage(rawValue: 1)
  /// It differs from the disk.
  public static let dirty = CachedPage(rawValue: 2)
  /// It is being written to the disk.
  public static let writeback = CachedPage(rawValue: 4)
}

extension CachedPage: CustomStringConvertible {
  /// The facts in words.
  public var description: String {
    if isEmpty { return "not cached" }
    var words: [String] = []
    if contains(.dirty) { words.append("dirty") }
    if contains(.writeback) { words.append("writeback") }
    return words.isEmpty ? "clean" : words.joined(separator: ", ")
  }
}

/// Neighbouring pages of which the kernel says the same.
public struct CacheRun: Sendable, Equatable {
  /// Pages of 4096 bytes, counted from the start of the file.
  public var pages: Range<Int>
  /// What is so for each of them.
  public let state: CachedPage
}

/// Runs of a range in the making, in pages of the system, which may be larger than those of this library.
struct CacheRuns {
  /// The range that they are to cover.
  let pages: Range<Int>
  /// Those so far, from its start.
  private(set) var runs: [CacheRun] = []
  private let unit = PageCache.systemPage

  init(of pages: Range<Int>) { self.pages = pages }

  /// The system's pages that the range touches.
  var systemPages: Range<Int> {
    pages.isEmpty ? 0..<0 : pages.lowerBound / unit..<(pages.upperBound - 1) / unit + 1
  }

  /// Goes on with some of the system's pages, which follow those before.
  mutating func append(_ system: Range<Int>, _ state: CachedPage) {
    let end = min(pages.upperBound, system.upperBound * unit)
    if let last = runs.last, last.state == state {
      runs[runs.count - 1].pages = last.pages.lowerBound..<end
    } else {
      runs.append(CacheRun(pages: max(pages.lowerBound, system.lowerBound * unit)..<end, state: state))
    }
  }
}

extension PageCache {
  /// What the kernel knows of each page of a range, neighbours of one kind together.
  ///
  /// One cachestat(2) answers for any range whose pages are all alike, so a range is divided only where they differ:
  /// the cost follows how often the state changes from page to page, and hardly the length. At worst, where each page
  /// differs from the next, it is little more than one call for a page: 3 ms for 7000 of them. It is no snapshot: pages
  /// may change between the calls.
  ///
  /// - Parameters:
  ///   - file: An open regular file that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  /// - Returns: Runs in order, which cover `pages` without gaps.
  /// - Throws: The reason why they are unknown.
  public static func runs(of file: FileDescriptor, pages: Range<Int>) throws(UnknownReason) -> [CacheRun] {
    _ = try regularFile(file)
    var runs = CacheRuns(of: pages)
    var open = runs.systemPages.isEmpty ? [] : [runs.systemPages]
    while let range = open.popLast() {
      if let state = try state(of: file, range) {
        runs.append(range, state)
      } else {
        // The last part is put down first: the stack gives it back last.
        let step = max(1, range.count / parts)
        for lower in stride(from: range.lowerBound, to: range.upperBound, by: step).reversed() {
          open.append(lower..<min(range.upperBound, lower + step))
        }
      }
    }
    return runs.runs
  }

  /// Into how many parts a mixed range is divided.
  ///
  /// A call takes a third of a microsecond, and 26 ns more for each page that is cached: with two parts, 7000 cached
  /// pages would be counted a dozen times over before the single pages are reached.
  private static var parts: Int { 16 }

  /// What is so of all of some pages of the system, or nil where they differ.
  private static func state(of file: FileDescriptor, _ system: Range<Int>) throws(UnknownReason) -> CachedPage? {
    let size = systemPage * pageSize
    let raw = try cachestat(file, system.lowerBound * size..<system.upperBound * size)
    var state = CachedPage()
    for (count, fact) in [(raw.cached, CachedPage.cached), (raw.dirty, .dirty), (raw.writeback, .writeback)] {
      if count >= UInt64(system.count) { state.insert(fact) } else if count > 0 { return nil }
    }
    return state
  }
}
