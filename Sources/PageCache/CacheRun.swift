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

extension PageCache {
  /// What the kernel knows of each page of a range, neighbours of one kind together.
  ///
  /// One call answers for any range whose pages are all alike, so the range is halved only where they differ: the cost
  /// follows how often the state changes from page to page, and hardly the length. It is no snapshot: pages may change
  /// between the calls.
  ///
  /// - Parameters:
  ///   - file: An open regular file that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  /// - Returns: Runs in order, which cover `pages` without gaps.
  /// - Throws: The reason why they are unknown.
  public static func runs(of file: FileDescriptor, pages: Range<Int>) throws(UnknownReason) -> [CacheRun] {
    var runs: [CacheRun] = []
    var open = pages.isEmpty ? [] : [pages]
    while let range = open.popLast() {
      let counts = try counts(of: file, bytes: range.lowerBound * pageSize..<range.upperBound * pageSize)
      let facts: [(Int, CachedPage)] = [
        (counts.cached, .cached), (counts.dirty, .dirty), (counts.writeback, .writeback),
      ]
      // The last half of a pair is asked first: the stack gives it back last.
      if range.count > 1, facts.contains(where: { (1..<range.count).contains($0.0) }) {
        let middle = range.lowerBound + range.count / 2
        open.append(middle..<range.upperBound)
        open.append(range.lowerBound..<middle)
        continue
      }
      let state = facts.reduce(into: CachedPage()) { if $1.0 > 0 { $0.insert($1.1) } }
      if runs.last?.state == state {
        runs[runs.count - 1].pages = runs[runs.count - 1].pages.lowerBound..<range.upperBound
      } else {
        runs.append(CacheRun(pages: range, state: state))
      }
    }
    return runs
  }
}
