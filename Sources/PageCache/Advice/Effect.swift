import SystemPackage

/// What an act has done to pages of a file, as the kernel counted them before and after.
public struct Effect: Sendable, Equatable {
  /// How many pages were in which state at one moment.
  public struct Counts: Sendable, Equatable {
    /// Pages in memory.
    public var cached: Int
    /// Those that differ from the disk; `nil` where only residency is known.
    public var dirty: Int?
    /// Those on their way to it; `nil` where only residency is known.
    public var writeback: Int?

    package init(cached: Int, dirty: Int? = nil, writeback: Int? = nil) {
      (self.cached, self.dirty, self.writeback) = (cached, dirty, writeback)
    }
  }

  /// The pages that it was about, as far as the file had them: pages of 4096 bytes.
  public var pages: Range<Int>
  /// How they were before; `nil` where that is unknown.
  public var before: Counts?
  /// How they are afterwards, or `nil` where that is unknown.
  ///
  /// Another process may have had a part in the difference.
  public var after: Counts?
  /// What it cost, without the counting.
  public var cost: Cost

  package init(pages: Range<Int>, before: Counts?, after: Counts?, cost: Cost) {
    (self.pages, self.before, self.after, self.cost) = (pages, before, after, cost)
  }

  /// How many more of them are in memory; `nil` where that is unknown, and 0 where there are fewer.
  public var broughtIn: Int? { difference.map { max(0, $0) } }
  /// How many fewer are in memory; `nil` where that is unknown, and 0 where there are more.
  public var gone: Int? { difference.map { max(0, -$0) } }

  private var difference: Int? { before.flatMap { before in after.map { $0.cached - before.cached } } }

  /// Nothing was done, to no page.
  public static let none = Effect(
    pages: 0..<0, before: Counts(cached: 0, dirty: 0, writeback: 0), after: Counts(cached: 0, dirty: 0, writeback: 0),
    cost: .none)

  /// What was done to neighbouring pages, one after the other, as one effect.
  public static func + (one: Effect, next: Effect) -> Effect {
    Effect(
      pages: min(one.pages.lowerBound, next.pages.lowerBound)..<max(one.pages.upperBound, next.pages.upperBound),
      before: Counts.sum(one.before, next.before), after: Counts.sum(one.after, next.after), cost: one.cost + next.cost)
  }
}

extension Effect.Counts {
  static func sum(_ one: Self?, _ other: Self?) -> Self? {
    guard let one, let other else { return nil }
    func sum(_ field: KeyPath<Self, Int?>) -> Int? {
      one[keyPath: field].flatMap { count in other[keyPath: field].map { count + $0 } }
    }
    return Self(cached: one.cached + other.cached, dirty: sum(\.dirty), writeback: sum(\.writeback))
  }

  /// What is known of runs of pages that do not meet; `nil` if nothing is.
  package static func of(_ file: FileDescriptor, _ runs: [Range<Int>]) -> Self? {
    runs.reduce(Self(cached: 0, dirty: 0, writeback: 0)) { sum($0, Self(file, pages: $1)) }
  }

  /// What is known of some pages; `nil` if nothing is.
  init?(_ file: FileDescriptor, pages: Range<Int>) {
    if let counts = try? PageCache.counts(of: file, pages: pages) {
      self.init(cached: counts.cached, dirty: counts.dirty, writeback: counts.writeback)
    } else if pages.count <= PageCache.mostScanned / PageCache.pageSize,
      let runs = try? PageCache.residency(of: file, pages: pages)
    {
      self.init(cached: runs.reduce(0) { $0 + $1.count })
    } else {
      return nil
    }
  }
}

extension PageCache {
  static func counts(of file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) -> CacheCounts {
    try CountedFile(file, pages: pages).counts(pages: pages)
  }

  /// Carries out an act on those pages that a file has by now, and measures it.
  static func measuring(
    _ file: FileDescriptor, _ pages: Range<Int>, _ act: (PagedFile, Range<Int>) throws(PageCacheError) -> Void
  ) throws(PageCacheError) -> Effect {
    require(pages: pages)
    let paged = try PagedFile(file)
    let pages = pages.clamped(to: 0..<self.pages(in: paged.size))
    guard !pages.isEmpty else {
      let none = Effect.Counts(cached: 0, dirty: 0, writeback: 0)
      return Effect(pages: pages, before: none, after: none, cost: .none)
    }
    let before = Effect.Counts(file, pages: pages)
    let meter = CostMeter()
    try act(paged, pages)
    let cost = meter.cost()
    return Effect(pages: pages, before: before, after: Effect.Counts(file, pages: pages), cost: cost)
  }
}
