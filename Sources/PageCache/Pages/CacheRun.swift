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
  /// The facts in words: "dirty", "dirty, writeback", "writeback", "clean", or "not cached".
  public var description: String {
    var words: [String] = []
    if contains(.dirty) { words.append("dirty") }
    if contains(.writeback) { words.append("writeback") }
    if words.isEmpty { words.append(contains(.cached) ? "clean" : "not cached") }
    return words.joined(separator: ", ")
  }
}

/// Neighbouring pages of which the kernel says the same.
public struct CacheRun: Sendable, Equatable {
  /// Pages of 4096 bytes, counted from the start of the file.
  public var pages: Range<Int>
  /// The facts of each of them.
  public let state: CachedPage

  package init(pages: Range<Int>, state: CachedPage) { (self.pages, self.state) = (pages, state) }
}

struct CacheRuns {
  private let pages: Range<Int>
  private var runs: [CacheRun] = []

  init(of pages: Range<Int>) { self.pages = pages }

  /// Appends some of the system's pages, which follow those before.
  mutating func append(system: Range<Int>, _ state: CachedPage) {
    let unit = PageCache.systemPage
    append((system.lowerBound * unit..<system.upperBound * unit).clamped(to: pages), state)
  }

  /// All runs; pages behind what was appended are not cached.
  mutating func finish() -> [CacheRun] {
    let end = runs.last?.pages.upperBound ?? pages.lowerBound
    if end < pages.upperBound { append(end..<pages.upperBound, []) }
    return runs
  }

  private mutating func append(_ pages: Range<Int>, _ state: CachedPage) {
    if let last = runs.last, last.state == state {
      runs[runs.count - 1].pages = last.pages.lowerBound..<pages.upperBound
    } else {
      runs.append(CacheRun(pages: pages, state: state))
    }
  }
}

extension PageCache {
  /// What the kernel knows of each page of a range, neighbours of one kind together: cachestat(2).
  ///
  /// One call answers for a range whose pages are all alike; it is divided only where they differ. It is no snapshot:
  /// pages may change between the calls.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  /// - Returns: Runs in order, which cover `pages` without gaps; neighbours differ. Behind the file's end nothing is
  ///   cached.
  /// - Throws: The same reasons as ``counts(of:bytes:)``.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: The cost follows how often the state changes from page to page, and hardly the length. At worst,
  ///   where each page differs from the next, it is little more than one call for a page: 3 ms for 7000 of them.
  public static func runs(of file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) -> [CacheRun] {
    require(pages: pages)
    let counted = try CountedFile(file, pages: possible(pages))
    var runs = CacheRuns(of: pages)
    let all = systemPages(of: pages)
    var open = all.isEmpty ? [] : [all]
    while let range = open.popLast() {
      if let state = try counted.state(ofSystem: range) {
        runs.append(system: range, state)
      } else {
        // Reversed: the first part is popped first.
        let step = max(1, range.count / parts)
        for lower in stride(from: range.lowerBound, to: range.upperBound, by: step).reversed() {
          open.append(lower..<min(range.upperBound, lower + step))
        }
      }
    }
    return runs.finish()
  }

  /// Into how many parts a mixed range, or a range of groups, is divided.
  ///
  /// A call takes a third of a microsecond, and 26 ns more for each page that is cached: with two parts, 7000 cached
  /// pages would be counted a dozen times over before the single pages are reached.
  static var parts: Int { 16 }
}
